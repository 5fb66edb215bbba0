//! One event in: handed over when it fits its contract, else a function error that names the field.

#![cfg(feature = "aws")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a failed step is a failed test"
)]

#[macro_use]
mod event;

use std::io;
use std::sync::Mutex;
use std::time::{Duration, SystemTime};

use contract::Received;
use outbox::consume::{age_in_milliseconds, handle};
use serde_json::json;

event!(Stored of "test.items", id like "item-1");

#[tokio::test]
async fn a_fitting_event_is_handed_over() {
    let seen = Mutex::new(Vec::new());

    handle(Received::<Stored>::sample(), |event: Received<Stored>| {
        seen.lock().unwrap().push(event.detail.id);
        async { Ok::<(), io::Error>(()) }
    })
    .await
    .unwrap();

    assert_eq!(seen.into_inner().unwrap(), ["item-1"]);
}

#[tokio::test]
async fn a_repeat_is_handed_over_under_the_same_event_id() {
    let seen = Mutex::new(Vec::new());
    let first = Received::<Stored>::sample();
    let mut repeat = first.clone();
    // The bus gives each publication an id of its own.
    repeat["id"] = json!("5fea7756-0ea4-451a-a703-a558b933e274");

    for event in [first, repeat] {
        handle(event, |event: Received<Stored>| {
            seen.lock().unwrap().push(event.metadata.event_id);
            async { Ok::<(), io::Error>(()) }
        })
        .await
        .unwrap();
    }

    let seen = seen.into_inner().unwrap();
    assert_eq!(seen.len(), 2);
    assert_eq!(seen[0], seen[1]);
}

#[tokio::test]
async fn an_event_that_does_not_fit_is_an_error_that_names_the_field_and_is_not_handed_over() {
    let mut event = Received::<Stored>::sample();
    event["detail"]["id"] = json!({ "secret": "ada@example.com" });

    let error = handle(event, |_: Received<Stored>| async {
        panic!("it does not fit") as Result<(), io::Error>
    })
    .await
    .unwrap_err();

    assert_eq!(error.error_type, "EventDoesNotFit");
    assert!(
        error.error_message.contains("`detail.id` is an object"),
        "{}",
        error.error_message
    );
    assert!(
        !error.error_message.contains("ada"),
        "{}",
        error.error_message
    );
}

#[tokio::test]
async fn an_error_of_the_handler_is_a_function_error_so_that_lambda_tries_again() {
    let error = handle(Received::<Stored>::sample(), |_: Received<Stored>| async {
        Err(io::Error::other("the mail server is away"))
    })
    .await
    .unwrap_err();

    assert_eq!(error.error_type, "HandlerFailed");
    assert!(error.error_message.contains("the mail server is away"));
}

#[tokio::test]
async fn a_panic_of_the_handler_is_a_function_error_without_what_it_says() {
    let error = handle(
        Received::<Stored>::sample(),
        |event: Received<Stored>| async move {
            panic!("no mail for {}", event.detail.id) as Result<(), io::Error>
        },
    )
    .await
    .unwrap_err();

    assert_eq!(error.error_type, "HandlerPanicked");
    assert!(
        !error.error_message.contains("item-1"),
        "{}",
        error.error_message
    );
}

#[tokio::test]
async fn the_age_of_an_event_counts_from_when_it_happened() {
    let received = Received::<Stored>::read(Received::<Stored>::sample()).unwrap();
    let occurred = SystemTime::UNIX_EPOCH + Duration::from_mins(29_920_637);
    let now = occurred + Duration::from_millis(1_234);
    assert_eq!(age_in_milliseconds(&received.metadata, now), Some(1_234));
}
