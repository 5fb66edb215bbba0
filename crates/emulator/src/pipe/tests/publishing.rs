use std::time::Duration;

use serde_json::{Value, json};

use super::declared::{BUS, PIPE, STREAM, pipe};
use super::shop::Machine;

fn filters(pattern: &Value) -> Value {
    json!([{ "pattern": pattern.to_string() }])
}

#[tokio::test(start_paused = true)]
async fn an_item_that_is_written_arrives_as_a_typed_event() {
    // GIVEN a table, a pipe, a bus, a rule and its queue
    let machine = Machine::in_memory();
    let run = machine.start(&json!({}));
    // WHEN an order is written whose note has everything in it that JSON escapes
    let note = "say \"hi\" \\ <$.eventID>\n\t{}, é 🦀";
    machine.put("7", note).await;
    // THEN the queue gets the event that the template makes of it, and no DynamoDB JSON
    let event = run.event().await;
    assert_eq!(event["source"], "order.event");
    assert_eq!(event["detail-type"], "OrderDetailsChanged");
    assert_eq!(
        event["detail"],
        json!({ "id": "7", "status": "CREATED", "note": note })
    );
}

#[tokio::test(start_paused = true)]
async fn row_4_2_one_entry_for_each_record_and_ten_a_call() {
    let machine = Machine::in_memory();
    machine.put_all(0..25).await;
    let run = machine.start(&json!({}));
    let calls = run.bus.calls(3).await;
    let sizes: Vec<usize> = calls.iter().map(Vec::len).collect();
    assert_eq!(sizes, [10, 10, 5]);
    // Also where a larger batch is declared.
    let machine = Machine::in_memory();
    machine.put_all(0..25).await;
    let mut run = machine.start(&json!({ "batchSize": 100 }));
    let sizes: Vec<usize> = run.bus.calls(3).await.iter().map(Vec::len).collect();
    assert_eq!(sizes, [10, 10, 5]);
    let warnings = run.warnings();
    assert!(
        warnings[0].contains("batchSize of 100") && warnings[0].contains("cut to 10"),
        "{warnings:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn row_4_2_whole_record_is_the_detail_where_there_is_no_template() {
    let machine = Machine::in_memory();
    let bare = json!({ "targetParameters": { "eventbridgeEventBusParameters": {
        "source": "order.event", "detailType": "OrderDetailsChanged",
    } } });
    let run = machine.start_with(pipe(&json!({}), &bare), |_| None);
    machine.put("7", "").await;
    let detail = run.event().await["detail"].take();
    assert_eq!(detail["eventName"], "INSERT");
    assert_eq!(detail["eventSourceARN"], STREAM);
    assert_eq!(detail["eventSource"], "aws:dynamodb");
    assert_eq!(detail["dynamodb"]["NewImage"]["status"]["S"], "CREATED");
    assert_eq!(detail["dynamodb"]["Keys"]["id"]["S"], "7");
}

#[tokio::test(start_paused = true)]
async fn row_4_2_filters_skip_records_for_good_and_a_removal_publishes_nothing() {
    // GIVEN a pipe that wants items with a status
    let machine = Machine::in_memory();
    let pattern =
        json!({ "dynamodb": { "NewImage": { "status": { "S": [{ "exists": true }] } } } });
    let mut filtered = pipe(&json!({}), &json!({}));
    filtered.outputs["sourceParameters"]["filterCriteria"] =
        json!({ "filters": filters(&pattern) });
    let run = machine.start_with(filtered, |_| None);
    // WHEN an order is written and removed, and another one written
    machine.put("1", "").await;
    let key = json!({ "TableName": "orders", "Key": { "id": { "S": "1" } } });
    machine.call("DeleteItem", key).await;
    machine.put("2", "").await;
    // THEN the removal never became an event of empty strings
    assert_eq!(run.arrived().await, ["1", "2"]);
    // AND a pipe without the filter goes on behind it
    drop(run);
    let run = machine.start(&json!({}));
    assert!(run.arrived().await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn row_4_3_missing_path_of_a_removal_is_an_event_of_empty_strings() {
    let machine = Machine::in_memory();
    let run = machine.start(&json!({}));
    machine.put("1", "").await;
    let key = json!({ "TableName": "orders", "Key": { "id": { "S": "1" } } });
    machine.call("DeleteItem", key).await;
    run.event().await;
    assert_eq!(
        run.event().await["detail"],
        json!({ "id": "1", "status": "", "note": "" })
    );
}

#[tokio::test(start_paused = true)]
async fn row_4_2_order_is_kept_up_to_the_bus_for_each_item() {
    // GIVEN two lanes
    let machine = Machine::in_memory();
    for change in 0..30 {
        machine
            .put(&(change % 3).to_string(), &change.to_string())
            .await;
    }
    let template = r#"{"id": <$.dynamodb.NewImage.note.S>}"#;
    let more = json!({ "targetParameters": { "inputTemplate": template } });
    let run = machine.start_with(
        pipe(
            &json!({ "parallelizationFactor": 2, "batchSize": 4 }),
            &more,
        ),
        |_| None,
    );
    tokio::time::sleep(Duration::from_secs(1)).await;
    // THEN the changes of one item reach the bus in their order
    let changes: Vec<u32> = run
        .bus
        .calls_so_far()
        .concat()
        .iter()
        .map(|id| id.parse().unwrap())
        .collect();
    assert_eq!(changes.len(), 30);
    for item in 0..3 {
        let of_item: Vec<_> = changes
            .iter()
            .filter(|change| *change % 3 == item)
            .collect();
        assert!(of_item.is_sorted(), "{of_item:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn row_4_1_starting_position_latest_leaves_out_what_is_there() {
    let machine = Machine::in_memory();
    machine.put("before", "").await;
    let run = machine.start(&json!({ "startingPosition": "LATEST" }));
    machine.put("after", "").await;
    assert_eq!(run.arrived().await, ["after"]);
}

#[tokio::test(start_paused = true)]
async fn row_4_2_batch_limits_a_window_gathers_records_up_to_ten() {
    let machine = Machine::in_memory();
    let run = machine.start(&json!({ "maximumBatchingWindowInSeconds": 60 }));
    machine.put_all(0..3).await;
    tokio::time::sleep(Duration::from_secs(50)).await;
    assert!(run.bus.calls_so_far().is_empty());
    machine.put_all(3..13).await;
    assert_eq!(run.bus.calls(1).await[0].len(), 10);
    assert_eq!(run.bus.calls(2).await[1].len(), 3);
}

#[tokio::test(start_paused = true)]
async fn row_4_3_reserved_names_have_the_running_pipes_values() {
    let machine = Machine::in_memory();
    let template = r#"{"id": <aws.pipes.pipe-name>, "arn": <aws.pipes.pipe-arn>, "to": <aws.pipes.target-arn>, "at": <aws.pipes.event.ingestion-time>}"#;
    let more = json!({ "targetParameters": {
        "inputTemplate": template,
        "eventbridgeEventBusParameters": { "source": "order.event", "detailType": "OrderDetailsChanged" },
    } });
    let run = machine.start_with(pipe(&json!({}), &more), |_| None);
    let now = machine.clock.now().in_milliseconds();
    machine.put("7", "").await;
    let detail = run.event().await["detail"].take();
    assert_eq!(detail["id"], "orders");
    assert_eq!(detail["arn"], PIPE);
    assert_eq!(detail["to"], BUS);
    assert_eq!(detail["at"], now);
}
