//! An outbox, its relay, and a queue that hears of all events on the bus.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use aws_sdk_dynamodb::Client;
use contract::Event;
use emulator::{Emulating, Emulator, Options};
use outbox::sdk::local_config;
use outbox::transact::{Token, Transaction};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use stack::Stack;

use crate::command::example::function;
use crate::command::{Ended, outbox};
use crate::support::{call, declare, stack};

const PATIENCE: Duration = Duration::from_mins(1);

#[derive(Serialize, Deserialize, JsonSchema)]
struct Placed {
    order: u32,
}

impl Event for Placed {
    const SOURCE: &'static str = "test.orders";
    const DETAIL_TYPE: &'static str = "Placed";
    const VERSION: u32 = 1;

    fn sample() -> Self {
        Self { order: 42 }
    }
}

pub(crate) struct Shop {
    pub(crate) emulating: Emulating,
    pub(crate) quarantine: String,
    pub(crate) client: Client,
}

impl Shop {
    /// One whose relay publishes what is written.
    pub(crate) async fn open() -> Self {
        Self::with_mapping(json!({})).await
    }

    /// One whose relay never runs.
    pub(crate) async fn without_relay() -> Self {
        Self::with_mapping(json!({ "enabled": false })).await
    }

    /// One with such properties of the mapping beside the usual ones.
    pub(crate) async fn with_mapping(properties: Value) -> Self {
        let stack = declared(&properties);
        let relay = function("outbox-relay").await;
        let binaries = BTreeMap::from([("outbox-relay".to_owned(), relay)]);
        let emulator = Emulator::bind(Options::default()).await.unwrap();
        let emulating = emulator.start(&stack, &binaries).await.unwrap();
        let running = emulating.running();
        let settings = local_config(
            &running.endpoint,
            &running.region,
            &running.access_key_id,
            &running.secret_access_key,
        );
        let quarantine = stack.by_name(QUEUE, "quarantine").unwrap();
        Self {
            quarantine: quarantine.text("url").unwrap().to_owned(),
            client: Client::new(&settings),
            emulating,
        }
    }

    /// Writes so many events of one aggregate and answers their ids.
    pub(crate) async fn place(&self, orders: u32) -> Vec<String> {
        let mut ids = Vec::new();
        for order in 0..orders {
            let transaction = Transaction::new(&self.client, "shop-dev-outbox");
            let transaction = transaction.event("order#42", Placed { order });
            let receipt = transaction.commit(Token::from(order.to_string())).await;
            ids.extend(receipt.unwrap().event_ids);
        }
        ids
    }

    /// Runs `cargo outbox verify` on the running stack.
    pub(crate) async fn verify(&self, words: &[&str]) -> Ended {
        let state = self.emulating.state().root().to_owned();
        let mut all = vec!["verify".to_owned(), "--state".to_owned()];
        all.push(state.to_str().unwrap().to_owned());
        all.extend(words.iter().map(|word| (*word).to_owned()));
        run(all).await
    }

    /// The rows, as DynamoDB's own API shows them.
    pub(crate) async fn rows(&self) -> Vec<Value> {
        let scan = json!({ "TableName": "shop-dev-outbox", "ConsistentRead": true });
        let found = call(&self.emulating, "DynamoDB_20120810.Scan", &scan).await;
        let items = found["Items"].as_array().unwrap().iter();
        let row = |item: &&Value| item.get("detailType").is_some();
        items.filter(row).cloned().collect()
    }

    /// Writes an item as it is.
    pub(crate) async fn put(&self, table: &str, item: &Value) {
        let put = json!({ "TableName": table, "Item": item });
        call(&self.emulating, "DynamoDB_20120810.PutItem", &put).await;
    }

    /// The ids of the events that have come from the bus since the last call, at least so many.
    pub(crate) async fn heard(&self, count: usize) -> Vec<String> {
        let mut ids = Vec::new();
        let limit = Instant::now() + PATIENCE;
        loop {
            let receive = json!({
                "QueueUrl": "/000000000000/shop-dev-heard", "MaxNumberOfMessages": 10, "WaitTimeSeconds": 1,
            });
            let received = call(&self.emulating, "AmazonSQS.ReceiveMessage", &receive).await;
            let messages = received["Messages"].as_array().cloned().unwrap_or_default();
            for message in &messages {
                let event: Value = serde_json::from_str(message["Body"].as_str().unwrap()).unwrap();
                let id = &event["detail"]["metadata"]["eventId"];
                ids.push(id.as_str().unwrap().to_owned());
                let delete = json!({
                    "QueueUrl": "/000000000000/shop-dev-heard", "ReceiptHandle": message["ReceiptHandle"],
                });
                call(&self.emulating, "AmazonSQS.DeleteMessage", &delete).await;
            }
            if messages.is_empty() && ids.len() >= count {
                ids.sort();
                return ids;
            }
            assert!(Instant::now() < limit, "only {ids:?}");
        }
    }

    /// Waits until something is so.
    pub(crate) async fn until(&self, what: &str, mut so: impl AsyncFnMut() -> bool) {
        let limit = Instant::now() + PATIENCE;
        while !so().await {
            assert!(Instant::now() < limit, "in vain: {what}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Waits until all rows are marked as published.
    pub(crate) async fn until_marked(&self) {
        let marked = async || {
            let rows = self.rows().await;
            rows.iter().all(|row| row.get("publishedAt").is_some())
        };
        self.until("all rows are marked", marked).await;
    }

    /// The folder of the failure bucket.
    pub(crate) fn failures(&self) -> PathBuf {
        self.emulating.state().buckets().join("shop-dev-failures")
    }
}

/// Runs `cargo outbox` while the emulator goes on.
pub(crate) async fn run(words: Vec<String>) -> Ended {
    let ended = tokio::task::spawn_blocking(move || {
        let words: Vec<_> = words.iter().map(String::as_str).collect();
        outbox(&words)
    });
    ended.await.unwrap()
}

const TABLE: &str = "aws:dynamodb/table:Table";
const QUEUE: &str = "aws:sqs/queue:Queue";

fn declared(mapping: &Value) -> Stack {
    let mut stack = stack(&[]);
    for (name, stream) in [("outbox", true), ("users", false)] {
        let mut table = json!({
            "name": format!("shop-dev-{name}"),
            "hashKey": "id",
            "attributes": [{ "name": "id", "type": "S" }],
            "billingMode": "PAY_PER_REQUEST",
        });
        if stream {
            table["streamEnabled"] = json!(true);
            table["streamViewType"] = json!("NEW_AND_OLD_IMAGES");
        }
        declare(&mut stack, TABLE, name, table);
    }
    for name in ["quarantine", "heard"] {
        let queue = json!({ "name": format!("shop-dev-{name}") });
        declare(&mut stack, QUEUE, name, queue);
    }
    let text = |stack: &Stack, token: &str, name: &str, output: &str| {
        let resource = stack.by_name(token, name).unwrap();
        resource.text(output).unwrap().to_owned()
    };
    let bus = json!({ "name": "shop-dev-events" });
    declare(
        &mut stack,
        "aws:cloudwatch/eventBus:EventBus",
        "events",
        bus,
    );
    let rule = json!({
        "name": "shop-dev-all",
        "eventBusName": "shop-dev-events",
        "eventPattern": json!({ "source": [{ "prefix": "" }] }).to_string(),
    });
    declare(
        &mut stack,
        "aws:cloudwatch/eventRule:EventRule",
        "all",
        rule,
    );
    let target = json!({
        "rule": "shop-dev-all", "eventBusName": "shop-dev-events", "arn": text(&stack, QUEUE, "heard", "arn"),
    });
    declare(
        &mut stack,
        "aws:cloudwatch/eventTarget:EventTarget",
        "all",
        target,
    );
    let policy = json!({ "Statement": {
        "Effect": "Allow",
        "Principal": { "Service": "events.amazonaws.com" },
        "Action": "sqs:SendMessage",
        "Resource": "*",
    } });
    let policy =
        json!({ "queueUrl": text(&stack, QUEUE, "heard", "url"), "policy": policy.to_string() });
    declare(
        &mut stack,
        "aws:sqs/queuePolicy:QueuePolicy",
        "heard",
        policy,
    );
    let bucket = json!({ "bucket": "shop-dev-failures" });
    declare(&mut stack, "aws:s3/bucket:Bucket", "failures", bucket);

    let relay = json!({
        "code": {
            "4dabf18193072939515e22adb298388d": "0def7320c3a5731c473e5ecbe6d01bc7",
            "path": "target/lambda/outbox-relay/bootstrap.zip",
        },
        "timeout": 5,
        "environment": { "variables": {
            "EVENT_BUS_NAME": "shop-dev-events",
            "QUARANTINE_QUEUE_URL": text(&stack, QUEUE, "quarantine", "url"),
            "OUTBOX_TABLE_NAME": "shop-dev-outbox",
        } },
    });
    let functions = crate::support::stack(&[("outbox-relay", relay)]);
    stack.resources.extend(functions.resources);
    let filter = json!({
        "eventName": ["INSERT"], "dynamodb": { "NewImage": { "detailType": { "S": [{ "exists": true }] } } },
    });
    let mut properties = json!({
        "eventSourceArn": text(&stack, TABLE, "outbox", "streamArn"),
        "functionName": crate::support::arn("outbox-relay"),
        "startingPosition": "TRIM_HORIZON",
        "functionResponseTypes": ["ReportBatchItemFailures"],
        "filterCriteria": { "filters": [{ "pattern": filter.to_string() }] },
        "destinationConfig": { "onFailure": { "destinationArn": "arn:aws:s3:::shop-dev-failures" } },
    });
    let more = mapping.as_object().unwrap().clone();
    properties.as_object_mut().unwrap().extend(more);
    let token = "aws:lambda/eventSourceMapping:EventSourceMapping";
    declare(&mut stack, token, "outbox-relay", properties);
    stack
}
