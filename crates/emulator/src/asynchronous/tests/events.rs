use std::path::Path;
use std::time::Duration;

use bytes::Bytes;

use super::{FUNCTION, function, payload, run, run_with};
use crate::asynchronous::Settings;
use crate::testing::{Functions, stack};
use crate::{Clock, Store};

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
async fn row_6_1_asynchronous_payload_limit_and_unknown_functions_are_refused() {
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

#[tokio::test(start_paused = true)]
async fn row_6_1_may_be_delivered_twice_with_one_request_id() {
    let store = Store::in_memory().unwrap();
    let settings = Settings {
        duplicates: 1.0,
        ..Settings::default()
    };
    let run = run_with(
        &store,
        &stack(vec![function()]),
        Path::new(""),
        Functions::that_end(Clock::system(), []),
        settings,
    );

    let request_id = run.queue.enqueue(FUNCTION, &payload()).unwrap();

    for (invocation, _) in run.functions.seen(2).await {
        assert_eq!(invocation.request_id, request_id);
        assert_eq!(invocation.payload, payload());
    }
    tokio::time::sleep(Duration::from_hours(24)).await;
    assert_eq!(run.functions.count(), 2);
}

#[tokio::test(start_paused = true)]
async fn events_of_an_earlier_versions_state_are_not_lost() {
    let store = Store::in_memory().unwrap();
    let earlier = "
        CREATE TABLE asynchronous_events (
            id INTEGER PRIMARY KEY AUTOINCREMENT, request_id TEXT NOT NULL,
            function_arn TEXT NOT NULL, payload BLOB NOT NULL, enqueued_at INTEGER NOT NULL,
            due_at INTEGER NOT NULL, runs INTEGER NOT NULL DEFAULT 0,
            not_runs INTEGER NOT NULL DEFAULT 0, record TEXT
        ) STRICT;";
    store.create(earlier).unwrap();
    let now = Clock::system().now().0;
    let insert = format!(
        "INSERT INTO asynchronous_events (request_id, function_arn, payload, enqueued_at, due_at)
         VALUES ('early', '{FUNCTION}', x'7b7d', {now}, {now})"
    );
    store.create(&insert).unwrap();

    let run = run(
        &store,
        &stack(vec![function()]),
        Path::new(""),
        Functions::that_end(Clock::system(), []),
    );

    assert_eq!(run.functions.seen(1).await[0].0.request_id, "early");
}
