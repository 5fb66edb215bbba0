//! What the relay's own binary makes of batches that are unusual, and of a bus that never answers.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod played;

use std::time::{Duration, Instant};

use outbox::testing::Record;
use played::{Aws, TIME_LEFT, insertions};
use sandbox::{Answer, Function, Reply};
use serde_json::{Value, json};

const RELAY: &str = env!("CARGO_BIN_EXE_users-relay");

fn assert_nothing_failed(answer: &Answer) {
    assert_eq!(answer.json(), Some(json!({"batchItemFailures": []})));
}

#[tokio::test]
async fn a_batch_of_zero_is_a_success_without_a_call() {
    let aws = Aws::default();
    let relay = aws.start(RELAY).await;
    let answer = relay.invoke(insertions(&[]), TIME_LEFT).await;
    assert_nothing_failed(&answer);
    assert_eq!(aws.published_users(), [""; 0]);
}

#[tokio::test]
async fn an_event_that_is_no_batch_is_an_error_and_the_next_batch_is_published() {
    let aws = Aws::default();
    let relay = aws.start(RELAY).await;
    for event in ["{}", "[]", "null", r#"{"Records": 7}"#] {
        let answer = relay.invoke(event, TIME_LEFT).await;
        assert!(matches!(answer, Answer::Error(_)), "{event}: {answer:?}");
    }
    let answer = relay.invoke(insertions(&["1"]), TIME_LEFT).await;
    assert_nothing_failed(&answer);
    assert_eq!(aws.published_users(), ["1"]);
}

#[tokio::test]
async fn ten_thousand_records_are_published_in_one_batch() {
    let ids: Vec<String> = (0..10_000).map(|id| format!("{id:05}")).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let aws = Aws::default();
    let relay = aws.start(RELAY).await;
    // A debug build on a busy machine may take many seconds.
    let answer = relay.invoke(insertions(&ids), 10 * TIME_LEFT).await;
    assert_nothing_failed(&answer);
    assert_eq!(aws.published_users(), ids);
    assert_eq!(aws.quarantined(), [""; 0]);
}

#[tokio::test]
async fn a_record_that_comes_twice_is_published_twice_under_one_event_id() {
    let aws = Aws::default();
    let relay = aws.start(RELAY).await;
    let mut event: Value = serde_json::from_str(&insertions(&["1", "2"])).unwrap();
    let records = event["Records"].as_array_mut().unwrap();
    records.push(records[0].clone());
    let answer = relay.invoke(event.to_string(), TIME_LEFT).await;
    assert_nothing_failed(&answer);
    assert_eq!(aws.published_users(), ["1", "1", "2"]);
    let event_ids = aws.published_event_ids();
    let first = "event-1:UserCreated";
    assert_eq!(event_ids, [first, first, "event-2:UserCreated"]);
}

#[tokio::test]
async fn an_unknown_event_name_is_quarantined_and_unknown_attributes_are_left_out() {
    let aws = Aws::default();
    let relay = aws.start(RELAY).await;
    let mut event: Value = serde_json::from_str(&insertions(&["1", "2", "3"])).unwrap();
    event["Records"][0]["eventName"] = json!("UPSERT");
    event["Records"][1]["dynamodb"]["NewImage"]["nickname"] = json!({"S": "the countess"});
    event["Records"][2]["addedLater"] = json!({"deep": [1, null]});
    let answer = relay.invoke(event.to_string(), TIME_LEFT).await;
    assert_nothing_failed(&answer);
    assert_eq!(aws.published_users(), ["2", "3"]);
    let [message] = &aws.quarantined()[..] else {
        panic!("one message was expected")
    };
    assert!(message.contains("the eventName `UPSERT` is unknown"));
}

#[tokio::test]
async fn a_relay_near_its_deadline_stops_in_time_and_reports() {
    // GIVEN a bus that never answers
    let variables = [
        ("EVENT_BUS_NAME", "events"),
        ("QUARANTINE_QUEUE_URL", "https://example.com/quarantine"),
    ];
    let relay = Function::start(RELAY, &variables, |call| async move {
        if call.operation() == "PutEvents" {
            std::future::pending::<()>().await;
        }
        Reply::ok(&json!({"Name": "events"}))
    })
    .await
    .unwrap();
    // Its first poll is no part of what is measured.
    relay.first_poll().await.unwrap();
    // WHEN it has three seconds
    let (started, limit) = (Instant::now(), Duration::from_secs(3));
    let answer = relay.invoke(insertions(&["1", "2", "3"]), limit).await;
    // THEN it has answered before, and reports the first record
    assert!(started.elapsed() < limit, "{:?}", started.elapsed());
    let first =
        Record::insert(1, &json!({"id": "1"})).value()["dynamodb"]["SequenceNumber"].clone();
    let reported = json!({"batchItemFailures": [{"itemIdentifier": first}]});
    assert_eq!(answer.json(), Some(reported));
}
