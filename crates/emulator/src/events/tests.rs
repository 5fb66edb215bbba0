#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a failing test may panic"
)]

use std::path::Path;
use std::sync::Arc;

use delivery::bus::Place;
use serde_json::{Value, json};
use stack::{Resource, Stack};
use tokio::sync::broadcast::Receiver;

use super::{Buses, Settings, declared};
use crate::background::Background;
use crate::destination::Destination;
use crate::front::Service;
use crate::sqs::Queues;
use crate::testing::{Functions, Ground, Services, resource, stack};
use crate::{Chance, Clock, Journal, Occurrence, Store};

mod access;
mod dead_letters;
mod declare;
mod deliver;
mod killed;
mod publish;
mod quotas;
mod retry;
mod schedules;
mod shape;

const BUS: &str = "arn:aws:events:us-east-1:000000000000:event-bus/shop";

const FUNCTION: &str = "arn:aws:lambda:us-east-1:000000000000:function:consumer";

const RULE: &str = "arn:aws:events:us-east-1:000000000000:rule/shop/placed";

fn queue_arn(name: &str) -> String {
    format!("arn:aws:sqs:us-east-1:000000000000:{name}")
}

/// A queue that every rule may send to.
fn queue(name: &str) -> Resource {
    let mut queue = closed_queue(name);
    let policy = json!({"Statement": {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": queue_arn(name),
    }});
    let policy = Value::String(policy.to_string());
    queue.outputs.insert("policy".to_owned(), policy);
    queue
}

/// A queue without a policy.
fn closed_queue(name: &str) -> Resource {
    let outputs = json!({"name": name, "arn": queue_arn(name), "url": queue_url(name)});
    resource("aws:sqs/queue:Queue", name, &outputs)
}

fn queue_url(name: &str) -> String {
    format!("http://localhost/000000000000/{name}")
}

fn bus() -> Resource {
    let outputs = json!({"name": "shop", "arn": BUS, "description": "orders"});
    resource("aws:cloudwatch/eventBus:EventBus", "shop", &outputs)
}

fn rule(pattern: &Value) -> Resource {
    let outputs = json!({
        "name": "placed",
        "arn": RULE,
        "eventBusName": "shop",
        "eventPattern": pattern.to_string(),
    });
    resource("aws:cloudwatch/eventRule:EventRule", "placed", &outputs)
}

fn placed() -> Resource {
    rule(&json!({"source": ["shop.orders"], "detail-type": ["OrderPlaced"]}))
}

fn target(id: &str, arn: &str, more: &Value) -> Resource {
    let mut outputs = more.clone();
    outputs["targetId"] = json!(id);
    outputs["arn"] = json!(arn);
    outputs["rule"] = json!("placed");
    outputs["eventBusName"] = json!("shop");
    resource("aws:cloudwatch/eventTarget:EventTarget", id, &outputs)
}

fn function() -> Resource {
    let outputs = json!({"arn": FUNCTION, "name": "consumer"});
    resource("aws:lambda/function:Function", "consumer", &outputs)
}

/// What lets the rule invoke the function.
fn permission() -> Resource {
    let outputs = json!({
        "action": "lambda:InvokeFunction",
        "function": "consumer",
        "principal": "events.amazonaws.com",
        "sourceArn": RULE,
    });
    resource("aws:lambda/permission:Permission", "consumer", &outputs)
}

/// The rule brings its events to the queue `q`.
fn to_a_queue() -> Stack {
    let target = target("q", &queue_arn("q"), &json!({}));
    stack(vec![bus(), placed(), target, queue("q")])
}

/// The rule brings its events to the function.
fn to_the_function() -> Stack {
    let target = target("f", FUNCTION, &json!({}));
    stack(vec![bus(), placed(), target, function(), permission()])
}

fn entry(id: u32) -> Value {
    json!({
        "EventBusName": "shop",
        "Source": "shop.orders",
        "DetailType": "OrderPlaced",
        "Detail": json!({"order": id, "price": 1.5}).to_string(),
    })
}

/// The parts of one run of an emulator.
struct Run {
    buses: Buses,
    queues: Queues,
    journal: Receiver<Occurrence>,
    background: Vec<Background>,
}

fn run(store: &Store, stack: &Stack, functions: Arc<Functions>) -> Run {
    let mut run = still(store, stack, Some(functions));
    run.background.push(run.buses.start());
    run
}

fn run_with(store: &Store, stack: &Stack, settings: Settings) -> Run {
    let mut run = still_with(store, stack, None, settings);
    run.background.push(run.buses.start());
    run
}

/// A run whose buses do not deliver.
fn still(store: &Store, stack: &Stack, functions: Option<Arc<Functions>>) -> Run {
    still_with(store, stack, functions, Settings::default())
}

fn still_with(
    store: &Store,
    stack: &Stack,
    functions: Option<Arc<Functions>>,
    settings: Settings,
) -> Run {
    still_at(Clock::system(), store, stack, functions, settings)
}

fn still_at(
    clock: Clock,
    store: &Store,
    stack: &Stack,
    functions: Option<Arc<Functions>>,
    settings: Settings,
) -> Run {
    let ground = Ground {
        store: store.clone(),
        clock,
        chance: Chance::system(),
        journal: Journal::new(1_000),
    };
    let place = Place {
        region: "us-east-1".to_owned(),
        account: "000000000000".to_owned(),
    };
    let Services {
        queues,
        asynchronous,
        buses,
    } = Services::declared(stack, place, &ground, settings);
    let folder = Path::new("").to_owned();
    let destination = Destination::new(stack, queues.clone(), folder, ground.chance);
    let background =
        functions.map(|functions| asynchronous.start(functions, Arc::new(destination)));
    Run {
        buses,
        queues,
        journal: ground.journal.listen(),
        background: background.into_iter().collect(),
    }
}

impl Run {
    async fn put(&self, entries: &[Value]) -> Value {
        let body = json!({"Entries": entries});
        self.buses.call("PutEvents", body).await.unwrap()
    }

    fn warnings(&mut self) -> Vec<String> {
        let mut warnings = Vec::new();
        while let Ok(occurrence) = self.journal.try_recv() {
            if let Occurrence::Warning(text) = occurrence {
                warnings.push(text);
            }
        }
        warnings
    }
}

fn none() -> Arc<Functions> {
    Functions::that_end(Clock::system(), [])
}

impl Run {
    async fn count(&self, queue: &str) -> String {
        let body = json!({"QueueUrl": queue_url(queue), "AttributeNames": ["ApproximateNumberOfMessages"]});
        let answer = self.queues.call("GetQueueAttributes", body).await.unwrap();
        let count = &answer["Attributes"]["ApproximateNumberOfMessages"];
        count.as_str().unwrap().to_owned()
    }
}

/// How many events and deliveries the store still holds.
fn pending(store: &Store) -> (u64, u64) {
    store
        .commit(|transaction| {
            Ok(transaction.query_row(
                "SELECT (SELECT count(*) FROM bus_events), (SELECT count(*) FROM bus_deliveries)",
                [],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )?)
        })
        .unwrap()
}
