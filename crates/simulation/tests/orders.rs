//! The functions of the orders against the emulator's own DynamoDB: the conditional write and the way back to given up
//! records are what DynamoDB makes of them, not what a test thinks it would.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::collections::BTreeMap;
use std::time::Duration;

use contract::Sequence;
use emulator::dynamodb::{DynamoDb, DynamoDbStreams, Location, Tables, declared};
use emulator::front::{Service, ServiceError};
use emulator::{Clock, Journal};
use order_tracking::dynamodb::{ATTRIBUTES, CONDITION, UPDATE};
use outbox::Recovery;
use outbox::publish::CallError;
use outbox::quarantine::{Quarantined, ReasonKind};
use outbox::recovery::{Page, ReadShard, Shard, Start};
use outbox::testing::{Quarantine, messages};
use serde_json::{Value, json};
use stack::{Resource, Stack};
use tokio::time::Instant;

const STREAM: &str =
    "arn:aws:dynamodb:us-east-1:000000000000:table/orders/stream/2026-11-21T00:00:00.000";

/// The table `orders` in memory, with its stream.
fn orders() -> Tables {
    let inputs = json!({
        "hashKey": "id",
        "attributes": [{ "name": "id", "type": "S" }],
        "billingMode": "PAY_PER_REQUEST",
        "streamEnabled": true,
        "streamViewType": "NEW_AND_OLD_IMAGES",
    });
    let mut outputs = inputs.clone();
    outputs["name"] = json!("orders");
    outputs["arn"] = json!("arn:aws:dynamodb:us-east-1:000000000000:table/orders");
    outputs["streamArn"] = json!(STREAM);
    let table = Resource {
        urn: "urn:pulumi:test::test::aws:dynamodb/table:Table::orders".to_owned(),
        type_token: "aws:dynamodb/table:Table".to_owned(),
        name: "orders".to_owned(),
        parent: None,
        custom: true,
        protect: false,
        inputs: inputs.as_object().unwrap().clone(),
        outputs: outputs.as_object().unwrap().clone(),
        dependencies: Vec::new(),
        property_dependencies: BTreeMap::new(),
    };
    let stack = Stack {
        resources: vec![table],
        ..Stack::default()
    };
    let tables = declared(&stack).unwrap();
    let (region, account) = ("us-east-1", "000000000000");
    Tables::open(
        &Location::Memory,
        region,
        account,
        tables,
        Clock::system(),
        Journal::new(64),
    )
    .unwrap()
}

async fn call(tables: &Tables, operation: &str, body: Value) -> Result<Value, ServiceError> {
    DynamoDb::new(tables.clone()).call(operation, body).await
}

/// What `order-tracking` asks of DynamoDB.
fn update(sequence: u128, status: &str) -> Value {
    let sequence: Sequence = sequence.to_string().parse().unwrap();
    let event_id = format!("{sequence}:OrderDetailsChanged");
    let values = [
        status,
        &sequence.padded(),
        "2026-11-21T12:00:00.123Z",
        &event_id,
    ];
    let names: BTreeMap<_, _> = ATTRIBUTES
        .iter()
        .map(|name| (format!("#{name}"), *name))
        .collect();
    let values: BTreeMap<_, _> = ATTRIBUTES
        .iter()
        .zip(values)
        .map(|(name, value)| (format!(":{name}"), json!({ "S": value })))
        .collect();
    json!({
        "TableName": "orders",
        "Key": { "id": { "S": "order-42" } },
        "UpdateExpression": UPDATE,
        "ConditionExpression": CONDITION,
        "ExpressionAttributeNames": names,
        "ExpressionAttributeValues": values,
    })
}

#[tokio::test]
async fn dynamodb_keeps_the_latest_status_whatever_the_order_and_the_number_of_the_writes() {
    // GIVEN three events, one with a sequence so short that it would sort last as text
    let events = [
        (999_999_999_999_999_999_999, "CREATED"),
        (1_000_000_000_000_000_000_000, "ACCEPTED"),
        (
            100_000_000_000_000_000_000_000_000_000_000_000_000,
            "COOKING",
        ),
    ];
    for order in [
        [0, 1, 2],
        [0, 2, 1],
        [1, 0, 2],
        [1, 2, 0],
        [2, 0, 1],
        [2, 1, 0],
    ] {
        let tables = orders();
        let mut latest = None;
        // WHEN they come in any order and each twice
        for place in order.into_iter().flat_map(|place| [place, place]) {
            let (sequence, status) = events[place];
            let answer = call(&tables, "UpdateItem", update(sequence, status)).await;
            // THEN DynamoDB applies exactly those that are newer
            let is_newer = latest < Some(sequence);
            latest = latest.max(Some(sequence));
            match answer {
                Ok(_) => assert!(is_newer, "{sequence} in {order:?}"),
                Err(error) => {
                    assert!(!is_newer, "{sequence} in {order:?}: {error:?}");
                    assert!(
                        error.code.ends_with("ConditionalCheckFailedException"),
                        "{error:?}"
                    );
                }
            }
        }
        let key = json!({ "TableName": "orders", "Key": { "id": { "S": "order-42" } } });
        let item = call(&tables, "GetItem", key).await.unwrap();
        assert_eq!(item["Item"]["status"]["S"], "COOKING");
    }
}

/// The emulator's streams, called as the function calls them.
struct Streams(DynamoDbStreams);

impl Streams {
    async fn call(&self, operation: &str, body: Value) -> Result<Value, CallError> {
        let answer = self.0.call(operation, body).await;
        answer.map_err(|error| CallError::Refused {
            status: 400,
            code: error.code.rsplit('#').next().unwrap_or_default().to_owned(),
            message: error.message.clone(),
        })
    }
}

impl ReadShard for Streams {
    async fn iterator(&self, shard: &Shard, start: Start<'_>) -> Result<String, CallError> {
        let mut request = json!({ "StreamArn": shard.stream_arn, "ShardId": shard.shard_id });
        match start {
            Start::At(number) => {
                request["ShardIteratorType"] = json!("AT_SEQUENCE_NUMBER");
                request["SequenceNumber"] = json!(number);
            }
            Start::Oldest => request["ShardIteratorType"] = json!("TRIM_HORIZON"),
        }
        let answer = self.call("GetShardIterator", request).await?;
        Ok(answer["ShardIterator"].as_str().unwrap().to_owned())
    }

    async fn records(&self, iterator: &str) -> Result<Page, CallError> {
        let answer = self
            .call("GetRecords", json!({ "ShardIterator": iterator }))
            .await?;
        Ok(Page {
            records: answer["Records"].as_array().unwrap().clone(),
            next: answer["NextShardIterator"].as_str().map(str::to_owned),
        })
    }
}

/// Five orders in the table, the records of their creation as the stream has them, and the shard that these stand in.
async fn five_orders(tables: &Tables) -> (Vec<Value>, Shard) {
    for n in 1..=5 {
        let item = json!({ "id": { "S": format!("order-{n}") }, "restaurant": { "S": "Zum \"Löwen\"\n" } });
        let request = json!({ "TableName": "orders", "Item": item });
        call(tables, "PutItem", request).await.unwrap();
    }
    let streams = Streams(DynamoDbStreams::new(tables.clone()));
    let request = json!({ "StreamArn": STREAM });
    let stream = streams.call("DescribeStream", request).await.unwrap();
    let shard_id = &stream["StreamDescription"]["Shards"][0]["ShardId"];
    let shard = Shard {
        stream_arn: STREAM.to_owned(),
        shard_id: shard_id.as_str().unwrap().to_owned(),
    };
    let oldest = streams.iterator(&shard, Start::Oldest).await.unwrap();
    (streams.records(&oldest).await.unwrap().records, shard)
}

/// What the quarantine has once the recovery got the positions of these records.
async fn recovered(tables: &Tables, records: &[Value], shard: &Shard) -> Vec<Quarantined> {
    let [first, .., last] = records else {
        panic!("several records")
    };
    let positions = json!({
        "context": {
            "partnerResourceArn": "arn:aws:pipes:us-east-1:000000000000:pipe/orders",
            "condition": "RetryAttemptsExhausted",
        },
        "version": "1.0",
        "timestamp": "1795238220000",
        "DDBStreamBatchInfo": {
            "streamArn": shard.stream_arn,
            "shardId": shard.shard_id,
            "startSequenceNumber": first["dynamodb"]["SequenceNumber"],
            "endSequenceNumber": last["dynamodb"]["SequenceNumber"],
            "batchSize": records.len(),
        },
    });
    let quarantine = Quarantine::new();
    let deadline = Instant::now() + Duration::from_secs(30);
    let streams = Streams(DynamoDbStreams::new(tables.clone()));
    let failures = Recovery::new(streams, quarantine.clone())
        .handle(messages([positions]), deadline)
        .await;
    assert!(failures.is_empty(), "{failures:?}");
    let kept = quarantine.messages();
    kept.iter()
        .map(|message| Quarantined::read(message).unwrap())
        .collect()
}

fn record(quarantined: &Quarantined) -> Value {
    serde_json::from_str(quarantined.record.get()).unwrap()
}

#[tokio::test(start_paused = true)]
async fn given_up_records_are_read_back_from_the_stream() {
    // GIVEN five orders, of which the pipe gave up the second to the fourth
    let tables = orders();
    let (records, shard) = five_orders(&tables).await;
    // WHEN the recovery gets their positions
    let quarantined = recovered(&tables, &records[1..=3], &shard).await;
    // THEN exactly those records are in the quarantine, whole
    let mut expected = records[1..=3].to_vec();
    for record in &mut expected {
        record["eventSourceARN"] = json!(STREAM);
    }
    assert_eq!(quarantined.iter().map(record).collect::<Vec<_>>(), expected);
}

#[tokio::test(start_paused = true)]
async fn of_given_up_records_that_the_stream_has_trimmed_the_positions_are_kept() {
    // GIVEN five orders, of a day ago
    let tables = orders();
    let (records, shard) = five_orders(&tables).await;
    tokio::time::advance(Duration::from_hours(25)).await;
    tables.trim_streams().unwrap();
    // WHEN the recovery gets the positions of the first three
    let quarantined = recovered(&tables, &records[0..=2], &shard).await;
    // THEN these are what is left
    let [kept] = &quarantined[..] else {
        panic!("one message was expected, not {quarantined:?}")
    };
    assert_eq!(kept.reason.kind, ReasonKind::Trimmed);
    let batch = &record(kept)["DDBStreamBatchInfo"];
    assert_eq!(
        batch["startSequenceNumber"],
        records[0]["dynamodb"]["SequenceNumber"]
    );
    assert_eq!(
        batch["endSequenceNumber"],
        records[2]["dynamodb"]["SequenceNumber"]
    );
}
