use std::time::Duration;

use serde_json::json;

use super::double::{Function, Machine, answered, failed};
use crate::Store;
use crate::dynamodb::Location;

#[tokio::test(start_paused = true)]
async fn a_batch_under_way_at_the_end_comes_again_at_the_next_start() {
    // GIVEN two batches, of which the second is with the function
    let machine = Machine::in_memory();
    machine.put_all(0..4).await;
    let slow = Function::slow(Duration::from_mins(1), |_| answered("null"));
    let mappings = machine.start(&slow, &json!({ "batchSize": 2 }));
    slow.until(|batches| batches.len() == 1).await;
    tokio::time::sleep(Duration::from_secs(30)).await;
    // WHEN everything ends
    drop(mappings);
    assert_eq!(slow.batches(), [vec!["0", "1"]]);
    // THEN the next start goes on behind the first batch
    let function = Function::well();
    let _mappings = machine.start(&function, &json!({ "batchSize": 2 }));
    function.until(|batches| !batches.is_empty()).await;
    assert_eq!(function.batches(), [vec!["2", "3"]]);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_lost_or_forgotten_when_the_files_are_opened_again() {
    // GIVEN state in files, a batch that is done and one that failed twice
    let directory = tempfile::tempdir().unwrap();
    let location = Location::File(directory.path().join("tables.db"));
    let store = || Store::open(&directory.path().join("state.db")).unwrap();
    let settings = json!({ "batchSize": 2, "maximumRetryAttempts": 3 });
    let fails_on_user_2 = || {
        Function::new(|event| {
            if super::double::ids(event).contains(&"2".to_owned()) {
                failed()
            } else {
                answered("null")
            }
        })
    };
    {
        let machine = Machine::with(&location, store());
        machine.put_all(0..4).await;
        let function = fails_on_user_2();
        let _mappings = machine.start(&function, &settings);
        function.until(|batches| batches.len() == 3).await;
        // The outcome of the last run is taken in.
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    // WHEN both are opened again
    let machine = Machine::with(&location, store());
    machine.put_all(4..5).await;
    let function = fails_on_user_2();
    let _mappings = machine.start(&function, &settings);
    function
        .until(|batches| batches.last().is_some_and(|batch| *batch == ["4"]))
        .await;
    // THEN the failed batch had the two tries that were left, and the new record came after
    assert_eq!(
        function.batches(),
        [vec!["2", "3"], vec!["2", "3"], vec!["4"]]
    );
}

#[tokio::test(start_paused = true)]
async fn stops_at_any_moment_leave_no_record_out() {
    // GIVEN a function that takes its time
    let machine = Machine::in_memory();
    let function = Function::slow(Duration::from_millis(7), |_| answered("null"));
    let settings = json!({ "batchSize": 3, "parallelizationFactor": 2 });
    // WHEN the mapping is stopped and started again and again while users are written
    for round in 0..50_u32 {
        let mappings = machine.start(&function, &settings);
        machine.put_all(round * 4..round * 4 + 4).await;
        tokio::time::sleep(Duration::from_millis(u64::from(round % 17))).await;
        drop(mappings);
    }
    let _mappings = machine.start(&function, &settings);
    // THEN every one arrives
    function
        .until(|batches| {
            let mut seen: Vec<_> = batches.concat();
            seen.sort();
            seen.dedup();
            seen.len() == 200
        })
        .await;
}
