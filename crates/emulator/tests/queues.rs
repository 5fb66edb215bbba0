//! Queues over HTTP, behind a rule.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod support;

use emulator::Options;
use serde_json::{Value, json};
use stack::Stack;
use support::{answer, authorization, call, declare, stack, start, start_with};

const QUEUE: &str = "aws:sqs/queue:Queue";
const RULE: &str = "aws:cloudwatch/eventRule:EventRule";
const TARGET: &str = "aws:cloudwatch/eventTarget:EventTarget";

/// A rule of the default bus with a queue as its target.
fn bus_to_queue() -> Stack {
    let mut stack = stack(&[]);
    declare(&mut stack, QUEUE, "orders", json!({ "name": "orders" }));
    let arn = stack.resources[0].text("arn").unwrap().to_owned();
    let pattern = json!({ "detail": { "paid": [true] } }).to_string();
    let rule = json!({ "name": "paid", "eventPattern": pattern });
    declare(&mut stack, RULE, "paid", rule);
    let target = json!({ "rule": "paid", "arn": arn });
    declare(&mut stack, TARGET, "paid", target);
    stack
}

fn paid(order: u32) -> Value {
    let detail = json!({ "order": order, "paid": true }).to_string();
    json!({ "Source": "shop", "DetailType": "OrderPaid", "Detail": detail })
}

#[tokio::test]
async fn a_message_of_a_rule_is_received_once_also_after_a_new_start() {
    let place = tempfile::tempdir().unwrap();
    let options = || Options {
        state: Some(place.path().to_owned()),
        ..Options::default()
    };
    // The host and port of an earlier run don't matter.
    let receive = json!({
        "QueueUrl": "http://localhost:1/000000000000/orders",
        "WaitTimeSeconds": 20,
    });

    let first = start_with(&bus_to_queue(), options()).await;
    let entries = json!({ "Entries": [paid(1), paid(2)] });
    let published = call(&first, "AWSEvents.PutEvents", &entries).await;
    let received = call(&first, "AmazonSQS.ReceiveMessage", &receive).await;
    let mut delete = receive.clone();
    delete["ReceiptHandle"] = received["Messages"][0]["ReceiptHandle"].clone();
    call(&first, "AmazonSQS.DeleteMessage", &delete).await;
    first.stop().await;

    let second = start_with(&bus_to_queue(), options()).await;
    let again = call(&second, "AmazonSQS.ReceiveMessage", &receive).await;
    let ids: Vec<Value> = [&received, &again]
        .into_iter()
        .map(|answer| {
            let body = answer["Messages"][0]["Body"].as_str().unwrap();
            let event: Value = serde_json::from_str(body).unwrap();
            event["id"].clone()
        })
        .collect();
    let entries = &published["Entries"];
    assert_eq!(
        ids,
        [entries[0]["EventId"].clone(), entries[1]["EventId"].clone()]
    );
    second.stop().await;
}

#[tokio::test]
async fn an_error_carries_both_of_its_names() {
    let emulating = start(&bus_to_queue()).await;
    let running = emulating.running();
    let request = reqwest::Client::new()
        .post(&running.endpoint)
        .header("authorization", authorization(&running.access_key_id))
        .header("content-type", "application/x-amz-json-1.0")
        .header("x-amz-target", "AmazonSQS.ReceiveMessage")
        // What clients send that know the codes of the older protocol.
        .header("x-amzn-query-mode", "true")
        .body(json!({ "QueueUrl": "/000000000000/nowhere" }).to_string());

    let refused = answer(request).await;

    assert_eq!(refused.status, 400);
    assert_eq!(
        refused.text("__type"),
        "com.amazonaws.sqs#QueueDoesNotExist"
    );
    assert_eq!(
        refused.header("x-amzn-query-error"),
        Some("AWS.SimpleQueueService.NonExistentQueue;Sender")
    );
    emulating.stop().await;
}
