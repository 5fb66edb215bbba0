use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use delivery::Outcome;
use delivery::mapping::Settings;
use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::{Map, Value, json};
use stack::{Resource, Stack};
use tokio::sync::watch;

use crate::dynamodb::{self, DynamoDb, Location, Tables};
use crate::front::Service;
use crate::mapping::{Mapping, Mappings, Polling, Streams, Surroundings};
use crate::sqs::Outgoing;
use crate::{Chance, Clock, FailureDestination, Invocation, Invoke, Journal, Store};

pub(super) const TABLE: &str = "arn:aws:dynamodb:eu-west-1:123456789012:table/users";
pub(super) const STREAM: &str =
    "arn:aws:dynamodb:eu-west-1:123456789012:table/users/stream/2026-11-21T00:00:00.000";
pub(super) const FUNCTION: &str = "arn:aws:lambda:eu-west-1:123456789012:function:relay";
pub(super) const BUCKET: &str = "arn:aws:s3:::failures";
pub(super) const QUEUE: &str = "arn:aws:sqs:eu-west-1:123456789012:failures";

/// A resource with these inputs and, beside them, these outputs.
pub(super) fn resource(type_token: &str, name: &str, inputs: Value, outputs: Value) -> Resource {
    let object = |value: Value| match value {
        Value::Object(members) => members,
        _ => Map::new(),
    };
    let inputs = object(inputs);
    let mut all = inputs.clone();
    all.extend(object(outputs));
    Resource {
        urn: format!("urn:pulumi:dev::shop::{type_token}::{name}"),
        type_token: type_token.to_owned(),
        name: name.to_owned(),
        parent: None,
        custom: true,
        protect: false,
        inputs,
        outputs: all,
        dependencies: Vec::new(),
        property_dependencies: BTreeMap::new(),
    }
}

/// The users table, a function, failure destinations and a mapping with these properties.
pub(super) fn stack(mapping: &Value) -> Stack {
    let mut inputs = json!({
        "eventSourceArn": STREAM,
        "functionName": FUNCTION,
        "startingPosition": "TRIM_HORIZON",
    });
    for (name, value) in mapping.as_object().unwrap() {
        inputs[name] = value.clone();
    }
    Stack {
        resources: vec![
            resource(
                "aws:dynamodb/table:Table",
                "users",
                json!({
                    "hashKey": "id",
                    "attributes": [{ "name": "id", "type": "S" }],
                    "billingMode": "PAY_PER_REQUEST",
                    "streamEnabled": true,
                    "streamViewType": "NEW_IMAGE",
                    "ttl": { "attributeName": "expiresAt", "enabled": true },
                }),
                json!({ "name": "users", "arn": TABLE, "streamArn": STREAM }),
            ),
            resource(
                "aws:lambda/function:Function",
                "relay",
                json!({}),
                json!({ "arn": FUNCTION }),
            ),
            resource(
                "aws:s3/bucket:Bucket",
                "failures",
                json!({}),
                json!({ "arn": BUCKET }),
            ),
            resource(
                "aws:sqs/queue:Queue",
                "failures",
                json!({}),
                json!({ "arn": QUEUE }),
            ),
            resource(
                "aws:lambda/eventSourceMapping:EventSourceMapping",
                "users-relay",
                inputs,
                json!({
                    "uuid": "6f1d4c9a-0000-4000-8000-000000000001",
                    "functionArn": FUNCTION,
                }),
            ),
        ],
        ..Stack::default()
    }
}

type Script = Box<dyn FnMut(&Value) -> Outcome + Send>;

/// A function that does what a test says, and tells what it was given.
pub(super) struct Function {
    script: Mutex<Script>,
    events: watch::Sender<Vec<Value>>,
    /// How long each run takes.
    pub(super) takes: Duration,
}

impl Function {
    pub(super) fn new(script: impl FnMut(&Value) -> Outcome + Send + 'static) -> Arc<Self> {
        Self::slow(Duration::ZERO, script)
    }

    pub(super) fn slow(
        takes: Duration,
        script: impl FnMut(&Value) -> Outcome + Send + 'static,
    ) -> Arc<Self> {
        Arc::new(Self {
            script: Mutex::new(Box::new(script)),
            events: watch::Sender::new(Vec::new()),
            takes,
        })
    }

    pub(super) fn well() -> Arc<Self> {
        Self::new(|_| answered("null"))
    }

    pub(super) fn events(&self) -> Vec<Value> {
        self.events.borrow().clone()
    }

    /// The ids of the users in each event.
    pub(super) fn batches(&self) -> Vec<Vec<String>> {
        self.events.borrow().iter().map(ids).collect()
    }

    /// Waits until the function has run so often.
    pub(super) async fn until_runs(&self, count: usize) {
        let mut events = self.events.subscribe();
        events
            .wait_for(|events| events.len() >= count)
            .await
            .unwrap();
    }

    /// Waits until the function has seen what is asked for.
    pub(super) async fn until(&self, seen: impl Fn(&[Vec<String>]) -> bool) {
        self.events
            .subscribe()
            .wait_for(|events| seen(&events.iter().map(ids).collect::<Vec<_>>()))
            .await
            .unwrap();
    }
}

impl Invoke for Function {
    fn invoke(&self, invocation: Invocation) -> BoxFuture<'_, Outcome> {
        async move {
            assert_eq!(invocation.function_arn, FUNCTION);
            let event: Value = serde_json::from_slice(&invocation.payload).unwrap();
            tokio::time::sleep(self.takes).await;
            let outcome = (self.script.lock().unwrap())(&event);
            self.events.send_modify(|events| events.push(event));
            outcome
        }
        .boxed()
    }
}

pub(super) fn answered(body: &str) -> Outcome {
    Outcome::Answered(Bytes::from(body.to_owned()))
}

pub(super) fn failed() -> Outcome {
    Outcome::Failed {
        body: Bytes::from_static(br#"{"errorType":"E","errorMessage":"m"}"#),
    }
}

/// The ids of the users in an event.
pub(super) fn ids(event: &Value) -> Vec<String> {
    event["Records"]
        .as_array()
        .unwrap()
        .iter()
        .map(|record| {
            record["dynamodb"]["Keys"]["id"]["S"]
                .as_str()
                .unwrap()
                .to_owned()
        })
        .collect()
}

/// A failure destination that keeps what it gets; `(arn, key, record)`.
#[derive(Default)]
pub(super) struct Kept(watch::Sender<Vec<(String, String, Value)>>);

impl Kept {
    /// Waits for the first `count` records.
    pub(super) async fn first(&self, count: usize) -> Vec<(String, String, Value)> {
        self.0
            .subscribe()
            .wait_for(|kept| kept.len() >= count)
            .await
            .unwrap()
            .clone()
    }
}

impl FailureDestination for Kept {
    fn put<'a>(
        &'a self,
        arn: &'a str,
        key: &'a str,
        message: &'a Outgoing,
    ) -> BoxFuture<'a, Result<(), String>> {
        async move {
            let record = serde_json::from_str(&message.body).unwrap();
            let kept = (arn.to_owned(), key.to_owned(), record);
            self.0.send_modify(|all| all.push(kept));
            Ok(())
        }
        .boxed()
    }
}

/// The state of one emulator, which outlives its mappings.
pub(super) struct Machine {
    pub(super) tables: Tables,
    pub(super) store: Store,
    pub(super) clock: Clock,
    pub(super) journal: Journal,
    pub(super) kept: Arc<Kept>,
}

impl Machine {
    pub(super) fn in_memory() -> Self {
        Self::with(&Location::Memory, Store::in_memory().unwrap())
    }

    pub(super) fn with(location: &Location, store: Store) -> Self {
        let clock = Clock::system();
        let journal = Journal::new(1024);
        let tables = Tables::open(
            location,
            "eu-west-1",
            "123456789012",
            dynamodb::declared(&stack(&json!({}))).unwrap(),
            clock,
            journal.clone(),
        )
        .unwrap();
        Self {
            tables,
            store,
            clock,
            journal,
            kept: Arc::default(),
        }
    }

    /// Starts the mapping with these properties.
    pub(super) fn start(&self, function: &Arc<Function>, mapping: &Value) -> Mappings {
        self.start_polling(function, mapping, Polling::Instant)
    }

    pub(super) fn start_polling(
        &self,
        function: &Arc<Function>,
        mapping: &Value,
        polling: Polling,
    ) -> Mappings {
        self.start_reading(&self.tables, function, mapping, polling)
    }

    /// Starts the mapping on another stream than the table's.
    pub(super) fn start_reading(
        &self,
        streams: &dyn Streams,
        function: &Arc<Function>,
        mapping: &Value,
        polling: Polling,
    ) -> Mappings {
        let mappings = crate::mapping::declared(&stack(mapping)).unwrap();
        let invoke: Arc<dyn Invoke> = function.clone();
        Mappings::start(mappings, streams, &invoke, &self.surroundings(polling)).unwrap()
    }

    pub(super) fn surroundings(&self, polling: Polling) -> Surroundings {
        Surroundings {
            store: self.store.clone(),
            clock: self.clock,
            chance: Chance::seeded(1),
            journal: self.journal.clone(),
            failures: self.kept.clone(),
            polling,
            pauses: Surroundings::PAUSES,
        }
    }

    pub(super) async fn put(&self, id: &str, more: &Value) {
        let mut item = json!({ "id": { "S": id } });
        for (name, value) in more.as_object().unwrap() {
            item[name] = value.clone();
        }
        DynamoDb::new(self.tables.clone())
            .call("PutItem", json!({ "TableName": "users", "Item": item }))
            .await
            .unwrap();
    }

    /// Writes users with these ids, in order.
    pub(super) async fn put_all(&self, ids: std::ops::Range<u32>) {
        let dynamodb = DynamoDb::new(self.tables.clone());
        for ids in ids.collect::<Vec<_>>().chunks(25) {
            let puts: Vec<_> = ids
                .iter()
                .map(|id| json!({ "PutRequest": { "Item": { "id": { "S": id.to_string() } } } }))
                .collect();
            let request = json!({ "RequestItems": { "users": puts } });
            dynamodb.call("BatchWriteItem", request).await.unwrap();
        }
    }
}

pub(super) fn only(mappings: &[Mapping]) -> &Settings {
    &mappings[0].settings
}
