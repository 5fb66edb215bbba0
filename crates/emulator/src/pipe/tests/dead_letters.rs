use std::time::Duration;

use serde_json::{Value, json};

use super::bus::ids;
use super::declared::{PIPE, STREAM, pipe, queue_arn};
use super::shop::Machine;
use crate::Occurrence;
use delivery::pipe::CallError;

/// A bus that refuses the orders with these ids, always.
fn poisoned_by(
    poison: &'static [&'static str],
) -> impl FnMut(&Value) -> Option<Result<Value, CallError>> + Send {
    move |request| {
        let ids = ids(request);
        ids.iter().any(|id| poison.contains(&id.as_str())).then(|| {
            let answers = ids.iter().map(|id| {
                if poison.contains(&id.as_str()) {
                    json!({ "ErrorCode": "MalformedDetail", "ErrorMessage": "m" })
                } else {
                    json!({ "EventId": id })
                }
            });
            Ok(json!({ "FailedEntryCount": 1, "Entries": answers.collect::<Vec<_>>() }))
        })
    }
}

#[tokio::test(start_paused = true)]
async fn poison_goes_to_the_dead_letter_queue_by_bisect_and_the_rest_arrives() {
    // GIVEN a template with quotes around its placeholder: notes with a quotation mark make no JSON
    let machine = Machine::in_memory();
    let template = r#"{"id": <$.dynamodb.Keys.id.S>, "note": "<$.dynamodb.NewImage.note.S>"}"#;
    let more = json!({ "targetParameters": {
        "inputTemplate": template,
        "eventbridgeEventBusParameters": { "source": "order.event", "detailType": "OrderDetailsChanged" },
    } });
    let stream =
        json!({ "maximumRetryAttempts": 2, "onPartialBatchItemFailure": "AUTOMATIC_BISECT" });
    for id in 0..10 {
        let note = if id == 4 { "say \"hi\"" } else { "plain" };
        machine.put(&id.to_string(), note).await;
    }
    let mut run = machine.start_with(pipe(&stream, &more), |_| None);
    // THEN the one with it is given up alone
    let letter = run.dead_letter().await;
    assert_eq!(letter["DDBStreamBatchInfo"]["batchSize"], 1);
    assert_eq!(letter["context"]["condition"], "RetryAttemptsExhausted");
    // AND every other one arrives, some twice
    let mut arrived = run.arrived().await;
    arrived.sort();
    arrived.dedup();
    assert_eq!(arrived, ["0", "1", "2", "3", "5", "6", "7", "8", "9"]);
    let given_up = run.told().into_iter().find_map(|it| match it {
        Occurrence::Discarded {
            source,
            destination,
            count,
            ..
        } => Some((source, destination, count)),
        _ => None,
    });
    let queue = Some(queue_arn("pipe-failed"));
    assert_eq!(given_up, Some((PIPE.to_owned(), queue, 1)));
}

#[tokio::test(start_paused = true)]
async fn row_4_1_on_partial_batch_item_failure_halves_what_is_left_without_using_up_a_retry() {
    // GIVEN one retry and a poison record in the middle
    let machine = Machine::in_memory();
    machine.put_all(0..8).await;
    let stream =
        json!({ "maximumRetryAttempts": 1, "onPartialBatchItemFailure": "AUTOMATIC_BISECT" });
    let run = machine.start_with(pipe(&stream, &json!({})), poisoned_by(&["2"]));
    run.dead_letter().await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    // THEN what begins with it is halved until it is alone, and only then retried
    assert_eq!(
        run.bus.calls_so_far(),
        [
            vec!["0", "1", "2", "3", "4", "5", "6", "7"],
            vec!["2", "3", "4"],
            vec!["2", "3"],
            vec!["2"],
            vec!["2"],
            vec!["3"],
            vec!["4"],
            vec!["5", "6", "7"],
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn row_4_1_on_partial_batch_item_failure_absent_gives_up_all_that_is_left() {
    let machine = Machine::in_memory();
    machine.put_all(0..4).await;
    let stream = json!({ "maximumRetryAttempts": 1 });
    let run = machine.start_with(pipe(&stream, &json!({})), poisoned_by(&["1"]));
    let letter = run.dead_letter().await;
    assert_eq!(letter["DDBStreamBatchInfo"]["batchSize"], 3);
    assert_eq!(
        run.bus.calls_so_far(),
        [vec!["0", "1", "2", "3"], vec!["1", "2", "3"]]
    );
}

#[tokio::test(start_paused = true)]
async fn row_4_2_dead_letter_message_says_where_the_records_lie_and_not_what_they_hold() {
    let machine = Machine::in_memory();
    machine.put("secret", "secret").await;
    let stream = json!({ "maximumRetryAttempts": 0 });
    let run = machine.start_with(pipe(&stream, &json!({})), poisoned_by(&["secret"]));
    let letter = run.dead_letter().await;
    assert!(!letter.to_string().contains("secret"));
    let members: Vec<&String> = letter.as_object().unwrap().keys().collect();
    assert_eq!(
        members,
        ["context", "version", "timestamp", "DDBStreamBatchInfo"]
    );
    let context = json!({ "partnerResourceArn": PIPE, "condition": "RetryAttemptsExhausted" });
    assert_eq!(letter["context"], context);
    assert_eq!(letter["version"], "1.0");
    assert!(letter["timestamp"].as_str().unwrap().ends_with('Z'));
    let place = &letter["DDBStreamBatchInfo"];
    assert_eq!(place["streamArn"], STREAM);
    assert!(place["shardId"].as_str().unwrap().starts_with("shardId-"));
    assert_eq!(place["startSequenceNumber"], place["endSequenceNumber"]);
    assert!(place["startSequenceNumber"].as_str().unwrap().len() >= 21);
    assert!(place["approximateArrivalOfFirstRecord"].is_string());
    assert_eq!(place["batchSize"], 1);
}

#[tokio::test(start_paused = true)]
async fn row_4_1_maximum_record_age_gives_up_an_old_record_that_was_never_tried() {
    // GIVEN a record that waits for an hour while no pipe runs
    let machine = Machine::in_memory();
    machine.put("old", "").await;
    tokio::time::sleep(Duration::from_hours(1)).await;
    // WHEN a pipe comes up over a bus that works
    let run = machine.start(&json!({ "maximumRecordAgeInSeconds": 60 }));
    // THEN it is given up untried
    let letter = run.dead_letter().await;
    assert_eq!(letter["context"]["condition"], "RecordAgeExceeded");
    assert!(run.bus.calls_so_far().is_empty());
}

#[tokio::test(start_paused = true)]
async fn row_4_1_dead_letter_config_absent_loses_what_is_given_up_and_tells_it() {
    let machine = Machine::in_memory();
    machine.put_all(0..2).await;
    let stream = json!({ "maximumRetryAttempts": 0, "batchSize": 1, "deadLetterConfig": null });
    let mut run = machine.start_with(pipe(&stream, &json!({})), poisoned_by(&["0"]));
    assert_eq!(run.arrived().await, ["1"]);
    let lost = run.told().iter().any(|it| {
        matches!(it, Occurrence::Discarded { destination: None, condition, .. } if condition == "RetryAttemptsExhausted")
    });
    assert!(lost);
}
