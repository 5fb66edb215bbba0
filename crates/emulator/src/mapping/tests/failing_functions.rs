use std::sync::{Arc, Mutex};
use std::time::Duration;

use delivery::target::Backoff;
use serde_json::{Value, json};

use super::double::{
    BUCKET, FUNCTION, Function, Machine, QUEUE, STREAM, answered, failed, ids, stack,
};
use crate::mapping::{Mappings, Polling, Surroundings, declared};
use crate::{Invoke, Occurrence};

/// The answer that reports this record of the event.
fn reporting(event: &Value, place: usize) -> delivery::Outcome {
    let number = &event["Records"][place]["dynamodb"]["SequenceNumber"];
    answered(&json!({ "batchItemFailures": [{ "itemIdentifier": number }] }).to_string())
}

#[tokio::test(start_paused = true)]
async fn row_2_3_lowest_identifier_is_the_checkpoint_for_all_that_comes_again() {
    // GIVEN a function that reports the third record once
    let machine = Machine::in_memory();
    machine.put_all(0..5).await;
    let mut first = true;
    let function = Function::new(move |event| {
        if std::mem::take(&mut first) {
            reporting(event, 2)
        } else {
            answered(r#"{"batchItemFailures":[]}"#)
        }
    });
    // WHEN the mapping reads its answers
    let _mappings = machine.start(
        &function,
        &json!({ "functionResponseTypes": ["ReportBatchItemFailures"] }),
    );
    function.until(|batches| batches.len() == 2).await;
    // THEN only what was not done comes again
    assert_eq!(
        function.batches(),
        [vec!["0", "1", "2", "3", "4"], vec!["2", "3", "4"]]
    );
}

#[tokio::test(start_paused = true)]
async fn row_2_4_bucket_record_holds_what_bisect_found_under_awss_key() {
    // GIVEN one record that no function can take
    let machine = Machine::in_memory();
    let mut heard = machine.journal.listen();
    machine.put_all(0..10).await;
    let function = Function::new(|event| {
        if ids(event).iter().any(|id| id == "7") {
            failed()
        } else {
            answered("null")
        }
    });
    // WHEN the mapping bisects, with one retry
    let _mappings = machine.start(
        &function,
        &json!({
            "bisectBatchOnFunctionError": true,
            "maximumRetryAttempts": 1,
            "destinationConfig": { "onFailure": { "destinationArn": BUCKET } },
        }),
    );
    let kept = machine.kept.first(1).await;
    // THEN it alone is given up, whole, under AWS's key
    let (arn, key, record) = &kept[0];
    assert_eq!(arn, BUCKET);
    let shard = machine.tables.stream(STREAM).unwrap().shard_id();
    let start = format!("aws/lambda/6f1d4c9a-0000-4000-8000-000000000001/{shard}/20");
    assert!(key.starts_with(&start), "{key}");
    assert_eq!(record["requestContext"]["functionArn"], FUNCTION);
    assert_eq!(
        record["requestContext"]["condition"],
        "RetryAttemptsExhausted"
    );
    assert_eq!(record["DDBStreamBatchInfo"]["batchSize"], 1);
    assert_eq!(record["DDBStreamBatchInfo"]["streamArn"], STREAM);
    let payload: Value = serde_json::from_str(record["payload"].as_str().unwrap()).unwrap();
    assert_eq!(ids(&payload), ["7"]);
    assert_eq!(
        &payload,
        function
            .events()
            .iter()
            .rfind(|event| ids(event) == ["7"])
            .unwrap()
    );
    // AND all others were taken, and the journal tells
    function
        .until(|batches| batches.iter().flatten().any(|id| id == "9"))
        .await;
    let mut discarded = Vec::new();
    while let Ok(occurrence) = heard.try_recv() {
        if let Occurrence::Discarded {
            destination,
            condition,
            count,
            ..
        } = occurrence
        {
            discarded.push((destination, condition, count));
        }
    }
    assert_eq!(
        discarded,
        [(
            Some(BUCKET.to_owned()),
            "RetryAttemptsExhausted".to_owned(),
            1
        )]
    );
}

#[tokio::test(start_paused = true)]
async fn row_2_4_queue_record_has_the_place_of_the_records_and_not_the_records() {
    let machine = Machine::in_memory();
    machine.put_all(0..2).await;
    let function = Function::new(|_| failed());
    let _mappings = machine.start(
        &function,
        &json!({
            "maximumRetryAttempts": 0,
            "destinationConfig": { "onFailure": { "destinationArn": QUEUE } },
        }),
    );
    let (arn, _, record) = machine.kept.first(1).await.remove(0);
    assert_eq!(arn, QUEUE);
    assert_eq!(record.get("payload"), None);
    let event = &function.events()[0];
    let numbers = ["startSequenceNumber", "endSequenceNumber"]
        .map(|name| record["DDBStreamBatchInfo"][name].clone());
    assert_eq!(
        numbers,
        [0, 1].map(|place| event["Records"][place]["dynamodb"]["SequenceNumber"].clone())
    );
}

#[tokio::test(start_paused = true)]
async fn row_2_1_maximum_record_age_is_how_long_a_record_is_tried() {
    // GIVEN a function that always fails, endless retries and an age limit
    let machine = Machine::in_memory();
    machine.put_all(0..1).await;
    let function = Function::new(|_| failed());
    let _mappings = machine.start(
        &function,
        &json!({
            "maximumRecordAgeInSeconds": 3600,
            "destinationConfig": { "onFailure": { "destinationArn": BUCKET } },
        }),
    );
    let started = machine.clock.now();
    let (_, _, record) = machine.kept.first(1).await.remove(0);
    // THEN it is tried for that long
    assert_eq!(record["requestContext"]["condition"], "RecordAgeExceeded");
    let tried_for = machine.clock.now().since(started);
    assert!(tried_for > Duration::from_secs(3590), "{tried_for:?}");
    assert!(tried_for < Duration::from_mins(61), "{tried_for:?}");
}

#[tokio::test(start_paused = true)]
async fn row_2_2_discarded_records_vanish_without_a_destination_and_that_is_told() {
    let machine = Machine::in_memory();
    let mut heard = machine.journal.listen();
    let mut first = true;
    let function = Function::new(move |_| {
        if std::mem::take(&mut first) {
            failed()
        } else {
            answered("null")
        }
    });
    let _mappings = machine.start(&function, &json!({ "maximumRetryAttempts": 0 }));
    machine.put("1", &json!({})).await;
    function.until(|batches| batches.len() == 1).await;
    machine.put("2", &json!({})).await;
    function.until(|batches| batches.len() == 2).await;
    let mut lost = 0;
    while let Ok(occurrence) = heard.try_recv() {
        if let Occurrence::Discarded {
            destination: None,
            count,
            ..
        } = occurrence
        {
            lost += count;
        }
    }
    assert_eq!(lost, 1);
}

#[tokio::test(start_paused = true)]
async fn row_2_2_throttles_are_not_counted_and_each_is_told() {
    // GIVEN no retries, and a function that is throttled at first
    let machine = Machine::in_memory();
    let mut heard = machine.journal.listen();
    machine.put_all(0..1).await;
    let mut throttled = 3;
    let function = Function::new(move |_| {
        throttled -= 1;
        if throttled >= 0 {
            delivery::Outcome::NotRun {
                reason: "throttled".to_owned(),
            }
        } else {
            answered("null")
        }
    });
    let _mappings = machine.start(&function, &json!({ "maximumRetryAttempts": 0 }));
    function.until_runs(4).await;
    // THEN each wait is told, and nothing is given up
    let mut warnings = Vec::new();
    while let Ok(occurrence) = heard.try_recv() {
        match occurrence {
            Occurrence::Warning(text) => warnings.push(text),
            Occurrence::Discarded { .. } => panic!("nothing is given up"),
            _ => {}
        }
    }
    assert_eq!(warnings.len(), 3);
    assert!(warnings[0].contains("users-relay waits: its function did not run: throttled"));
}

#[tokio::test(start_paused = true)]
async fn row_2_2_pauses_between_retries_are_those_that_are_configured() {
    let machine = Machine::in_memory();
    machine.put_all(0..1).await;
    let clock = machine.clock;
    let times = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&times);
    let function = Function::new(move |_| {
        log.lock().unwrap().push(clock.now());
        failed()
    });
    let surroundings = Surroundings {
        pauses: Backoff {
            first: Duration::from_secs(5),
            longest: Duration::from_secs(8),
        },
        ..machine.surroundings(Polling::Instant)
    };
    let mappings = declared(&stack(&json!({}))).unwrap();
    let invoke: Arc<dyn Invoke> = function.clone();
    let _mappings = Mappings::start(mappings, &machine.tables, &invoke, &surroundings).unwrap();
    function.until_runs(4).await;
    let times = times.lock().unwrap();
    let pauses = times.windows(2).map(|two| two[1].since(two[0]).as_secs());
    assert_eq!(pauses.collect::<Vec<_>>(), [5, 8, 8]);
}

#[tokio::test(start_paused = true)]
async fn row_2_4_size_of_a_record_is_no_limit_for_a_bucket_and_small_for_a_queue() {
    for (destination, holds_records) in [(BUCKET, true), (QUEUE, false)] {
        // GIVEN a batch of almost 6 MB that no function can take
        let machine = Machine::in_memory();
        let text = "x".repeat(390_000);
        for id in 0..15 {
            let item = json!({ "text": { "S": text } });
            machine.put(&id.to_string(), &item).await;
        }
        let function = Function::new(|_| failed());
        let _mappings = machine.start(
            &function,
            &json!({
                "maximumRetryAttempts": 0,
                "destinationConfig": { "onFailure": { "destinationArn": destination } },
            }),
        );
        // THEN the destination gets one record for it
        let (_, _, record) = machine.kept.first(1).await.remove(0);
        assert_eq!(record["DDBStreamBatchInfo"]["batchSize"], 15);
        let size = record.to_string().len();
        assert_eq!(size > 5_000_000, holds_records, "{size}");
        assert_eq!(size < 1_000, !holds_records, "{size}");
    }
}
