//! A table, a pipe, a bus, a rule and its queue, as a stack declares them, run on virtual time.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use delivery::bus::Place;
use delivery::pipe::CallError;
use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::{Value, json};
use stack::{Resource, Stack};
use tokio::sync::broadcast::Receiver;
use tokio::sync::watch;

use crate::asynchronous::{self, Asynchronous};
use crate::destination::Destination;
use crate::dynamodb::{self, DynamoDb, Location, Tables};
use crate::events::{self, Buses, StackTargets};
use crate::front::Service;
use crate::mapping::{Polling, Surroundings};
use crate::pipe::{Error, Pipes, PutEvents, State, declared};
use crate::sqs::{self, Queues};
use crate::testing::{self, resource};
use crate::{Background, Chance, Clock, Journal, Occurrence, Store};

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

type Script = Box<dyn FnMut(&Value) -> Option<Result<Value, CallError>> + Send>;

/// The buses with a script before them: what it answers, they never see.
pub(super) struct Bus {
    buses: Buses,
    script: Mutex<Script>,
    calls: watch::Sender<Vec<Vec<String>>>,
}

impl PutEvents for Bus {
    fn put_events(&self, request: Value) -> BoxFuture<'_, Result<Value, CallError>> {
        async move {
            let scripted = (self.script.lock().unwrap())(&request);
            self.calls.send_modify(|calls| calls.push(ids(&request)));
            match scripted {
                Some(Err(CallError::NoAnswer(reason))) if reason == HANGS => {
                    std::future::pending().await
                }
                Some(Err(CallError::NoAnswer(reason))) if reason == ANSWER_LOST => {
                    let _ = self.buses.put_events(request).await;
                    Err(CallError::NoAnswer(reason))
                }
                Some(Ok(answer)) => {
                    // What it accepts is published.
                    let refused = answer["Entries"].as_array().cloned().unwrap_or_default();
                    let entries = request["Entries"].as_array().cloned().unwrap_or_default();
                    let accepted = entries.into_iter().zip(refused);
                    let accepted = accepted.filter(|(_, answer)| answer["ErrorCode"].is_null());
                    let entries: Vec<Value> = accepted.map(|(entry, _)| entry).collect();
                    let _ = self.buses.put_events(json!({ "Entries": entries })).await;
                    Ok(answer)
                }
                Some(error) => error,
                None => self.buses.put_events(request).await,
            }
        }
        .boxed()
    }
}

/// The ids of the orders in a request.
pub(super) fn ids(request: &Value) -> Vec<String> {
    let entries = request["Entries"].as_array().unwrap().iter();
    entries
        .map(|entry| {
            let detail: Value =
                serde_json::from_str(entry["Detail"].as_str().unwrap()).unwrap_or_default();
            detail["id"].as_str().unwrap_or("no JSON").to_owned()
        })
        .collect()
}

/// The reason of a call that never ends.
pub(super) const HANGS: &str = "it hangs";

/// The reason of a call that is done, and whose answer is lost.
pub(super) const ANSWER_LOST: &str = "the answer is lost";

/// A request that AWS refuses.
pub(super) fn refused(status: u16, code: &str) -> Result<Value, CallError> {
    Err(CallError::Refused {
        status,
        code: code.to_owned(),
        message: "the test wants it so".to_owned(),
    })
}

/// What outlives a run.
pub(super) struct Machine {
    pub(super) tables: Tables,
    pub(super) store: Store,
    pub(super) clock: Clock,
}

/// One run of an emulator.
pub(super) struct Run {
    pub(super) pipes: Pipes,
    pub(super) bus: Arc<Bus>,
    pub(super) queues: Queues,
    pub(super) journal: Receiver<Occurrence>,
    _background: Background,
}

impl Machine {
    pub(super) fn in_memory() -> Self {
        Self::with(&Location::Memory, Store::in_memory().unwrap())
    }

    pub(super) fn with(location: &Location, store: Store) -> Self {
        let clock = Clock::system();
        let stack = stack_with(pipe(&json!({}), &json!({})));
        let tables = Tables::open(
            location,
            "eu-west-1",
            "123456789012",
            dynamodb::declared(&stack).unwrap(),
            clock,
            Journal::new(16),
        )
        .unwrap();
        Self {
            tables,
            store,
            clock,
        }
    }

    /// Starts the pipe with these parameters of its stream over a bus that works.
    pub(super) fn start(&self, stream: &Value) -> Run {
        self.start_with(pipe(stream, &json!({})), |_| None)
    }

    pub(super) fn start_with(
        &self,
        pipe: Resource,
        script: impl FnMut(&Value) -> Option<Result<Value, CallError>> + Send + 'static,
    ) -> Run {
        self.try_start(pipe, script).unwrap()
    }

    pub(super) fn try_start(
        &self,
        pipe: Resource,
        script: impl FnMut(&Value) -> Option<Result<Value, CallError>> + Send + 'static,
    ) -> Result<Run, Error> {
        let stack = stack_with(pipe);
        let (journal, chance) = (Journal::new(4_096), Chance::system());
        let (store, clock) = (self.store.clone(), self.clock);
        let queues = Queues::new(
            sqs::declared(&stack).unwrap(),
            store.clone(),
            clock,
            chance.clone(),
        )
        .unwrap();
        let asynchronous = Asynchronous::new(
            asynchronous::declared(&stack).unwrap(),
            store.clone(),
            clock,
            chance.clone(),
            journal.clone(),
            asynchronous::Settings::default(),
        )
        .unwrap();
        let buses = Buses::new(
            events::declared(&stack).unwrap(),
            Place {
                region: "eu-west-1".to_owned(),
                account: "123456789012".to_owned(),
            },
            events::Surroundings {
                store: store.clone(),
                clock,
                chance: chance.clone(),
                journal: journal.clone(),
                targets: Arc::new(StackTargets {
                    asynchronous,
                    queues: queues.clone(),
                }),
            },
            events::Settings::default(),
        )
        .unwrap();
        let background = buses.start();
        let bus = Arc::new(Bus {
            buses,
            script: Mutex::new(Box::new(script)),
            calls: watch::Sender::new(Vec::new()),
        });
        let folder = Path::new("").to_owned();
        let failures = Destination::new(&stack, queues.clone(), folder, chance.clone());
        let surroundings = Surroundings {
            store,
            clock,
            chance,
            journal: journal.clone(),
            failures: Arc::new(failures),
            polling: Polling::Instant,
            pauses: Surroundings::PAUSES,
        };
        let listening = journal.listen();
        let taking: Arc<dyn PutEvents> = bus.clone();
        let pipes = declared(&stack).unwrap();
        Ok(Run {
            pipes: Pipes::start(pipes, &self.tables, &taking, &surroundings)?,
            bus,
            queues,
            journal: listening,
            _background: background,
        })
    }

    pub(super) async fn put(&self, id: &str, note: &str) {
        let item =
            json!({ "id": { "S": id }, "status": { "S": "CREATED" }, "note": { "S": note } });
        self.call("PutItem", json!({ "TableName": "orders", "Item": item }))
            .await;
    }

    pub(super) async fn call(&self, operation: &str, request: Value) {
        DynamoDb::new(self.tables.clone())
            .call(operation, request)
            .await
            .unwrap();
    }

    pub(super) async fn put_all(&self, ids: std::ops::Range<u32>) {
        for id in ids {
            self.put(&id.to_string(), "").await;
        }
    }
}

impl Run {
    /// Waits until the bus was called so often; the ids of each call.
    pub(super) async fn calls(&self, at_least: usize) -> Vec<Vec<String>> {
        let mut calls = self.bus.calls.subscribe();
        calls
            .wait_for(|calls| calls.len() >= at_least)
            .await
            .unwrap()
            .clone()
    }

    pub(super) fn calls_so_far(&self) -> Vec<Vec<String>> {
        self.bus.calls.borrow().clone()
    }

    /// The next event that the rule's queue gets.
    pub(super) async fn event(&self) -> Value {
        serde_json::from_str(&self.queues.next_body("changes").await).unwrap()
    }

    /// The ids of the orders in the queue once it gets no more, in order of arrival.
    pub(super) async fn arrived(&self) -> Vec<String> {
        let mut ids = Vec::new();
        while let Ok(event) = tokio::time::timeout(Duration::from_mins(1), self.event()).await {
            ids.push(event["detail"]["id"].as_str().unwrap().to_owned());
        }
        ids
    }

    /// The next message of the pipe's dead-letter queue.
    pub(super) async fn dead_letter(&self) -> Value {
        serde_json::from_str(&self.queues.next_body("pipe-failed").await).unwrap()
    }

    pub(super) fn state(&self) -> State {
        self.pipes.watch("orders").unwrap().borrow().clone()
    }

    /// What was told since the last time.
    pub(super) fn told(&mut self) -> Vec<Occurrence> {
        std::iter::from_fn(|| self.journal.try_recv().ok()).collect()
    }

    pub(super) fn warnings(&mut self) -> Vec<String> {
        let told = self.told().into_iter();
        told.filter_map(|it| match it {
            Occurrence::Warning(text) => Some(text),
            _ => None,
        })
        .collect()
    }
}
