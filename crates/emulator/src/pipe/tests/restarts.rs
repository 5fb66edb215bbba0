use std::time::Duration;

use serde_json::json;

use super::bus::refused;
use super::declared::pipe;
use super::shop::Machine;
use crate::Store;
use crate::dynamodb::Location;

#[tokio::test(start_paused = true)]
async fn a_restart_in_between_loses_nothing() {
    // GIVEN state in files, a pipe that published some, and a bus that went down then
    let directory = tempfile::tempdir().unwrap();
    let location = Location::File(directory.path().join("tables.db"));
    let store = || Store::open(&directory.path().join("state.db")).unwrap();
    let mut arrived = {
        let machine = Machine::with(&location, store());
        let mut calls = 0;
        let run = machine.start_with(pipe(&json!({}), &json!({})), move |_| {
            calls += 1;
            (calls > 2).then(|| refused(503, "ServiceUnavailable"))
        });
        machine.put_all(0..40).await;
        run.arrived().await
    };
    assert!(!arrived.is_empty() && arrived.len() < 40, "{arrived:?}");
    // WHEN both are opened again
    let machine = Machine::with(&location, store());
    machine.put_all(40..45).await;
    let run = machine.start(&json!({}));
    arrived.extend(run.arrived().await);
    // THEN each of them arrived, in order, and no accepted one again
    let expected: Vec<String> = (0..45).map(|id| id.to_string()).collect();
    assert_eq!(arrived, expected);
}

#[tokio::test(start_paused = true)]
async fn stops_at_any_moment_leave_no_record_out() {
    let machine = Machine::in_memory();
    let mut arrived = Vec::new();
    for round in 0..30_u32 {
        let run = machine.start(&json!({ "batchSize": 3, "parallelizationFactor": 2 }));
        for id in round * 5..round * 5 + 5 {
            machine.put(&id.to_string(), "").await;
            if id % 3 == 0 {
                tokio::time::sleep(Duration::from_millis(u64::from(round % 4))).await;
            }
        }
        drop(run);
    }
    let run = machine.start(&json!({}));
    arrived.extend(run.arrived().await);
    arrived.sort_by_key(|id| id.parse::<u32>().unwrap());
    arrived.dedup();
    let expected: Vec<String> = (0..150).map(|id| id.to_string()).collect();
    assert_eq!(arrived, expected);
}

#[tokio::test(start_paused = true)]
async fn retries_that_were_used_and_halves_that_were_cut_survive_a_restart() {
    // GIVEN a poison record that was halved out of its batch and tried twice
    let machine = Machine::in_memory();
    machine.put_all(0..4).await;
    let stream =
        json!({ "maximumRetryAttempts": 3, "onPartialBatchItemFailure": "AUTOMATIC_BISECT" });
    let deny = |request: &_| {
        let poisoned = super::bus::ids(request).contains(&"0".to_owned());
        poisoned.then(|| refused(400, "ValidationException"))
    };
    let run = machine.start_with(pipe(&stream, &json!({})), deny);
    assert_eq!(
        run.bus.calls(4).await,
        [
            vec!["0", "1", "2", "3"],
            vec!["0", "1"],
            vec!["0"],
            vec!["0"]
        ]
    );
    tokio::time::sleep(Duration::from_millis(1)).await;
    drop(run);
    // WHEN the pipe starts again
    let run = machine.start_with(pipe(&stream, &json!({})), deny);
    run.dead_letter().await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    // THEN it has the tries that were left
    assert_eq!(
        run.bus.calls_so_far(),
        [vec!["0"], vec!["0"], vec!["1"], vec!["2", "3"]]
    );
}
