//! The relay's own binary, as Lambda runs it.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod played;

use outbox::testing::Record;
use played::{Aws, TIME_LEFT, insertions};
use sandbox::{Answer, Function};
use serde_json::{Value, json};

const RELAY: &str = env!("CARGO_BIN_EXE_users-relay");

#[tokio::test]
async fn a_batch_is_published_whole_and_nothing_is_reported() {
    // GIVEN a relay
    let aws = Aws::default();
    let relay = aws.start(RELAY).await;
    // WHEN it gets two batches
    for ids in [["1", "2"], ["3", "4"]] {
        let answer = relay.invoke(insertions(&ids), TIME_LEFT).await;
        // THEN nothing is reported as failed
        assert_eq!(answer.json(), Some(json!({"batchItemFailures": []})));
    }
    // and every event has reached the bus
    assert_eq!(aws.published_users(), ["1", "2", "3", "4"]);
    assert_eq!(aws.quarantined(), [""; 0]);
}

#[tokio::test]
async fn a_record_that_is_no_user_is_quarantined_and_the_rest_goes_on() {
    // GIVEN an item without the fields of a user, between two users
    let aws = Aws::default();
    let mut relay = aws.start(RELAY).await;
    let mut event: Value = serde_json::from_str(&insertions(&["1", "2", "3"])).unwrap();
    event["Records"][1] = Record::insert(2, &json!({"id": "2"})).value().clone();
    // WHEN
    let answer = relay.invoke(event.to_string(), TIME_LEFT).await;
    // THEN
    assert_eq!(answer.json(), Some(json!({"batchItemFailures": []})));
    assert_eq!(aws.published_users(), ["1", "3"]);
    let [message] = &aws.quarantined()[..] else {
        panic!("one message was expected")
    };
    assert!(message.contains("event-2"), "{message}");
    // and the log names the event
    let log = relay.stop().await;
    assert!(log.concat().contains("event-2"), "{log:#?}");
}

#[tokio::test]
async fn an_event_that_is_no_batch_is_an_error_and_the_next_batch_goes_on() {
    // GIVEN a relay
    let aws = Aws::default();
    let relay = aws.start(RELAY).await;
    // WHEN somebody invokes it with something else
    for event in ["{}", r#"{"Records": 5}"#, "null", r#"{"Records": ["#] {
        let answer = relay.invoke(event, TIME_LEFT).await;
        // THEN it is an error
        assert!(matches!(answer, Answer::Error(_)), "{event}: {answer:?}");
    }
    // and the next batch is published
    relay.invoke(insertions(&["1"]), TIME_LEFT).await;
    assert_eq!(aws.published_users(), ["1"]);
}

#[tokio::test]
async fn logs_are_json_and_hold_no_personal_data() {
    let aws = Aws::default();
    let mut relay = aws.start(RELAY).await;
    let mut event: Value = serde_json::from_str(&insertions(&["1", "2", "3"])).unwrap();
    event["Records"][1]["dynamodb"]["NewImage"]["birthdate"] = json!({"N": "1990"});
    relay.invoke(event.to_string(), TIME_LEFT).await;
    let log = relay.stop().await;
    assert!(!log.is_empty());
    for line in &log {
        let line: Value = serde_json::from_str(line).unwrap();
        assert!(line["span"]["requestId"].is_string(), "{line}");
    }
    for secret in ["ada@", "ada.png", "1990"] {
        assert!(!log.concat().contains(secret), "{secret:?} in {log:#?}");
    }
}

#[tokio::test]
async fn a_missing_variable_is_named() {
    let bus = ("EVENT_BUS_NAME", "events");
    let queue = ("QUARANTINE_QUEUE_URL", "https://example.com/quarantine");
    for (given, missing) in [(bus, queue), (queue, bus)] {
        let relay = Function::start(RELAY, &[given], |_| std::future::pending())
            .await
            .unwrap();
        let answer = relay.invoke(insertions(&["1"]), TIME_LEFT).await;
        assert!(matches!(answer, Answer::NotStarted(_)), "{answer:?}");
        let text = answer.error_message().unwrap();
        assert!(text.contains(missing.0), "{text}");
    }
}
