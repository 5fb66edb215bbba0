use std::sync::Arc;
use std::time::Duration;

use rusqlite::params;
use serde_json::{Value, json};

use super::double::{BUCKET, Function, Machine, answered, failed, ids};
use super::splitting::{CREATED, Splitting};
use crate::Occurrence;
use crate::mapping::{Mappings, Polling};

fn start(
    machine: &Machine,
    stream: &Splitting,
    function: &Arc<Function>,
    mapping: &Value,
) -> Mappings {
    machine.start_reading(stream, function, mapping, Polling::Instant)
}

/// The shards in which the mapping's progress is kept.
fn kept(machine: &Machine) -> Vec<String> {
    machine
        .store
        .commit(|transaction| {
            Ok(transaction
                .prepare("SELECT shard FROM mapping_progress ORDER BY shard")?
                .query_map(params![], |row| row.get(0))?
                .collect::<Result<_, _>>()?)
        })
        .unwrap()
}

fn all() -> Value {
    json!({})
}

/// Long enough for all that can happen without a failure.
async fn a_moment() {
    tokio::time::sleep(Duration::from_millis(10)).await;
}

#[tokio::test(start_paused = true)]
async fn shards_are_read_side_by_side() {
    // GIVEN two shards, and a function that takes a minute
    let (machine, stream) = (Machine::in_memory(), Splitting::with(&["a", "b"]));
    stream.write("a", 1..3);
    stream.write("b", 3..5);
    let function = Function::slow(Duration::from_mins(1), |_| answered("null"));
    let _mappings = start(&machine, &stream, &function, &json!({ "batchSize": 1 }));
    // THEN two minutes are enough for four batches, in the order of each shard
    tokio::time::sleep(Duration::from_secs(121)).await;
    let mut batches = function.batches();
    batches[..2].sort();
    batches[2..].sort();
    assert_eq!(batches, [vec!["1"], vec!["3"], vec!["2"], vec!["4"]]);
}

#[tokio::test(start_paused = true)]
async fn row_2_1_parallelization_factor_times_shards_is_how_many_batches_run_at_once() {
    let (machine, stream) = (Machine::in_memory(), Splitting::with(&["a", "b"]));
    stream.write("a", 0..100);
    stream.write("b", 100..200);
    let function = Function::slow(Duration::from_mins(1), |_| answered("null"));
    let settings = json!({ "batchSize": 1, "parallelizationFactor": 3 });
    let _mappings = start(&machine, &stream, &function, &settings);
    tokio::time::sleep(Duration::from_secs(61)).await;
    assert_eq!(function.batches().len(), 6);
}

#[tokio::test(start_paused = true)]
async fn children_wait_until_every_record_of_their_parent_is_done() {
    // GIVEN a parent whose batch fails for an hour, and its children
    let (machine, stream) = (Machine::in_memory(), Splitting::with(&["a"]));
    let clock = machine.clock;
    let works_from = clock.now().plus(Duration::from_hours(1));
    stream.write("a", 1..3);
    stream.split("a", &["a1", "a2"]);
    stream.write("a1", 3..5);
    stream.write("a2", 5..6);
    let function = Function::new(move |event| {
        if ids(event).contains(&"2".to_owned()) && clock.now() < works_from {
            failed()
        } else {
            answered("null")
        }
    });
    let _mappings = start(&machine, &stream, &function, &all());
    tokio::time::sleep(Duration::from_mins(59)).await;
    // THEN nothing of the children is given before
    let tries = function.batches();
    assert!(tries.len() > 100);
    assert!(tries.iter().all(|batch| *batch == ["1", "2"]), "{tries:?}");
    // AND all of it after
    tokio::time::sleep(Duration::from_mins(2)).await;
    let batches = function.batches();
    let children = batches.iter().position(|batch| *batch != ["1", "2"]);
    let mut after = batches.split_at(children.unwrap()).1.to_vec();
    after.sort();
    assert_eq!(after, [vec!["3", "4"], vec!["5"]]);
}

#[tokio::test(start_paused = true)]
async fn a_shard_that_splits_while_it_is_read_is_followed_by_its_children() {
    let (machine, stream) = (Machine::in_memory(), Splitting::with(&["a"]));
    let function = Function::well();
    let _mappings = start(&machine, &stream, &function, &all());
    stream.write("a", 1..2);
    a_moment().await;
    stream.split("a", &["a1", "a2"]);
    a_moment().await;
    stream.write("a1", 2..3);
    a_moment().await;
    stream.split("a1", &["a11"]);
    stream.write("a11", 3..4);
    stream.write("a2", 4..5);
    a_moment().await;
    let mut batches = function.batches();
    assert_eq!(batches[..2], [vec!["1"], vec!["2"]]);
    batches.sort();
    assert_eq!(batches, [vec!["1"], vec!["2"], vec!["3"], vec!["4"]]);
}

#[tokio::test(start_paused = true)]
async fn a_shard_that_splits_right_after_the_start_is_followed_by_its_children() {
    let (machine, stream) = (Machine::in_memory(), Splitting::with(&["a"]));
    let function = Function::well();
    let _mappings = start(&machine, &stream, &function, &all());
    // Nothing of the mapping has run yet.
    stream.split("a", &["a1"]);
    stream.write("a1", 1..2);
    a_moment().await;
    assert_eq!(function.batches(), [vec!["1"]]);
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_can_not_be_read_at_the_start_is_read_later() {
    for position in ["TRIM_HORIZON", "LATEST"] {
        // GIVEN a stream that does not answer
        let (machine, stream) = (Machine::in_memory(), Splitting::with(&["a"]));
        stream.write("a", 1..2);
        stream.lists(false);
        let function = Function::well();
        let mapping = json!({ "startingPosition": position });
        let _mappings = start(&machine, &stream, &function, &mapping);
        tokio::time::sleep(Duration::from_mins(1)).await;
        assert!(function.batches().is_empty());
        // WHEN it does
        stream.lists(true);
        tokio::time::sleep(Duration::from_secs(2)).await;
        stream.write("a", 2..3);
        a_moment().await;
        // THEN the mapping starts where it should
        let expected: &[&[&str]] = match position {
            "LATEST" => &[&["2"]],
            _ => &[&["1"], &["2"]],
        };
        assert_eq!(function.batches(), expected);
    }
}

#[tokio::test(start_paused = true)]
async fn a_restart_goes_on_with_the_parent_before_its_children() {
    // GIVEN a parent of which half is done
    let (machine, stream) = (Machine::in_memory(), Splitting::with(&["a"]));
    stream.write("a", 1..5);
    stream.split("a", &["a1"]);
    stream.write("a1", 5..7);
    let stuck = Function::new(|event| {
        if ids(event).contains(&"3".to_owned()) {
            failed()
        } else {
            answered("null")
        }
    });
    let two = json!({ "batchSize": 2 });
    let mappings = start(&machine, &stream, &stuck, &two);
    tokio::time::sleep(Duration::from_mins(1)).await;
    drop(mappings);
    // WHEN it is started again
    let function = Function::well();
    let mappings = start(&machine, &stream, &function, &two);
    a_moment().await;
    drop(mappings);
    assert_eq!(function.batches(), [vec!["3", "4"], vec!["5", "6"]]);
    // AND again, when all is done
    stream.write("a1", 7..8);
    let function = Function::well();
    let _mappings = start(&machine, &stream, &function, &two);
    a_moment().await;
    assert_eq!(function.batches(), [vec!["7"]]);
}

#[tokio::test(start_paused = true)]
async fn a_batch_of_a_shard_that_vanished_does_not_hold_its_children_back_after_a_restart() {
    // GIVEN a parent whose batch failed
    let (machine, stream) = (Machine::in_memory(), Splitting::with(&["a"]));
    stream.write("a", 1..2);
    stream.split("a", &["a1"]);
    let mappings = start(&machine, &stream, &Function::new(|_| failed()), &all());
    tokio::time::sleep(Duration::from_mins(1)).await;
    drop(mappings);
    assert_eq!(kept(&machine), ["a"]);
    // WHEN the stream forgets the parent while the mapping is down
    stream.trim("a");
    stream.write("a1", 2..3);
    let function = Function::well();
    let _mappings = start(&machine, &stream, &function, &all());
    a_moment().await;
    // THEN the child is read, and the parent's progress is dropped
    assert_eq!(function.batches(), [vec!["2"]]);
    assert_eq!(kept(&machine), ["a1"]);
}

#[tokio::test(start_paused = true)]
async fn the_progress_of_a_shard_that_vanishes_is_dropped_while_the_mapping_runs() {
    let (machine, stream) = (Machine::in_memory(), Splitting::with(&["a"]));
    let function = Function::well();
    let _mappings = start(&machine, &stream, &function, &all());
    stream.write("a", 1..2);
    stream.split("a", &["a1"]);
    stream.write("a1", 2..3);
    a_moment().await;
    assert_eq!(kept(&machine), ["a", "a1"]);
    stream.trim("a");
    a_moment().await;
    assert_eq!(kept(&machine), ["a1"]);
}

#[tokio::test(start_paused = true)]
async fn a_shard_that_vanishes_under_way_is_done_before_its_children_and_then_forgotten() {
    // GIVEN a function that takes an hour
    let (machine, stream) = (Machine::in_memory(), Splitting::with(&["a"]));
    let function = Function::slow(Duration::from_hours(1), |_| answered("null"));
    let _mappings = start(&machine, &stream, &function, &json!({ "batchSize": 1 }));
    stream.write("a", 1..3);
    stream.split("a", &["a1"]);
    stream.write("a1", 3..4);
    a_moment().await;
    // WHEN the stream forgets the shard meanwhile
    stream.trim("a");
    tokio::time::sleep(Duration::from_mins(150)).await;
    assert_eq!(function.batches(), [vec!["1"], vec!["2"]]);
    tokio::time::sleep(Duration::from_hours(1)).await;
    // THEN what was read of it came first
    assert_eq!(function.batches(), [vec!["1"], vec!["2"], vec!["3"]]);
    assert_eq!(kept(&machine), ["a1"]);
}

#[tokio::test(start_paused = true)]
async fn latest_leaves_out_what_every_shard_holds_and_nothing_of_the_shards_that_come() {
    let (machine, stream) = (Machine::in_memory(), Splitting::with(&["a"]));
    stream.write("a", 1..3);
    stream.split("a", &["a1"]);
    stream.write("a1", 3..4);
    let latest = json!({ "startingPosition": "LATEST" });
    let mappings = start(&machine, &stream, &Function::well(), &latest);
    drop(mappings);
    // WHEN everything it knew is gone at the next start
    stream.write("a1", 4..5);
    stream.split("a1", &["a11"]);
    stream.trim("a");
    stream.trim("a1");
    stream.write("a11", 5..6);
    let function = Function::well();
    let _mappings = start(&machine, &stream, &function, &latest);
    a_moment().await;
    // THEN it is no new mapping, and the new shard is read from its beginning
    assert_eq!(function.batches(), [vec!["5"]]);
}

#[tokio::test(start_paused = true)]
async fn a_shard_that_can_not_be_read_does_not_stop_the_others() {
    let (machine, stream) = (Machine::in_memory(), Splitting::with(&["a", "b"]));
    stream.write("a", 1..2);
    stream.write("b", 2..3);
    stream.breaks("a", true);
    let function = Function::well();
    let _mappings = start(&machine, &stream, &function, &all());
    tokio::time::sleep(Duration::from_mins(1)).await;
    assert_eq!(function.batches(), [vec!["2"]]);
    stream.breaks("a", false);
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(function.batches(), [vec!["2"], vec!["1"]]);
}

#[tokio::test(start_paused = true)]
async fn a_batch_that_succeeds_while_its_shard_can_not_be_read_is_done() {
    // GIVEN a batch that is with the function when its shard breaks
    let (machine, stream) = (Machine::in_memory(), Splitting::with(&["a"]));
    stream.write("a", 1..3);
    let slow = Function::slow(Duration::from_mins(1), |_| answered("null"));
    let one = json!({ "batchSize": 1 });
    let mappings = start(&machine, &stream, &slow, &one);
    tokio::time::sleep(Duration::from_secs(30)).await;
    stream.breaks("a", true);
    stream.write("a", 3..4);
    tokio::time::sleep(Duration::from_mins(1)).await;
    // WHEN everything ends
    drop(mappings);
    stream.breaks("a", false);
    // THEN it does not come again
    let function = Function::well();
    let _mappings = start(&machine, &stream, &function, &one);
    a_moment().await;
    assert_eq!(function.batches(), [vec!["2"], vec!["3"]]);
}

#[tokio::test(start_paused = true)]
async fn row_2_2_polls_four_times_a_second_each_shard() {
    let (machine, stream) = (Machine::in_memory(), Splitting::with(&["a", "b"]));
    let _mappings = machine.start_reading(&stream, &Function::well(), &all(), Polling::Aws);
    // WHEN something is written all the time
    for user in 0..1_000 {
        stream.write("a", [user]);
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    // THEN ten seconds are forty reads of each, however much is written
    assert_eq!((stream.reads("a"), stream.reads("b")), (40, 40));
}

#[tokio::test(start_paused = true)]
async fn row_2_2_records_expire_with_the_stream_and_that_is_told() {
    // GIVEN a poison record, with endless retries and a failure destination
    let (machine, stream) = (Machine::in_memory(), Splitting::with(&["a"]));
    let mut heard = machine.journal.listen();
    stream.write("a", 1..2);
    stream.split("a", &["a1"]);
    stream.write("a1", 2..3);
    let function = Function::new(|event| {
        if ids(event).contains(&"1".to_owned()) {
            failed()
        } else {
            answered("null")
        }
    });
    let to_bucket = json!({ "destinationConfig": { "onFailure": { "destinationArn": BUCKET } } });
    let _mappings = start(&machine, &stream, &function, &to_bucket);
    tokio::time::sleep(Duration::from_mins(10)).await;
    assert!(!function.batches().contains(&vec!["2".to_owned()]));
    // WHEN the stream drops it
    stream.trims_before(CREATED.plus(Duration::from_secs(2)));
    tokio::time::sleep(Duration::from_mins(1)).await;
    // THEN the shard's child goes on, and the loss is told
    assert!(function.batches().contains(&vec!["2".to_owned()]));
    let mut lost = Vec::new();
    while let Ok(occurrence) = heard.try_recv() {
        if let Occurrence::Discarded {
            destination, count, ..
        } = occurrence
        {
            lost.push((destination, count));
        }
    }
    assert_eq!(lost, [(None, 1)]);
}
