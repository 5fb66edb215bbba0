use std::path::Path;

use bytes::Bytes;
use delivery::Outcome;
use serde_json::json;

use super::{FAILURES, FUNCTION, config, failures_queue, function, on_failure, payload, run};
use crate::testing::{Functions, failed, stack};
use crate::{Clock, Occurrence, Store};

fn assert_lost(occurrence: &Occurrence, named: &str) {
    assert!(
        matches!(occurrence, Occurrence::Discarded { source, destination: None, condition, count: 1 }
            if source == "consumer" && condition == named),
        "{occurrence:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn row_6_1_dropped_without_destination_and_told_loudly() {
    let store = Store::in_memory().unwrap();
    let functions = Functions::that_end(Clock::system(), [failed("A"), failed("B"), failed("C")]);
    let mut run = run(&store, &stack(vec![function()]), Path::new(""), functions);

    let request_id = run.queue.enqueue(FUNCTION, &payload()).unwrap();

    let (warnings, lost) = run.given_up().await;
    let expected = format!(
        "AsyncEventsDropped: the event of request {request_id} of consumer is lost \
         (RetriesExhausted, 3 runs)"
    );
    assert!(warnings[0].starts_with(&expected), "{warnings:?}");
    assert_lost(&lost, "RetriesExhausted");
}

#[tokio::test(start_paused = true)]
async fn row_6_1_dropped_without_destination_when_it_is_too_old() {
    let store = Store::in_memory().unwrap();
    let throttled = || Outcome::NotRun {
        reason: "throttled".to_owned(),
    };
    let functions = Functions::that_end(Clock::system(), std::iter::repeat_with(throttled).take(9));
    let age = config(&json!({"maximumEventAgeInSeconds": 60}));
    let stack = stack(vec![function(), age]);
    let mut run = run(&store, &stack, Path::new(""), functions);

    run.queue.enqueue(FUNCTION, &payload()).unwrap();

    let (warnings, lost) = run.given_up().await;
    assert!(
        warnings[0].contains("(EventAgeExceeded, 0 runs)"),
        "{warnings:?}"
    );
    assert_lost(&lost, "EventAgeExceeded");
    // After 0, 1, 3, 7, 15 and 31 s; the next attempt would be at 63 s.
    assert_eq!(run.functions.count(), 6);
}

#[tokio::test(start_paused = true)]
async fn row_6_1_dropped_without_destination_that_can_take_it() {
    let store = Store::in_memory().unwrap();
    let mut declared = on_failure(FAILURES);
    declared["maximumRetryAttempts"] = json!(0);
    let stack = stack(vec![function(), config(&declared), failures_queue()]);
    let functions = Functions::that_end(Clock::system(), [failed("A")]);
    let mut run = run(&store, &stack, Path::new(""), functions);

    // GIVEN an event that may just be queued, so that its record is larger than a message may be
    let event = format!("\"{}\"", "x".repeat(1_048_574));
    run.queue.enqueue(FUNCTION, &Bytes::from(event)).unwrap();

    let (warnings, lost) = run.given_up().await;
    assert!(
        warnings[0].starts_with(&format!(
            "DestinationDeliveryFailures: what {FAILURES} was to get"
        )),
        "{warnings:?}"
    );
    assert!(
        warnings[0].ends_with("takes 1048576"),
        "{}",
        &warnings[0][..80]
    );
    assert!(
        warnings[1].starts_with("AsyncEventsDropped"),
        "{warnings:?}"
    );
    assert_lost(&lost, "RetriesExhausted");
}
