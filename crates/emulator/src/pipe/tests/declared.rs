//! The stack: a table, a pipe, a bus, a rule and its queue.

use serde_json::{Value, json};
use stack::{Resource, Stack};

use crate::testing::{self, resource};

pub(super) const PIPE: &str = "arn:aws:pipes:eu-west-1:123456789012:pipe/orders";
pub(super) const TABLE: &str = "arn:aws:dynamodb:eu-west-1:123456789012:table/orders";
pub(super) const STREAM: &str =
    "arn:aws:dynamodb:eu-west-1:123456789012:table/orders/stream/2026-11-21T00:00:00.000";
pub(super) const BUS: &str = "arn:aws:events:eu-west-1:123456789012:event-bus/events";
const RULE: &str = "arn:aws:events:eu-west-1:123456789012:rule/events/changed";

/// The pipe's template: placeholders without quotes, as they should be.
pub(super) const TEMPLATE: &str = r#"{"id": <$.dynamodb.Keys.id.S>, "status": <$.dynamodb.NewImage.status.S>, "note": <$.dynamodb.NewImage.note.S>}"#;

pub(super) fn queue_arn(name: &str) -> String {
    format!("arn:aws:sqs:eu-west-1:123456789012:{name}")
}

fn queue(name: &str) -> Resource {
    let policy = json!({"Statement": {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": queue_arn(name),
        "Condition": {"ArnEquals": {"aws:SourceArn": RULE}},
    }});
    let url = format!("http://localhost/123456789012/{name}");
    let outputs = json!({"name": name, "arn": queue_arn(name), "url": url, "policy": policy.to_string(),
        // The tests look at messages and delete none.
        "visibilityTimeoutSeconds": 43_200});
    resource("aws:sqs/queue:Queue", name, &outputs)
}

/// The pipe with these parameters of its stream and these properties more.
pub(super) fn pipe(stream: &Value, more: &Value) -> Resource {
    let mut parameters = json!({
        "startingPosition": "TRIM_HORIZON",
        "batchSize": 10,
        "deadLetterConfig": { "arn": queue_arn("pipe-failed") },
    });
    for (name, value) in stream.as_object().unwrap() {
        parameters[name] = value.clone();
    }
    let mut outputs = json!({
        "name": "orders",
        "arn": PIPE,
        "roleArn": "arn:aws:iam::123456789012:role/orders-pipe",
        "source": STREAM,
        "target": BUS,
        "sourceParameters": { "dynamodbStreamParameters": parameters },
        "targetParameters": {
            "inputTemplate": TEMPLATE,
            "eventbridgeEventBusParameters": { "source": "order.event", "detailType": "OrderDetailsChanged" },
        },
    });
    for (name, value) in more.as_object().unwrap() {
        outputs[name] = value.clone();
    }
    resource("aws:pipes/pipe:Pipe", "orders", &outputs)
}

pub(super) fn stack_with(pipe: Resource) -> Stack {
    let table = json!({
        "name": "orders",
        "arn": TABLE,
        "streamArn": STREAM,
        "hashKey": "id",
        "attributes": [{ "name": "id", "type": "S" }],
        "billingMode": "PAY_PER_REQUEST",
        "streamEnabled": true,
        "streamViewType": "NEW_AND_OLD_IMAGES",
    });
    let mut table = resource("aws:dynamodb/table:Table", "orders", &table);
    table.inputs = table.outputs.clone();
    let bus = json!({"name": "events", "arn": BUS});
    let rule = json!({
        "name": "changed",
        "arn": RULE,
        "eventBusName": "events",
        "eventPattern": json!({"source": ["order.event"], "detail-type": ["OrderDetailsChanged"]}).to_string(),
    });
    let target = json!({
        "targetId": "queue",
        "arn": queue_arn("changes"),
        "rule": "changed",
        "eventBusName": "events",
    });
    testing::stack(vec![
        table,
        resource("aws:cloudwatch/eventBus:EventBus", "events", &bus),
        resource("aws:cloudwatch/eventRule:EventRule", "changed", &rule),
        resource("aws:cloudwatch/eventTarget:EventTarget", "queue", &target),
        queue("changes"),
        queue("pipe-failed"),
        pipe,
    ])
}
