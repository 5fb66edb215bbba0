#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod items;
mod life;
mod single;
mod streams;

use serde_json::{Value, json};
use stack::{Resource, Stack};

use super::{DynamoDb, DynamoDbStreams, Location, Tables, declared};
use crate::front::{Service, ServiceError};
use crate::{Clock, Journal};

const STREAM: &str =
    "arn:aws:dynamodb:eu-west-1:123456789012:table/shop/stream/2026-11-21T00:00:00.000";

/// The stack's answer for a table `name` with these inputs.
fn resource(name: &str, inputs: Value) -> Resource {
    let Value::Object(inputs) = inputs else {
        panic!("inputs are an object")
    };
    let mut outputs = inputs.clone();
    let arn = format!("arn:aws:dynamodb:eu-west-1:123456789012:table/{name}");
    outputs.insert("name".to_owned(), json!(name));
    outputs.insert(
        "streamArn".to_owned(),
        json!(format!("{arn}/stream/2026-11-21T00:00:00.000")),
    );
    outputs.insert("arn".to_owned(), json!(arn));
    Resource {
        urn: format!("urn:pulumi:dev::p::aws:dynamodb/table:Table::{name}"),
        type_token: "aws:dynamodb/table:Table".to_owned(),
        name: name.to_owned(),
        parent: None,
        custom: true,
        protect: false,
        inputs,
        outputs,
        dependencies: Vec::new(),
        property_dependencies: std::collections::BTreeMap::default(),
    }
}

/// Inputs of a table with the key `id` and a stream of this view.
fn with_stream(view: &str) -> Value {
    json!({
        "hashKey": "id",
        "attributes": [{ "name": "id", "type": "S" }],
        "billingMode": "PAY_PER_REQUEST",
        "streamEnabled": true,
        "streamViewType": view,
        "ttl": { "attributeName": "expiresAt", "enabled": true },
    })
}

fn stack(resources: Vec<Resource>) -> Stack {
    Stack {
        resources,
        ..Stack::default()
    }
}

fn open(location: &Location, resources: Vec<Resource>) -> Result<Tables, super::Error> {
    Tables::open(
        location,
        "eu-west-1",
        "123456789012",
        declared(&stack(resources))?,
        Clock::system(),
        Journal::new(64),
    )
}

/// The table `shop` in memory.
fn shop(view: &str) -> Tables {
    open(&Location::Memory, vec![resource("shop", with_stream(view))]).unwrap()
}

/// As a client calls it.
async fn call(tables: &Tables, operation: &str, body: Value) -> Result<Value, ServiceError> {
    let dynamodb = DynamoDb::new(tables.clone());
    let body = body.to_string().into();
    let answer = dynamodb.call_text(operation, &body).await?;
    Ok(serde_json::from_slice(&answer).unwrap())
}

async fn stream_call(tables: &Tables, operation: &str, body: Value) -> Result<Value, ServiceError> {
    DynamoDbStreams::new(tables.clone())
        .call(operation, body)
        .await
}

async fn put(tables: &Tables, item: Value) {
    call(
        tables,
        "PutItem",
        json!({ "TableName": "shop", "Item": item }),
    )
    .await
    .unwrap();
}

/// All records of the shop's stream, as `GetRecords` answers them.
async fn records(tables: &Tables) -> Vec<Value> {
    let shard = stream_call(tables, "DescribeStream", json!({ "StreamArn": STREAM }))
        .await
        .unwrap()["StreamDescription"]["Shards"][0]["ShardId"]
        .clone();
    let iterator = stream_call(
        tables,
        "GetShardIterator",
        json!({ "StreamArn": STREAM, "ShardId": shard, "ShardIteratorType": "TRIM_HORIZON" }),
    )
    .await
    .unwrap()["ShardIterator"]
        .clone();
    stream_call(tables, "GetRecords", json!({ "ShardIterator": iterator }))
        .await
        .unwrap()["Records"]
        .as_array()
        .unwrap()
        .clone()
}
