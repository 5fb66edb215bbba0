use std::path::Path;
use std::time::Duration;

use delivery::Outcome;
use serde_json::json;

use super::{
    FAILURES, FUNCTION, config, failure_record, failures_queue, function, on_failure, payload, run,
    run_with,
};
use crate::asynchronous::Settings;
use crate::testing::{Functions, failed, stack};
use crate::{Clock, Store};

#[tokio::test(start_paused = true)]
async fn row_6_1_failure_to_a_queue_after_three_runs() {
    let store = Store::in_memory().unwrap();
    let stack = stack(vec![
        function(),
        config(&on_failure(FAILURES)),
        failures_queue(),
    ]);
    let functions = Functions::that_end(Clock::system(), [failed("A"), failed("B"), failed("C")]);
    let run = run(&store, &stack, Path::new(""), functions);

    let request_id = run.queue.enqueue(FUNCTION, &payload()).unwrap();

    let record = failure_record(&run.queues).await;
    let seen = run.functions.seen(3).await;
    let pauses: Vec<u64> = seen
        .windows(2)
        .map(|pair| pair[1].1.since(pair[0].1).as_secs())
        .collect();
    assert_eq!(pauses, [60, 120]);
    assert!(
        seen.iter()
            .all(|(invocation, _)| invocation.request_id == request_id)
    );
    assert_eq!(record["requestContext"]["condition"], "RetriesExhausted");
    assert_eq!(record["requestContext"]["approximateInvokeCount"], 3);
    assert_eq!(record["requestPayload"], json!({"id": "1"}));
    assert_eq!(record["responsePayload"]["errorType"], "C");
    assert_eq!(run.functions.count(), 3);
}

#[tokio::test(start_paused = true)]
async fn row_6_1_throttles_and_server_errors_are_tried_again_without_counting() {
    let store = Store::in_memory().unwrap();
    let not_run = || Outcome::NotRun {
        reason: "throttled".to_owned(),
    };
    let functions = Functions::that_end(
        Clock::system(),
        [not_run(), not_run(), not_run(), failed("A")],
    );
    let run = run(&store, &stack(vec![function()]), Path::new(""), functions);

    run.queue.enqueue(FUNCTION, &payload()).unwrap();

    let seen = run.functions.seen(5).await;
    let pauses: Vec<u64> = seen
        .windows(2)
        .map(|pair| pair[1].1.since(pair[0].1).as_secs())
        .collect();
    assert_eq!(pauses, [1, 2, 4, 60]);
}

#[tokio::test(start_paused = true)]
async fn row_6_1_declared_limits_of_age_end_an_event_that_waited_too_long_for_its_turn() {
    let store = Store::in_memory().unwrap();
    let mut declared = on_failure(FAILURES);
    declared["maximumEventAgeInSeconds"] = json!(60);
    let stack = stack(vec![function(), config(&declared), failures_queue()]);
    let functions = Functions::that_end(Clock::system(), []);
    functions.hold();
    let settings = Settings {
        concurrency: 1,
        ..Settings::default()
    };
    let run = run_with(&store, &stack, Path::new(""), functions, settings);

    // GIVEN an event that keeps its function busy, and another one behind it
    run.queue.enqueue(FUNCTION, &payload()).unwrap();
    run.functions.seen(1).await;
    let late = run.queue.enqueue(FUNCTION, &payload()).unwrap();
    tokio::time::sleep(Duration::from_secs(61)).await;

    // WHEN the function is free
    run.functions.release();

    // THEN it does not get the other one
    let record = failure_record(&run.queues).await;
    let context = &record["requestContext"];
    assert_eq!(context["requestId"], late);
    assert_eq!(context["condition"], "EventAgeExceeded");
    assert_eq!(context["approximateInvokeCount"], 0);
    assert_eq!(run.functions.count(), 1);
}
