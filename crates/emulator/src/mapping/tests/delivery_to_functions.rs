use std::time::Duration;

use serde_json::{Value, json};

use super::double::{Function, Machine, STREAM};
use crate::mapping::Polling;

#[tokio::test(start_paused = true)]
async fn what_is_written_reaches_the_function_as_aws_sends_it() {
    // GIVEN a running mapping
    let machine = Machine::in_memory();
    let function = Function::well();
    let _mappings = machine.start(&function, &json!({}));
    // WHEN a user is written
    machine.put("1", &json!({ "name": { "S": "Ada" } })).await;
    function.until(|batches| !batches.is_empty()).await;
    // THEN the event has the shape of AWS's own sample
    // (https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html)
    let event = function.events().remove(0);
    let record = &event["Records"][0];
    let time = record["dynamodb"]["ApproximateCreationDateTime"].as_u64();
    assert!(time.is_some_and(|seconds| (1_700_000_000..10_000_000_000).contains(&seconds)));
    let expected = json!({ "Records": [{
        "eventID": record["eventID"],
        "eventName": "INSERT",
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": "eu-west-1",
        "dynamodb": {
            "ApproximateCreationDateTime": time,
            "Keys": { "id": { "S": "1" } },
            "NewImage": { "id": { "S": "1" }, "name": { "S": "Ada" } },
            "SequenceNumber": record["dynamodb"]["SequenceNumber"],
            "SizeBytes": record["dynamodb"]["SizeBytes"],
            "StreamViewType": "NEW_IMAGE",
        },
        "eventSourceARN": STREAM,
    }]});
    assert_eq!(event, expected);
    let number = record["dynamodb"]["SequenceNumber"].as_str();
    assert_eq!(number.map(str::len), Some(21));
}

/// The names in a JSON value with the kinds of what they name, and not the values themselves.
fn shape(value: &Value) -> Value {
    match value {
        Value::Object(members) => members
            .iter()
            .map(|(name, member)| (name.clone(), shape(member)))
            .collect(),
        Value::Array(members) => members.iter().map(shape).collect(),
        Value::String(_) => json!("text"),
        Value::Number(_) => json!("number"),
        other => other.clone(),
    }
}

#[tokio::test(start_paused = true)]
async fn an_item_written_and_expired_gives_an_event_of_the_same_shape_as_on_aws() {
    // GIVEN an event as AWS sends it, for an item that expired
    let aws: Value = serde_json::from_str(include_str!("aws-event.json")).unwrap();
    // WHEN the same happens here
    let machine = Machine::in_memory();
    let function = Function::well();
    let item = json!({ "expiresAt": { "N": "1428537000" } });
    machine.put("101", &item).await;
    machine.tables.expire_items().unwrap();
    let _mappings = machine.start(&function, &json!({}));
    function.until_runs(1).await;
    // THEN the events differ in values only
    assert_eq!(shape(&function.events()[0]), shape(&aws));
    assert_eq!(
        function.events()[0]["Records"][1]["userIdentity"],
        aws["Records"][1]["userIdentity"]
    );
}

#[tokio::test(start_paused = true)]
async fn row_2_1_starting_position_trim_horizon_delivers_what_was_written_before() {
    let machine = Machine::in_memory();
    machine.put_all(0..5).await;
    let function = Function::well();
    let _mappings = machine.start(&function, &json!({ "batchSize": 2 }));
    function.until(|batches| batches.len() == 3).await;
    assert_eq!(
        function.batches(),
        [vec!["0", "1"], vec!["2", "3"], vec!["4"]]
    );
}

#[tokio::test(start_paused = true)]
async fn row_2_1_starting_position_latest_leaves_out_what_was_there_also_after_a_restart() {
    let machine = Machine::in_memory();
    machine.put_all(0..2).await;
    let latest = json!({ "startingPosition": "LATEST" });
    let function = Function::well();
    drop(machine.start(&function, &latest));
    // What is written while the mapping is down is not lost: it has a place already.
    machine.put_all(2..3).await;
    let _mappings = machine.start(&function, &latest);
    function.until(|batches| !batches.is_empty()).await;
    assert_eq!(function.batches(), [vec!["2"]]);
}

#[tokio::test(start_paused = true)]
async fn row_2_5_unmatched_records_are_skipped_for_good() {
    let machine = Machine::in_memory();
    let function = Function::well();
    let filtered = json!({ "filterCriteria": { "filters": [
        { "pattern": "{\"dynamodb\":{\"NewImage\":{\"status\":{\"S\":[\"NEW\"]}}}}" },
    ]}});
    let mappings = machine.start(&function, &filtered);
    machine.put("1", &json!({ "status": { "S": "OLD" } })).await;
    machine.put("2", &json!({ "status": { "S": "NEW" } })).await;
    machine.put("3", &json!({ "status": { "S": "OLD" } })).await;
    function.until(|batches| !batches.is_empty()).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(function.batches(), [vec!["2"]]);
    // WHEN the mapping comes back without its filter
    drop(mappings);
    let function = Function::well();
    let _mappings = machine.start(&function, &json!({}));
    machine.put("4", &json!({})).await;
    function.until(|batches| !batches.is_empty()).await;
    // THEN what was skipped stays skipped
    assert_eq!(function.batches(), [vec!["4"]]);
}

#[tokio::test(start_paused = true)]
async fn row_2_5_unmatched_records_are_skipped_also_where_a_whole_page_is_unmatched() {
    // GIVEN more records that no filter wants than one read takes
    let machine = Machine::in_memory();
    machine.put_all(0..2500).await;
    let none = json!({ "filterCriteria": { "filters": [
        { "pattern": "{\"eventName\":[\"REMOVE\"]}" },
    ]}});
    for polling in [Polling::Instant, Polling::Aws] {
        drop(machine.start(&Function::well(), &none));
        let mappings = machine.start_polling(&Function::well(), &none, polling);
        tokio::time::sleep(Duration::from_secs(1)).await;
        drop(mappings);
    }
    // WHEN the mapping comes back without its filter
    let function = Function::well();
    let _mappings = machine.start(&function, &json!({}));
    machine.put("new", &json!({})).await;
    function.until_runs(1).await;
    // THEN it goes on behind them
    assert_eq!(function.batches(), [vec!["new"]]);
}

#[tokio::test(start_paused = true)]
async fn row_2_2_stopped_mapping_keeps_its_position_and_is_given_nothing() {
    let machine = Machine::in_memory();
    let function = Function::well();
    let disabled = machine.start(&function, &json!({ "enabled": false }));
    machine.put_all(0..1).await;
    tokio::time::sleep(Duration::from_mins(5)).await;
    assert!(function.batches().is_empty());
    drop(disabled);
    let _mappings = machine.start(&function, &json!({}));
    function.until(|batches| !batches.is_empty()).await;
}

#[tokio::test(start_paused = true)]
async fn row_2_2_polls_four_times_a_second_at_most() {
    let machine = Machine::in_memory();
    let function = Function::well();
    let _mappings = machine.start_polling(&function, &json!({}), Polling::Aws);
    // WHEN a user is written every 10 ms for a second
    for id in 0..100 {
        machine.put(&id.to_string(), &json!({})).await;
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    // THEN they arrive together, about 25 at a time
    let batches = function.batches();
    assert_eq!(batches.concat().len(), 100);
    assert!(
        (4..=6).contains(&batches.len()),
        "{} batches",
        batches.len()
    );
}

#[tokio::test(start_paused = true)]
async fn row_2_2_polls_four_times_a_second_or_as_soon_as_something_is_written_but_gathers() {
    // GIVEN a mapping that reads its shard as soon as something is written, and has not for a while
    let machine = Machine::in_memory();
    let function = Function::well();
    let _mappings = machine.start(&function, &json!({}));
    tokio::time::sleep(Duration::from_secs(1)).await;
    // WHEN a user is written every millisecond for a tenth of a second
    let started = machine.clock.now();
    machine.put("0", &json!({})).await;
    function.until_runs(1).await;
    let took = machine.clock.now().since(started);
    for id in 1..100 {
        machine.put(&id.to_string(), &json!({})).await;
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    tokio::time::sleep(Polling::GATHERING).await;
    // THEN the first comes at once, and the others about ten at a time
    assert!(took <= Duration::from_millis(2), "{took:?}");
    let batches = function.batches();
    assert_eq!(batches.concat().len(), 100);
    assert!(
        (9..=13).contains(&batches.len()),
        "{} batches",
        batches.len()
    );
}

#[tokio::test(start_paused = true)]
async fn row_2_2_polls_four_times_a_second_and_a_thousand_records_each_time() {
    let machine = Machine::in_memory();
    machine.put_all(0..2500).await;
    let function = Function::well();
    let started = machine.clock.now();
    let _mappings = machine.start_polling(&function, &json!({ "batchSize": 10_000 }), Polling::Aws);
    function.until_runs(3).await;
    let sizes: Vec<_> = function.batches().iter().map(Vec::len).collect();
    assert_eq!(sizes, [1000, 1000, 500]);
    let took = machine.clock.now().since(started);
    assert!(took >= Duration::from_millis(500), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn row_2_2_batch_closes_when_what_came_in_its_window_was_gathered() {
    let machine = Machine::in_memory();
    let function = Function::well();
    let _mappings = machine.start(&function, &json!({ "maximumBatchingWindowInSeconds": 5 }));
    for id in 0..3 {
        machine.put(&id.to_string(), &json!({})).await;
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    assert!(function.batches().is_empty());
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(function.batches(), [vec!["0", "1", "2"]]);
}

#[tokio::test]
async fn ten_thousand_records_are_drained_in_order() {
    // GIVEN ten thousand changes in the stream
    let machine = Machine::in_memory();
    machine.put_all(0..10_000).await;
    let function = Function::well();
    // WHEN the mapping runs
    let started = std::time::Instant::now();
    let _mappings = machine.start(&function, &json!({ "batchSize": 100 }));
    function.until_runs(100).await;
    let rate = 10_000.0 / started.elapsed().as_secs_f64();
    println!("{rate:.0} records/s");
    // THEN each was given once, in order, in full batches
    let expected: Vec<_> = (0..10_000).map(|id| id.to_string()).collect();
    assert_eq!(function.batches().concat(), expected);
    assert_eq!(function.batches().len(), 100);
}
