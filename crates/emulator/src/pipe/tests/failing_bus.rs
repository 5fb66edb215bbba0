use std::time::Duration;

use serde_json::json;

use super::bus::{ANSWER_LOST, HANGS, ids, refused};
use super::declared::pipe;
use super::shop::Machine;
use crate::Occurrence;
use delivery::pipe::CallError;

#[tokio::test(start_paused = true)]
async fn everything_arrives_after_the_bus_was_down_for_a_while() {
    // GIVEN a bus that is down for ten minutes, and a pipe with only three retries
    let machine = Machine::in_memory();
    let clock = machine.clock;
    let up_from = clock.now().plus(Duration::from_mins(10));
    let down = move |_: &_| {
        let is_down = clock.now() < up_from;
        is_down.then(|| refused(503, "ServiceUnavailable"))
    };
    let run = machine.start_with(
        pipe(&json!({ "maximumRetryAttempts": 3 }), &json!({})),
        down,
    );
    machine.put_all(0..40).await;
    tokio::time::sleep(Duration::from_mins(9)).await;
    machine.put_all(40..60).await;
    // THEN each arrives once
    let mut arrived = run.arrived().await;
    while arrived.len() < 60 {
        arrived.extend(run.arrived().await);
    }
    let expected: Vec<String> = (0..60).map(|id| id.to_string()).collect();
    assert_eq!(arrived, expected);
}

#[tokio::test(start_paused = true)]
async fn row_4_2_internal_errors_are_not_counted_however_long_they_last() {
    // GIVEN no retries at all, and calls that are not answered for an hour, then refused inside of AWS for another
    let machine = Machine::in_memory();
    let (clock, start) = (machine.clock, machine.clock.now());
    let mut run = machine.start_with(pipe(&json!({ "maximumRetryAttempts": 0 }), &json!({})), move |request| {
        let hours = clock.now().since(start).as_secs() / 3_600;
        match hours {
            0 => Some(Err(CallError::NoAnswer("connection reset".to_owned()))),
            1 => {
                let failed = json!({ "ErrorCode": "InternalFailure", "ErrorMessage": "m" });
                Some(Ok(json!({ "FailedEntryCount": 1, "Entries": vec![failed; ids(request).len()] })))
            }
            _ => None,
        }
    });
    machine.put_all(0..2).await;
    tokio::time::sleep(Duration::from_hours(3)).await;
    assert_eq!(run.arrived().await, ["0", "1"]);
    let told = run.told();
    assert!(
        !told
            .iter()
            .any(|it| matches!(it, Occurrence::Discarded { .. }))
    );
    assert!(told.iter().any(
        |it| matches!(it, Occurrence::Warning(text) if text.contains("connection reset") && text.contains("the pipe orders"))
    ));
}

#[tokio::test(start_paused = true)]
async fn row_4_2_partial_failure_runs_the_rest_again() {
    // GIVEN a bus that throttles the third entry of the first call
    let machine = Machine::in_memory();
    machine.put_all(0..5).await;
    let mut calls = 0;
    let run = machine.start_with(pipe(&json!({}), &json!({})), move |request| {
        calls += 1;
        (calls == 1).then(|| {
            let answers = ids(request).into_iter().map(|id| match id.as_str() {
                "2" => json!({ "ErrorCode": "ThrottlingException", "ErrorMessage": "m" }),
                _ => json!({ "EventId": id }),
            });
            Ok(json!({ "FailedEntryCount": 1, "Entries": answers.collect::<Vec<_>>() }))
        })
    });
    // THEN what lies before it is done, and it comes again with what lies behind it
    let calls = run.bus.calls(2).await;
    assert_eq!(calls, [vec!["0", "1", "2", "3", "4"], vec!["2", "3", "4"]]);
}

#[tokio::test(start_paused = true)]
async fn row_4_2_at_least_once_an_answer_that_is_lost_publishes_again_under_new_ids() {
    // GIVEN a call that is taken and whose answer is lost
    let machine = Machine::in_memory();
    machine.put("7", "").await;
    let mut calls = 0;
    let run = machine.start_with(pipe(&json!({}), &json!({})), move |_| {
        calls += 1;
        (calls == 1).then(|| Err(CallError::NoAnswer(ANSWER_LOST.to_owned())))
    });
    // THEN it is published again: the same detail with another id
    let (first, second) = (run.event().await, run.event().await);
    assert_eq!(first["detail"], second["detail"]);
    assert_ne!(first["id"], second["id"]);
}

#[tokio::test(start_paused = true)]
async fn row_4_2_endless_retry_of_one_refused_record_blocks_its_shard() {
    // GIVEN a template with quotes around its placeholder, endless retries and a note with a quotation mark
    let machine = Machine::in_memory();
    let template = r#"{"id": <$.dynamodb.Keys.id.S>, "note": "<$.dynamodb.NewImage.note.S>"}"#;
    let more = json!({ "targetParameters": {
        "inputTemplate": template,
        "eventbridgeEventBusParameters": { "source": "order.event", "detailType": "OrderDetailsChanged" },
    } });
    for (id, note) in [("1", "plain"), ("2", "say \"hi\""), ("3", "plain")] {
        machine.put(id, note).await;
    }
    let mut run = machine.start_with(pipe(&json!({ "batchSize": 1 }), &more), |_| None);
    tokio::time::sleep(Duration::from_hours(5)).await;
    // THEN the bus refuses it as long as it is tried, and nothing behind it comes through
    assert_eq!(run.arrived().await, ["1"]);
    assert!(run.bus.calls_so_far().len() > 500);
    let refused = run
        .warnings()
        .iter()
        .any(|text| text.contains("MalformedDetail"));
    assert!(refused);
}

#[tokio::test(start_paused = true)]
async fn row_4_2_execution_time_a_call_that_hangs_is_given_up_after_five_minutes() {
    let machine = Machine::in_memory();
    machine.put("7", "").await;
    let mut calls = 0;
    let run = machine.start_with(pipe(&json!({}), &json!({})), move |_| {
        calls += 1;
        (calls == 1).then(|| Err(CallError::NoAnswer(HANGS.to_owned())))
    });
    tokio::time::sleep(Duration::from_mins(4)).await;
    assert_eq!(run.bus.calls_so_far().len(), 1);
    tokio::time::sleep(Duration::from_mins(2)).await;
    assert_eq!(run.bus.calls_so_far().len(), 2);
    assert_eq!(run.arrived().await, ["7"]);
}
