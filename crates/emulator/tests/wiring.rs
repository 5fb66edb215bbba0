//! The parts of a declared stack reach each other.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod support;

use std::time::Duration;

use delivery::Outcome;
use delivery::asynchronous::Delays;
use emulator::{Options, asynchronous};
use serde_json::{Value, json};
use stack::Stack;
use support::{Invocations, answer, call, declare, signed, stack, start, start_with};

const BUS: &str = "aws:cloudwatch/eventBus:EventBus";
const RULE: &str = "aws:cloudwatch/eventRule:EventRule";
const TARGET: &str = "aws:cloudwatch/eventTarget:EventTarget";
const PERMISSION: &str = "aws:lambda/permission:Permission";

/// A bus with one rule for `OrderPlaced` whose target is the function `f`.
fn bus_to_function() -> Stack {
    let mut stack = stack(&[("f", json!({}))]);
    declare(
        &mut stack,
        BUS,
        "orders",
        json!({ "name": "shop-dev-orders" }),
    );
    let pattern = json!({ "detail-type": ["OrderPlaced"] }).to_string();
    let rule = json!({
        "name": "shop-dev-placed",
        "eventBusName": "shop-dev-orders",
        "eventPattern": pattern,
    });
    declare(&mut stack, RULE, "placed", rule);
    let target = json!({
        "rule": "shop-dev-placed",
        "eventBusName": "shop-dev-orders",
        "arn": support::arn("f"),
    });
    declare(&mut stack, TARGET, "placed", target);
    let permission = json!({
        "action": "lambda:InvokeFunction",
        "function": "shop-dev-f",
        "principal": "events.amazonaws.com",
    });
    declare(&mut stack, PERMISSION, "placed", permission);
    stack
}

fn order(detail_type: &str, detail: &Value) -> Value {
    json!({ "Entries": [{
        "EventBusName": "shop-dev-orders",
        "Source": "shop",
        "DetailType": detail_type,
        "Detail": detail.to_string(),
    }] })
}

const TABLE: &str = "aws:dynamodb/table:Table";
const MAPPING: &str = "aws:lambda/eventSourceMapping:EventSourceMapping";
const QUEUE: &str = "aws:sqs/queue:Queue";
const INVOKE_CONFIG: &str = "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig";

fn behaving(behaviour: &str) -> Value {
    json!({ "environment": { "variables": { "DO": behaviour } } })
}

/// A table whose stream is mapped to the function `f`.
fn table_to_function(behaviour: &str) -> Stack {
    let mut stack = stack(&[("f", behaving(behaviour))]);
    let table = json!({
        "name": "shop-dev-orders",
        "attributes": [{ "name": "id", "type": "S" }],
        "hashKey": "id",
        "billingMode": "PAY_PER_REQUEST",
        "streamEnabled": true,
        "streamViewType": "NEW_IMAGE",
    });
    declare(&mut stack, TABLE, "orders", table);
    let stream = stack.resources[1].text("streamArn").unwrap();
    let mapping = json!({
        "eventSourceArn": stream,
        "functionName": support::arn("f"),
        "startingPosition": "TRIM_HORIZON",
    });
    declare(&mut stack, MAPPING, "orders", mapping);
    stack
}

async fn put(emulating: &emulator::Emulating, id: &str) {
    let item = json!({ "TableName": "shop-dev-orders", "Item": { "id": { "S": id } } });
    call(emulating, "DynamoDB_20120810.PutItem", &item).await;
}

/// The ids of the items in an event of a mapping.
fn ids(event: &Value) -> Vec<&str> {
    let records = event["Records"].as_array().unwrap();
    records
        .iter()
        .map(|record| record["dynamodb"]["Keys"]["id"]["S"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn a_written_item_reaches_the_function_that_its_stream_is_mapped_to() {
    let emulating = start(&table_to_function("echo")).await;
    let mut invocations = Invocations::of(&emulating, "f");

    put(&emulating, "42").await;

    let (event, outcome) = invocations.next().await;
    assert_eq!(ids(&event), ["42"]);
    assert_eq!(event["Records"][0]["eventSource"], "aws:dynamodb");
    assert_eq!(
        event["Records"][0]["dynamodb"]["NewImage"],
        json!({ "id": { "S": "42" } })
    );
    assert!(matches!(outcome, Outcome::Answered(_)), "{outcome:?}");
    emulating.stop().await;
}

#[tokio::test]
async fn row_2_2_crashes_and_time_outs_fail_the_invocation_and_pause_the_shard() {
    for behaviour in ["fail", "panic", "exit", "hang"] {
        let mut stack = table_to_function(behaviour);
        let function = &mut stack.resources[0].inputs;
        function.insert("timeout".to_owned(), json!(1));
        let emulating = start(&stack).await;
        let mut invocations = Invocations::of(&emulating, "f");

        put(&emulating, "42").await;
        let (first, outcome) = invocations.next().await;
        put(&emulating, "43").await;
        let (second, _) = invocations.next().await;

        assert!(matches!(outcome, Outcome::Failed { .. }), "{outcome:?}");
        assert_eq!((ids(&first), ids(&second)), (vec!["42"], vec!["42"]));
        emulating.stop().await;
    }
}

#[tokio::test]
async fn a_mapping_goes_on_where_it_was_after_a_new_start() {
    let place = tempfile::tempdir().unwrap();
    let options = || Options {
        state: Some(place.path().to_owned()),
        ..Options::default()
    };
    let failing = start_with(&table_to_function("fail"), options()).await;
    let mut invocations = Invocations::of(&failing, "f");
    put(&failing, "first").await;
    let (_, outcome) = invocations.next().await;
    assert!(matches!(outcome, Outcome::Failed { .. }), "{outcome:?}");
    failing.stop().await;

    let mended = start_with(&table_to_function("echo"), options()).await;
    let mut invocations = Invocations::of(&mended, "f");
    let (event, _) = invocations.next().await;
    assert_eq!(ids(&event), ["first"]);
    put(&mended, "second").await;
    let (event, _) = invocations.next().await;
    assert_eq!(ids(&event), ["second"]);
    mended.stop().await;
}

#[tokio::test]
async fn an_event_that_its_function_never_takes_ends_in_the_failure_queue() {
    let mut stack = bus_to_function();
    stack.resources[0].inputs.insert(
        "environment".to_owned(),
        behaving("fail")["environment"].clone(),
    );
    declare(
        &mut stack,
        QUEUE,
        "failures",
        json!({ "name": "shop-dev-failures" }),
    );
    let queue = stack.resources.last().unwrap();
    let url = queue.text("url").unwrap().to_owned();
    let config = json!({
        "functionName": "shop-dev-f",
        "maximumRetryAttempts": 0,
        "destinationConfig": { "onFailure": { "destination": queue.text("arn").unwrap() } },
    });
    declare(&mut stack, INVOKE_CONFIG, "f", config);
    let emulating = start(&stack).await;

    let detail = json!({ "order": 42 });
    call(
        &emulating,
        "AWSEvents.PutEvents",
        &order("OrderPlaced", &detail),
    )
    .await;

    let receive = json!({ "QueueUrl": url, "WaitTimeSeconds": 20 });
    let received = call(&emulating, "AmazonSQS.ReceiveMessage", &receive).await;
    let body = received["Messages"][0]["Body"].as_str().unwrap();
    let record: Value = serde_json::from_str(body).unwrap();
    assert_eq!(record["requestPayload"]["detail"], detail);
    assert_eq!(record["requestContext"]["condition"], "RetriesExhausted");
    assert_eq!(
        record["responsePayload"]["errorMessage"],
        "the function's own error"
    );
    emulating.stop().await;
}

#[tokio::test]
async fn a_published_event_reaches_the_function_that_its_rule_targets() {
    let emulating = start(&bus_to_function()).await;
    let mut invocations = Invocations::of(&emulating, "f");

    call(
        &emulating,
        "AWSEvents.PutEvents",
        &order("OrderLost", &json!({})),
    )
    .await;
    let detail = json!({ "do": "echo", "order": 42 });
    let answer = call(
        &emulating,
        "AWSEvents.PutEvents",
        &order("OrderPlaced", &detail),
    )
    .await;

    let (event, _) = invocations.next().await;
    assert_eq!(event["id"], answer["Entries"][0]["EventId"]);
    assert_eq!(
        (&event["detail-type"], &event["detail"]),
        (&json!("OrderPlaced"), &detail)
    );
    emulating.stop().await;
}

#[tokio::test]
async fn an_asynchronous_invocation_runs_later_and_is_retried() {
    let options = Options {
        asynchronous: asynchronous::Settings {
            delays: Delays {
                after_failure: [Duration::from_millis(1); 2],
                ..Delays::default()
            },
            ..asynchronous::Settings::default()
        },
        ..Options::default()
    };
    let emulating = start_with(&stack(&[("f", json!({}))]), options).await;
    let mut invocations = Invocations::of(&emulating, "f");

    let request = signed(&emulating, "f", &json!({ "do": "fail" }));
    let accepted = answer(request.header("x-amz-invocation-type", "Event")).await;

    assert_eq!(accepted.status, 202);
    for _ in 0..3 {
        let (event, outcome) = invocations.next().await;
        assert_eq!(event, json!({ "do": "fail" }));
        assert!(matches!(outcome, Outcome::Failed { .. }), "{outcome:?}");
    }
    emulating.stop().await;
}

#[tokio::test]
async fn an_asynchronous_event_over_one_megabyte_is_refused() {
    let emulating = start(&stack(&[("f", json!({}))])).await;

    let request = signed(&emulating, "f", &json!("x".repeat(1024 * 1024)));
    let refused = answer(request.header("x-amz-invocation-type", "Event")).await;

    assert_eq!(refused.status, 413);
    assert_eq!(
        refused.header("x-amzn-errortype"),
        Some("RequestTooLargeException")
    );
    emulating.stop().await;
}

#[tokio::test]
async fn an_accepted_event_is_not_lost_when_the_emulator_stops_before_it_ran() {
    let place = tempfile::tempdir().unwrap();
    let options = || Options {
        state: Some(place.path().to_owned()),
        ..Options::default()
    };
    let slow_start = json!({ "environment": { "variables": { "INIT": "5000" } } });
    let emulating = start_with(&stack(&[("f", slow_start)]), options()).await;
    let request = signed(&emulating, "f", &json!({ "do": "echo" }));
    let accepted = answer(request.header("x-amz-invocation-type", "Event")).await;
    assert_eq!(accepted.status, 202);
    emulating.stop().await;

    let emulating = start_with(&stack(&[("f", json!({}))]), options()).await;
    let mut invocations = Invocations::of(&emulating, "f");
    let (event, outcome) = invocations.next().await;

    assert_eq!(event, json!({ "do": "echo" }));
    assert!(matches!(outcome, Outcome::Answered(_)), "{outcome:?}");
    emulating.stop().await;
}
