//! Queues over HTTP, behind a rule.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod support;

use delivery::Outcome;
use emulator::Options;
use serde_json::{Value, json};
use stack::Stack;
use support::{Invocations, answer, authorization, call, declare, stack, start, start_with};

const QUEUE: &str = "aws:sqs/queue:Queue";
const RULE: &str = "aws:cloudwatch/eventRule:EventRule";
const TARGET: &str = "aws:cloudwatch/eventTarget:EventTarget";
const MAPPING: &str = "aws:lambda/eventSourceMapping:EventSourceMapping";
const QUEUE_POLICY: &str = "aws:sqs/queuePolicy:QueuePolicy";

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
    let policy = json!({ "Statement": {
        "Effect": "Allow",
        "Principal": { "Service": "events.amazonaws.com" },
        "Action": "sqs:SendMessage",
        "Resource": "*",
    } });
    let url = stack.resources[0].text("url").unwrap();
    let policy = json!({ "queueUrl": url, "policy": policy.to_string() });
    declare(&mut stack, QUEUE_POLICY, "orders", policy);
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

/// A queue that the function `f` reads, with a second's visibility timeout and a dead-letter queue
/// behind two receives.
fn queue_to_function(behaviour: &str) -> Stack {
    let variables = json!({ "environment": { "variables": { "DO": behaviour } } });
    let mut properties = variables;
    properties["timeout"] = json!(1);
    let mut stack = stack(&[("f", properties)]);
    declare(&mut stack, QUEUE, "dead", json!({ "name": "dead" }));
    let dead = stack.resources[1].text("arn").unwrap().to_owned();
    let policy = json!({ "deadLetterTargetArn": dead, "maxReceiveCount": 2 }).to_string();
    let orders = json!({
        "name": "orders",
        "visibilityTimeoutSeconds": 1,
        "redrivePolicy": policy,
    });
    declare(&mut stack, QUEUE, "orders", orders);
    let arn = stack.resources[2].text("arn").unwrap().to_owned();
    let mapping = json!({ "eventSourceArn": arn, "functionName": support::arn("f") });
    declare(&mut stack, MAPPING, "orders", mapping);
    stack
}

fn to(queue: &str, mut body: Value) -> Value {
    body["QueueUrl"] = json!(format!("/000000000000/{queue}"));
    body
}

#[tokio::test]
async fn a_message_reaches_the_function_that_its_queue_is_mapped_to_and_leaves_the_queue() {
    let emulating = start(&queue_to_function("echo")).await;
    let mut invocations = Invocations::of(&emulating, "f");

    let sent = to("orders", json!({ "MessageBody": "hello" }));
    let sent = call(&emulating, "AmazonSQS.SendMessage", &sent).await;

    let (event, outcome) = invocations.next().await;
    assert!(matches!(outcome, Outcome::Answered(_)), "{outcome:?}");
    let record = &event["Records"][0];
    assert_eq!(record["messageId"], sent["MessageId"]);
    assert_eq!(record["body"], "hello");
    assert_eq!(record["eventSource"], "aws:sqs");
    // Longer than the visibility timeout: it would show again.
    let receive = to("orders", json!({ "WaitTimeSeconds": 2 }));
    let received = call(&emulating, "AmazonSQS.ReceiveMessage", &receive).await;
    assert_eq!(received, json!({}));
    emulating.stop().await;
}

#[tokio::test]
async fn a_message_that_its_function_never_takes_ends_in_the_dead_letter_queue_and_is_moved_back() {
    let emulating = start(&queue_to_function("fail")).await;
    let mut invocations = Invocations::of(&emulating, "f");

    let sent = to("orders", json!({ "MessageBody": "poison" }));
    call(&emulating, "AmazonSQS.SendMessage", &sent).await;

    for _ in 0..2 {
        let (event, outcome) = invocations.next().await;
        assert_eq!(event["Records"][0]["body"], "poison");
        assert!(matches!(outcome, Outcome::Failed { .. }), "{outcome:?}");
    }
    let look = to(
        "dead",
        json!({ "WaitTimeSeconds": 20, "VisibilityTimeout": 0 }),
    );
    let dead = call(&emulating, "AmazonSQS.ReceiveMessage", &look).await;
    assert_eq!(dead["Messages"][0]["Body"], "poison");

    let arn = "arn:aws:sqs:us-east-1:000000000000:dead";
    let source = json!({ "SourceArn": arn });
    call(&emulating, "AmazonSQS.StartMessageMoveTask", &source).await;
    let (event, _) = invocations.next().await;
    assert_eq!(event["Records"][0]["body"], "poison");
    assert_ne!(
        event["Records"][0]["messageId"],
        dead["Messages"][0]["MessageId"]
    );
    emulating.stop().await;
}
