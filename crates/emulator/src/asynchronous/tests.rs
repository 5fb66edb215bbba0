#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a failing test may panic"
)]

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use delivery::Outcome;
use serde_json::{Value, json};
use stack::{Resource, Stack};

use super::{Asynchronous, Settings, declared};
use crate::background::Background;
use crate::destination::Destination;
use crate::sqs::{self, Queues};
use crate::testing::{Functions, failed, resource, stack};
use crate::{Chance, Clock, Journal, Store};

const FUNCTION: &str = "arn:aws:lambda:us-east-1:000000000000:function:consumer";
const FAILURES: &str = "arn:aws:sqs:us-east-1:000000000000:failures";

fn function() -> Resource {
    let outputs = json!({"arn": FUNCTION, "name": "consumer"});
    resource("aws:lambda/function:Function", "consumer", &outputs)
}

fn config(properties: &Value) -> Resource {
    let mut outputs = properties.clone();
    outputs["functionName"] = json!("consumer");
    resource(
        "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
        "consumer",
        &outputs,
    )
}

fn on_failure(arn: &str) -> Value {
    json!({"destinationConfig": {"onFailure": {"destination": arn}}})
}

fn failures_queue() -> Resource {
    resource(
        "aws:sqs/queue:Queue",
        "failures",
        &json!({"name": "failures", "arn": FAILURES, "url": "http://localhost/000000000000/failures"}),
    )
}

/// The parts of one run of an emulator.
struct Run {
    queue: Asynchronous,
    queues: Queues,
    functions: Arc<Functions>,
    _driver: Background,
}

fn run(store: &Store, stack: &Stack, folder: &Path, functions: Arc<Functions>) -> Run {
    run_with(store, stack, folder, functions, Settings::default())
}

fn run_with(
    store: &Store,
    stack: &Stack,
    folder: &Path,
    functions: Arc<Functions>,
    settings: Settings,
) -> Run {
    let (clock, chance) = (Clock::system(), Chance::seeded(1));
    let queues = Queues::new(
        sqs::declared(stack).unwrap(),
        store.clone(),
        clock,
        chance.clone(),
    )
    .unwrap();
    let destination = Destination::new(stack, queues.clone(), folder.to_owned(), chance.clone());
    let journal = Journal::new(100);
    let declared = declared(stack).unwrap();
    let queue =
        Asynchronous::new(declared, store.clone(), clock, chance, journal, settings).unwrap();
    Run {
        _driver: queue.start(functions.clone(), Arc::new(destination)),
        queue,
        queues,
        functions,
    }
}

fn payload() -> Bytes {
    Bytes::from_static(br#"{"id":"1"}"#)
}

async fn failure_record(queues: &Queues) -> Value {
    let body = queues.next_body("failures").await;
    serde_json::from_str(&body).unwrap()
}

#[tokio::test(start_paused = true)]
async fn an_event_reaches_its_function_once_and_whole() {
    let store = Store::in_memory().unwrap();
    let run = run(
        &store,
        &stack(vec![function()]),
        Path::new(""),
        Functions::that_end(Clock::system(), []),
    );

    let request_id = run.queue.enqueue(FUNCTION, &payload()).unwrap();

    let seen = run.functions.seen(1).await;
    assert_eq!(seen[0].0.payload, payload());
    assert_eq!(seen[0].0.request_id, request_id);
    assert_eq!(seen[0].0.function_arn, FUNCTION);
    tokio::time::sleep(Duration::from_hours(24)).await;
    assert_eq!(run.functions.count(), 1);
}

#[tokio::test(start_paused = true)]
async fn row_6_1_a_failing_event_runs_three_times_and_its_record_reaches_the_queue() {
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
async fn row_6_1_declared_retries_and_bucket_are_used() {
    let store = Store::in_memory().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut declared = on_failure("arn:aws:s3:::failed-events");
    declared["maximumRetryAttempts"] = json!(0.0);
    let bucket = json!({"arn": "arn:aws:s3:::failed-events"});
    let bucket = resource("aws:s3/bucket:Bucket", "failed-events", &bucket);
    let stack = stack(vec![function(), config(&declared), bucket]);
    let functions = Functions::that_end(Clock::system(), [failed("A")]);
    let run = run(&store, &stack, folder.path(), functions);

    run.queue.enqueue(FUNCTION, &payload()).unwrap();

    let object = loop {
        if let Some(object) = first_file(&folder.path().join("failed-events/aws")) {
            break object;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    };
    let record: Value = serde_json::from_slice(&std::fs::read(&object).unwrap()).unwrap();
    assert_eq!(record["requestContext"]["approximateInvokeCount"], 1);
    let key = object
        .strip_prefix(folder.path())
        .unwrap()
        .to_str()
        .unwrap();
    assert!(
        key.starts_with("failed-events/aws/lambda/async/consumer/20"),
        "{key}"
    );
    assert_eq!(run.functions.count(), 1);
}

fn first_file(folder: &Path) -> Option<std::path::PathBuf> {
    let mut entries = std::fs::read_dir(folder).ok()?;
    let path = entries.next()?.ok()?.path();
    if path.is_dir() {
        first_file(&path)
    } else {
        Some(path)
    }
}

#[tokio::test(start_paused = true)]
async fn row_6_1_a_function_that_can_t_be_run_is_tried_again_without_counting() {
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
async fn an_event_survives_a_kill_before_and_during_its_run() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("state.db");
    let stack = stack(vec![function()]);

    // GIVEN an event that was queued while no driver ran, and then one that a run was killed with
    {
        let store = Store::open(&file).unwrap();
        let first = run(
            &store,
            &stack,
            Path::new(""),
            Functions::that_end(Clock::system(), []),
        );
        first.queue.enqueue(FUNCTION, &payload()).unwrap();
    }
    {
        let store = Store::open(&file).unwrap();
        let functions = Functions::that_end(Clock::system(), []);
        functions.hold();
        let second = run(&store, &stack, Path::new(""), functions);
        assert_eq!(second.functions.seen(1).await[0].0.payload, payload());
    }

    // WHEN it starts again
    let store = Store::open(&file).unwrap();
    let third = run(
        &store,
        &stack,
        Path::new(""),
        Functions::that_end(Clock::system(), []),
    );

    // THEN the function gets it
    assert_eq!(third.functions.seen(1).await[0].0.payload, payload());
}

#[tokio::test(start_paused = true)]
async fn a_record_whose_destination_is_out_of_reach_is_kept_and_the_function_is_left_alone() {
    let store = Store::in_memory().unwrap();
    let without_queue = stack(vec![function(), config(&on_failure(FAILURES))]);
    let failures = [failed("A"), failed("B"), failed("C")];
    {
        // GIVEN a failure destination that does not exist
        let functions = Functions::that_end(Clock::system(), failures);
        let run = run(&store, &without_queue, Path::new(""), functions);
        run.queue.enqueue(FUNCTION, &payload()).unwrap();
        run.functions.seen(3).await;
        tokio::time::sleep(Duration::from_hours(30)).await;
        assert_eq!(run.functions.count(), 3);
    }

    // WHEN it is there after a restart
    let with_queue = stack(vec![
        function(),
        config(&on_failure(FAILURES)),
        failures_queue(),
    ]);
    let functions = Functions::that_end(Clock::system(), []);
    let run = run(&store, &with_queue, Path::new(""), functions);

    // THEN the record arrives, without another run
    let record = failure_record(&run.queues).await;
    assert_eq!(record["responsePayload"]["errorType"], "C");
    assert_eq!(run.functions.count(), 0);
}

#[tokio::test(start_paused = true)]
async fn one_function_works_on_so_many_events_at_once_and_on_all_in_the_end() {
    let store = Store::in_memory().unwrap();
    let functions = Functions::that_end(Clock::system(), []);
    functions.hold();
    let settings = Settings {
        concurrency: 2,
        ..Settings::default()
    };
    let run = run_with(
        &store,
        &stack(vec![function()]),
        Path::new(""),
        functions,
        settings,
    );
    for _ in 0..5 {
        run.queue.enqueue(FUNCTION, &payload()).unwrap();
    }

    run.functions.seen(2).await;
    tokio::time::sleep(Duration::from_secs(10)).await;
    assert_eq!(run.functions.count(), 2);

    run.functions.release();
    let ids: std::collections::BTreeSet<String> = run
        .functions
        .seen(5)
        .await
        .into_iter()
        .map(|(invocation, _)| invocation.request_id)
        .collect();
    assert_eq!(ids.len(), 5);
}

#[tokio::test]
async fn an_event_that_can_t_be_queued_is_refused() {
    let store = Store::in_memory().unwrap();
    let run = run(
        &store,
        &stack(vec![function()]),
        Path::new(""),
        Functions::that_end(Clock::system(), []),
    );

    let unknown = run.queue.enqueue(
        "arn:aws:lambda:us-east-1:000000000000:function:other",
        &payload(),
    );
    let large = run
        .queue
        .enqueue(FUNCTION, &Bytes::from(vec![b' '; 1_048_577]));

    assert!(
        unknown
            .unwrap_err()
            .to_string()
            .starts_with("Function not found: arn")
    );
    assert!(
        large
            .unwrap_err()
            .to_string()
            .starts_with("1048577 byte payload is too large")
    );
    assert!(
        run.queue
            .enqueue(&format!("{FUNCTION}:$LATEST"), &payload())
            .is_ok()
    );
}

#[test]
fn a_declaration_that_can_t_be_run_is_refused_by_name() {
    for (properties, error) in [
        (
            json!({"maximumRetryAttempts": 3}),
            "`maximumRetryAttempts` is 3; a whole number from 0 to 2 is allowed",
        ),
        (
            json!({"maximumEventAgeInSeconds": 59}),
            "`maximumEventAgeInSeconds` is 59",
        ),
        (
            on_failure("arn:aws:sns:us-east-1:000000000000:topic"),
            "a queue or a bucket is possible",
        ),
        (
            json!({"destinationConfig": {"onSuccess": {"destination": FAILURES}}}),
            "only `onFailure`",
        ),
    ] {
        let refused = declared(&stack(vec![function(), config(&properties)])).unwrap_err();
        assert_eq!(refused.name, "consumer");
        assert!(refused.to_string().contains(error), "{refused}");
    }
    assert!(declared(&stack(vec![config(&json!({}))])).is_err());
}
