#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod entries;
mod runs;
mod settings;
mod template;

use serde_json::{Map, Value, json};

use super::{Context, Settings, Step};
use crate::Time;

const PIPE: &str = "arn:aws:pipes:eu-west-1:123456789012:pipe/orders";
const STREAM: &str =
    "arn:aws:dynamodb:eu-west-1:123456789012:table/orders/stream/2026-11-21T00:00:00.000";
const BUS: &str = "arn:aws:events:eu-west-1:123456789012:event-bus/events";

fn context() -> Context<'static> {
    Context {
        pipe_arn: PIPE,
        pipe_name: "orders",
        source_arn: STREAM,
        target_arn: BUS,
        received_at: Time(1_795_238_220_007),
    }
}

/// The properties of a pipe: these of its stream, these of its bus, and this template.
fn pipe(stream: &Value, bus: &Value, template: Option<&str>) -> Map<String, Value> {
    let mut stream = stream.clone();
    if stream.get("startingPosition").is_none() {
        stream["startingPosition"] = json!("TRIM_HORIZON");
    }
    properties(&json!({
        "source": STREAM,
        "target": BUS,
        "sourceParameters": { "dynamodbStreamParameters": stream },
        "targetParameters": {
            "eventbridgeEventBusParameters": bus,
            "inputTemplate": template,
        },
    }))
}

fn properties(value: &Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

fn step(bus: &Value, template: Option<&str>) -> Step {
    Settings::declared(&pipe(&json!({}), bus, template), "orders")
        .unwrap()
        .step
}

fn refusal(properties: &Map<String, Value>) -> String {
    Settings::declared(properties, "orders")
        .unwrap_err()
        .to_string()
}

/// A record whose item has these attributes.
fn record(image: &Value) -> String {
    json!({
        "eventID": "0f2c",
        "eventName": "INSERT",
        "dynamodb": { "Keys": { "id": { "S": "7" } }, "NewImage": image, "SequenceNumber": "100000000000000000007" },
        "eventSourceARN": STREAM,
    })
    .to_string()
}
