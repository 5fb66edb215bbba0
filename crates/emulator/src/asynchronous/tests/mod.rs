#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a failing test may panic"
)]

use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use serde_json::{Value, json};
use stack::{Resource, Stack};
use tokio::sync::broadcast::Receiver;

mod bus;
mod declarations;
mod destinations;
mod events;
mod loops;
mod lost;
mod retries;

use super::{Asynchronous, Settings, declared};
use crate::background::Background;
use crate::destination::Destination;
use crate::sqs::{self, Queues};
use crate::testing::{Functions, resource};
use crate::{Chance, Clock, Journal, Occurrence, Store};

const FUNCTION: &str = "arn:aws:lambda:us-east-1:000000000000:function:consumer";
const FAILURES: &str = "arn:aws:sqs:us-east-1:000000000000:failures";

fn function() -> Resource {
    function_with(&json!({}))
}

fn function_with(properties: &Value) -> Resource {
    let mut outputs = properties.clone();
    outputs["arn"] = json!(FUNCTION);
    outputs["name"] = json!("consumer");
    resource("aws:lambda/function:Function", "consumer", &outputs)
}

fn config(properties: &Value) -> Resource {
    let mut outputs = properties.clone();
    outputs["functionName"] = json!("consumer");
    resource(
        "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
        "consumer",
        &outputs,
    )
}

fn on_failure(arn: &str) -> Value {
    json!({"destinationConfig": {"onFailure": {"destination": arn}}})
}

fn on_success(arn: &str) -> Value {
    json!({"destinationConfig": {"onSuccess": {"destination": arn}}})
}

fn failures_queue() -> Resource {
    resource(
        "aws:sqs/queue:Queue",
        "failures",
        &json!({"name": "failures", "arn": FAILURES, "url": "http://localhost/000000000000/failures"}),
    )
}

/// The parts of one run of an emulator.
struct Run {
    queue: Asynchronous,
    queues: Queues,
    functions: Arc<Functions>,
    journal: Receiver<Occurrence>,
    _driver: Background,
}

impl Run {
    /// The warnings up to the next event or record that is given up, and that.
    async fn given_up(&mut self) -> (Vec<String>, Occurrence) {
        let mut warnings = Vec::new();
        loop {
            match self.journal.recv().await.unwrap() {
                Occurrence::Warning(text) => warnings.push(text),
                discarded @ Occurrence::Discarded { .. } => return (warnings, discarded),
                _ => {}
            }
        }
    }
}

fn run(store: &Store, stack: &Stack, folder: &Path, functions: Arc<Functions>) -> Run {
    run_with(store, stack, folder, functions, Settings::default())
}

fn run_with(
    store: &Store,
    stack: &Stack,
    folder: &Path,
    functions: Arc<Functions>,
    settings: Settings,
) -> Run {
    let (clock, chance) = (Clock::system(), Chance::seeded(1));
    let queues = Queues::new(
        sqs::declared(stack).unwrap(),
        store.clone(),
        clock,
        chance.clone(),
    )
    .unwrap();
    let destination = Destination::new(stack, queues.clone(), folder.to_owned(), chance.clone());
    let journal = Journal::new(1_000);
    let told = journal.listen();
    let declared = declared(stack).unwrap();
    let queue =
        Asynchronous::new(declared, store.clone(), clock, chance, journal, settings).unwrap();
    Run {
        journal: told,
        _driver: queue.start(functions.clone(), Arc::new(destination)),
        queue,
        queues,
        functions,
    }
}

fn payload() -> Bytes {
    Bytes::from_static(br#"{"id":"1"}"#)
}

async fn failure_record(queues: &Queues) -> Value {
    let body = queues.next_body("failures").await;
    serde_json::from_str(&body).unwrap()
}
