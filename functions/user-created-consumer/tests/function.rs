//! The consumer's own binary, as Lambda runs it.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

#[path = "../../notify-restaurant/tests/records/mod.rs"]
mod records;

use std::time::Duration;

use events::UserCreated;
use outbox::consume::Received;
use records::Records;
use sandbox::{Answer, Function};
use serde_json::{Value, json};

const TIME_LEFT: Duration = Duration::from_secs(30);

async fn consumer() -> Function {
    Records::default()
        .function(env!("CARGO_BIN_EXE_user-created-consumer"))
        .await
}

#[tokio::test]
async fn an_event_is_one_line_with_its_id_its_user_and_its_age() {
    // GIVEN an event as the bus delivers it
    let event = Received::<UserCreated>::sample();
    let mut consumer = consumer().await;
    // WHEN it is consumed
    let answer = consumer.invoke(event.to_string(), TIME_LEFT).await;
    // THEN the function succeeds
    assert!(matches!(answer, Answer::Response(_)), "{answer:?}");
    // and logs one line, without personal data
    let log = consumer.stop().await;
    let [line] = &log[..] else {
        panic!("one line was expected, not {log:#?}")
    };
    for field in ["username", "email", "avatar", "birthdate"] {
        let secret = event["detail"][field].as_str().unwrap();
        assert!(!line.contains(secret), "{secret:?} in {line}");
    }
    let line: Value = serde_json::from_str(line).unwrap();
    assert_eq!(line["event_id"], event["detail"]["metadata"]["eventId"]);
    assert_eq!(line["user_id"], event["detail"]["id"]);
    assert!(line["age_ms"].is_i64(), "{line}");
    assert!(line["span"]["requestId"].is_string(), "{line}");
}

#[tokio::test]
async fn an_event_that_does_not_fit_is_an_error_that_names_the_field() {
    let consumer = consumer().await;
    let cases = [
        ("/source", json!("myapp.orders"), "source"),
        ("/detail-type", json!("UserUpdated"), "detail-type"),
        ("/detail/email", json!(7), "detail.email"),
        ("/detail/username", Value::Null, "detail.username"),
        ("/detail/metadata", json!("none"), "detail.metadata"),
    ];
    for (place, value, field) in cases {
        // GIVEN an event with one field that is not what the contract says
        let mut event = Received::<UserCreated>::sample();
        *event.pointer_mut(place).unwrap() = value;
        // WHEN
        let answer = consumer.invoke(event.to_string(), TIME_LEFT).await;
        // THEN
        assert!(matches!(answer, Answer::Error(_)), "{answer:?}");
        let text = answer.error_message().unwrap();
        assert!(text.contains(field), "{field}: {text}");
    }
}

#[tokio::test]
async fn an_event_with_a_field_more_still_fits() {
    let mut event = Received::<UserCreated>::sample();
    event["detail"]["nickname"] = json!("the countess");
    let answer = consumer().await.invoke(event.to_string(), TIME_LEFT).await;
    assert!(matches!(answer, Answer::Response(_)), "{answer:?}");
}

#[tokio::test]
async fn an_event_of_one_mebibyte_is_consumed() {
    let mut event = Received::<UserCreated>::sample();
    event["detail"]["nickname"] = json!("x".repeat(1024 * 1024 - event.to_string().len()));
    let answer = consumer().await.invoke(event.to_string(), TIME_LEFT).await;
    assert!(matches!(answer, Answer::Response(_)), "{answer:?}");
}

#[tokio::test]
async fn an_event_that_comes_twice_is_noted_once() {
    let event = Received::<UserCreated>::sample();
    let mut consumer = consumer().await;
    for _ in 0..2 {
        let answer = consumer.invoke(event.to_string(), TIME_LEFT).await;
        assert!(matches!(answer, Answer::Response(_)), "{answer:?}");
    }
    let log = consumer.stop().await;
    let noted = log.iter().filter(|line| line.contains("user created"));
    assert_eq!(noted.count(), 1, "{log:#?}");
}

#[tokio::test]
async fn of_two_deliveries_at_a_time_one_is_noted_and_the_other_comes_again() {
    let records = Records::default();
    let binary = env!("CARGO_BIN_EXE_user-created-consumer");
    let mut environments = [
        records.function(binary).await,
        records.function(binary).await,
    ];
    let payload = Received::<UserCreated>::sample().to_string();
    // WHEN the second comes while the first is at work
    let [one, other] = &environments;
    let [done, fails] = records.two_at_a_time([one, other], &payload).await;
    // THEN the first is done and the second is an error, after which Lambda tries again
    assert!(matches!(done, Answer::Response(_)), "{done:?}");
    assert!(matches!(fails, Answer::Error(_)), "{fails:?}");
    let text = fails.error_message().unwrap();
    assert!(
        text.contains("being consumed by another delivery"),
        "{text}"
    );
    // and when that comes there is nothing to do
    let again = environments[1].invoke(payload, TIME_LEFT).await;
    assert!(matches!(again, Answer::Response(_)), "{again:?}");
    let mut noted = Vec::new();
    for environment in &mut environments {
        let log = environment.stop().await.concat();
        noted.push(log.contains("user created"));
    }
    assert_eq!(noted, [true, false]);
}

#[tokio::test]
async fn other_data_under_a_known_id_is_an_error_and_is_not_noted() {
    let event = Received::<UserCreated>::sample();
    let mut changed = event.clone();
    changed["detail"]["id"] = json!("somebody else");
    let mut consumer = consumer().await;
    let first = consumer.invoke(event.to_string(), TIME_LEFT).await;
    let second = consumer.invoke(changed.to_string(), TIME_LEFT).await;
    assert!(matches!(first, Answer::Response(_)), "{first:?}");
    assert!(matches!(second, Answer::Error(_)), "{second:?}");
    assert!(second.error_message().unwrap().contains("other data"));
    let log = consumer.stop().await.concat();
    assert!(!log.contains("somebody else"), "{log}");
}
