//! A queue that a function reads.

use std::sync::Arc;
use std::time::Duration;

use delivery::{Outcome, Time};
use serde_json::{Value, json};
use stack::{Resource, Stack};

use super::super::{QueueMappings, Surroundings, declared};
use crate::front::Service;
use crate::mapping::Polling;
use crate::sqs::{self, Queues};
use crate::testing::{Functions, resource, stack};
use crate::{Chance, Clock, Invocation, Journal, Store};

pub(super) const FUNCTION: &str = "arn:aws:lambda:eu-west-1:123456789012:function:fulfil";

pub(super) fn arn(queue: &str) -> String {
    format!("arn:aws:sqs:eu-west-1:123456789012:{queue}")
}

fn url(queue: &str) -> String {
    format!("http://127.0.0.1:4566/123456789012/{queue}")
}

pub(super) fn queue(name: &str, settings: Value) -> Resource {
    let mut outputs = settings;
    outputs["name"] = json!(name);
    outputs["arn"] = json!(arn(name));
    outputs["url"] = json!(url(name));
    resource("aws:sqs/queue:Queue", name, &outputs)
}

pub(super) fn function(timeout: u64) -> Resource {
    let outputs = json!({"arn": FUNCTION, "name": "fulfil", "timeout": timeout});
    resource("aws:lambda/function:Function", "fulfil", &outputs)
}

pub(super) fn mapping(inputs: &Value) -> Resource {
    let mut declared = json!({"functionName": FUNCTION, "eventSourceArn": arn("orders")});
    for (name, value) in inputs.as_object().unwrap() {
        declared[name] = value.clone();
    }
    let mut outputs = declared.clone();
    outputs["functionArn"] = declared["functionName"].clone();
    outputs["uuid"] = json!("14e0db71-5d35-4eb5-b481-8945cf9d10c2");
    let token = "aws:lambda/eventSourceMapping:EventSourceMapping";
    let mut resource = resource(token, "orders", &outputs);
    resource.inputs = declared.as_object().cloned().unwrap();
    resource
}

/// `orders`, redriven to `dead` after `receives` receives, and a mapping with these inputs.
pub(super) fn redriven(receives: u64, inputs: &Value) -> Stack {
    let policy = json!({"deadLetterTargetArn": arn("dead"), "maxReceiveCount": receives});
    stack(vec![
        queue("dead", json!({})),
        queue("orders", json!({"redrivePolicy": policy.to_string()})),
        function(3),
        mapping(inputs),
    ])
}

/// What a running shop is made of.
pub(super) struct Shop {
    stack: Stack,
    surroundings: Surroundings,
    pub(super) store: Store,
    pub(super) functions: Arc<Functions>,
    pub(super) journal: Journal,
    mappings: Option<QueueMappings>,
}

impl Shop {
    /// Runs the usual shop with a mapping of these inputs.
    pub(super) fn with(inputs: &Value, outcomes: impl IntoIterator<Item = Outcome>) -> Self {
        Self::of(redriven(5, inputs), outcomes)
    }

    pub(super) fn of(stack: Stack, outcomes: impl IntoIterator<Item = Outcome>) -> Self {
        Self::polling(stack, outcomes, Polling::Instant)
    }

    pub(super) fn polling(
        stack: Stack,
        outcomes: impl IntoIterator<Item = Outcome>,
        polling: Polling,
    ) -> Self {
        let clock = Clock::starting_at(Time(1_795_238_220_000));
        let chance = Chance::seeded(1);
        let store = Store::in_memory().unwrap();
        let declared = sqs::declared(&stack).unwrap();
        let queues = Queues::new(declared, store.clone(), clock, chance.clone()).unwrap();
        let functions = Functions::that_end(clock, outcomes);
        let journal = Journal::new(100);
        let surroundings = Surroundings {
            queues,
            clock,
            chance,
            journal: journal.clone(),
            invoke: functions.clone(),
            polling,
            pauses: Surroundings::PAUSES,
        };
        let mut shop = Self {
            stack,
            surroundings,
            store,
            functions,
            journal,
            mappings: None,
        };
        shop.start();
        shop
    }

    pub(super) fn start(&mut self) {
        let mappings = declared(&self.stack).unwrap();
        self.mappings = Some(QueueMappings::start(mappings, &self.surroundings).unwrap());
    }

    /// Ends the mappings as a kill does.
    pub(super) fn kill(&mut self) {
        self.mappings = None;
    }

    pub(super) async fn call(&self, operation: &str, queue: &str, body: Value) -> Value {
        let mut body = body;
        body["QueueUrl"] = json!(url(queue));
        self.surroundings
            .queues
            .call(operation, body)
            .await
            .unwrap()
    }

    /// Sends a message; whether it was accepted.
    pub(super) async fn offer(&self, body: &str) -> bool {
        let message = json!({"QueueUrl": url("orders"), "MessageBody": body});
        let queues = &self.surroundings.queues;
        queues.call("SendMessage", message).await.is_ok()
    }

    /// Sends a message and returns its id.
    pub(super) async fn send(&self, body: &str) -> String {
        let answer = self
            .call("SendMessage", "orders", json!({"MessageBody": body}))
            .await;
        answer["MessageId"].as_str().unwrap().to_owned()
    }

    pub(super) async fn send_with(&self, message: Value) -> Value {
        self.call("SendMessage", "orders", message).await
    }

    /// How many messages are in a queue, seen or not.
    pub(super) async fn count(&self, queue: &str) -> u64 {
        let asked = json!({"AttributeNames": ["All"]});
        let answer = self.call("GetQueueAttributes", queue, asked).await;
        ["", "NotVisible", "Delayed"]
            .map(|suffix| {
                let name = format!("ApproximateNumberOfMessages{suffix}");
                answer["Attributes"][name]
                    .as_str()
                    .unwrap()
                    .parse::<u64>()
                    .unwrap()
            })
            .iter()
            .sum()
    }

    /// The bodies that each invocation so far was given, and after how many seconds.
    pub(super) fn given(&self) -> Vec<(Vec<String>, u64)> {
        let start = Time(1_795_238_220_000);
        self.functions
            .all()
            .iter()
            .map(|(invocation, at)| (bodies(invocation), at.since(start).as_secs()))
            .collect()
    }
}

/// The event of an invocation.
pub(super) fn event(invocation: &Invocation) -> Value {
    serde_json::from_slice(&invocation.payload).unwrap()
}

fn bodies(invocation: &Invocation) -> Vec<String> {
    let event = event(invocation);
    let records = event["Records"].as_array().unwrap();
    let bodies = records
        .iter()
        .map(|record| record["body"].as_str().unwrap().to_owned());
    bodies.collect()
}

pub(super) async fn seconds(seconds: u64) {
    tokio::time::sleep(Duration::from_secs(seconds)).await;
}

/// A batch with these bodies, given after so many seconds.
pub(super) fn batch(bodies: &[&str], after: u64) -> (Vec<String>, u64) {
    (
        bodies.iter().map(|body| (*body).to_owned()).collect(),
        after,
    )
}
