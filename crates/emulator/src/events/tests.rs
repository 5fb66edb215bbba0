#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a failing test may panic"
)]

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use delivery::bus::Place;
use serde_json::{Value, json};
use stack::{Resource, Stack};
use tokio::sync::broadcast::Receiver;

use super::{Buses, Settings, StackTargets, Surroundings, declared};
use crate::asynchronous::{self, Asynchronous};
use crate::background::Background;
use crate::destination::Destination;
use crate::front::Service;
use crate::sqs::{self, Queues};
use crate::testing::{Functions, resource, stack};
use crate::{Chance, Clock, Journal, Occurrence, Store};

const BUS: &str = "arn:aws:events:us-east-1:000000000000:event-bus/shop";
const FUNCTION: &str = "arn:aws:lambda:us-east-1:000000000000:function:consumer";
const RULE: &str = "arn:aws:events:us-east-1:000000000000:rule/shop/placed";

fn queue_arn(name: &str) -> String {
    format!("arn:aws:sqs:us-east-1:000000000000:{name}")
}

fn queue(name: &str) -> Resource {
    let url = format!("http://localhost/000000000000/{name}");
    let outputs = json!({"name": name, "arn": queue_arn(name), "url": url});
    resource("aws:sqs/queue:Queue", name, &outputs)
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

/// A run whose buses do not deliver.
fn still(store: &Store, stack: &Stack, functions: Option<Arc<Functions>>) -> Run {
    let (clock, chance, journal) = (Clock::system(), Chance::seeded(1), Journal::new(1_000));
    let queues = Queues::new(
        sqs::declared(stack).unwrap(),
        store.clone(),
        clock,
        chance.clone(),
    )
    .unwrap();
    let asynchronous = Asynchronous::new(
        asynchronous::declared(stack).unwrap(),
        store.clone(),
        clock,
        chance.clone(),
        journal.clone(),
        asynchronous::Settings::default(),
    )
    .unwrap();
    let folder = Path::new("").to_owned();
    let destination = Destination::new(stack, queues.clone(), folder, chance.clone());
    let background = functions.map(|functions| asynchronous.start(functions, destination));
    let buses = Buses::new(
        declared(stack).unwrap(),
        Place {
            region: "us-east-1".to_owned(),
            account: "000000000000".to_owned(),
        },
        Surroundings {
            store: store.clone(),
            clock,
            chance,
            journal: journal.clone(),
            targets: Arc::new(StackTargets {
                asynchronous,
                queues: queues.clone(),
            }),
        },
        Settings::default(),
    )
    .unwrap();
    Run {
        buses,
        queues,
        journal: journal.listen(),
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

#[tokio::test(start_paused = true)]
async fn an_event_goes_from_put_events_through_a_rule_to_a_function_in_awss_envelope() {
    let store = Store::in_memory().unwrap();
    let stack = stack(vec![
        bus(),
        placed(),
        target("f", FUNCTION, &json!({})),
        function(),
    ]);
    let functions = none();
    let run = run(&store, &stack, functions.clone());

    let mut entry = entry(42);
    entry["Time"] = json!(1_795_238_220);
    entry["Resources"] = json!(["arn:order:42"]);
    let answer = run.put(&[entry]).await;

    let seen = functions.seen(1).await;
    let event: Value = serde_json::from_slice(&seen[0].0.payload).unwrap();
    assert_eq!(
        event,
        json!({
            "version": "0",
            "id": answer["Entries"][0]["EventId"],
            "detail-type": "OrderPlaced",
            "source": "shop.orders",
            "account": "000000000000",
            "time": "2026-11-21T05:17:00Z",
            "region": "us-east-1",
            "resources": ["arn:order:42"],
            "detail": {"order": 42, "price": 1.5},
        })
    );
    assert_eq!(answer["FailedEntryCount"], 0);
}

#[tokio::test(start_paused = true)]
async fn an_event_that_was_acknowledged_survives_a_kill_before_its_delivery() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("state.db");
    let stack = stack(vec![
        bus(),
        placed(),
        target("f", FUNCTION, &json!({})),
        function(),
    ]);

    // GIVEN events that were acknowledged by a run that was killed before it delivered
    {
        let store = Store::open(&file).unwrap();
        let killed = still(&store, &stack, None);
        killed.put(&[entry(1), entry(2), entry(3)]).await;
    }

    // WHEN it starts again
    let store = Store::open(&file).unwrap();
    let functions = none();
    let _run = run(&store, &stack, functions.clone());

    // THEN each reaches its target, once
    let mut orders: Vec<u64> = functions
        .seen(3)
        .await
        .iter()
        .map(|(invocation, _)| {
            let event: Value = serde_json::from_slice(&invocation.payload).unwrap();
            event["detail"]["order"].as_u64().unwrap()
        })
        .collect();
    orders.sort_unstable();
    assert_eq!(orders, [1, 2, 3]);
    tokio::time::sleep(Duration::from_mins(10)).await;
    assert_eq!(functions.count(), 3);
}

#[tokio::test(start_paused = true)]
async fn row_3_1_a_bus_that_does_not_exist_answers_success_and_drops_with_a_loud_warning() {
    let store = Store::in_memory().unwrap();
    let mut run = run(&store, &stack(vec![bus()]), none());

    let mut lost = entry(1);
    lost["EventBusName"] = json!("shpo");
    let answer = run.put(&[lost]).await;

    assert_eq!(answer["FailedEntryCount"], 0);
    assert!(answer["Entries"][0]["EventId"].is_string());
    let warnings = run.warnings();
    assert!(
        warnings[0].contains("the event bus \"shpo\" does not exist"),
        "{warnings:?}"
    );
}
