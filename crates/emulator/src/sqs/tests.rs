#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a failing test may panic"
)]

use serde_json::{Value, json};
use stack::Resource;

use super::{Queues, declared};
use crate::front::{Service, ServiceError};
use crate::testing::{resource, stack};
use crate::{Chance, Clock, Store};

mod delivery;
mod lifecycle;
mod limits;
mod move_tasks;
mod purge;
mod receiving;
mod redrive;
mod requests;

const URL: &str = "http://127.0.0.1:4566/000000000000/orders";

fn arn(name: &str) -> String {
    format!("arn:aws:sqs:us-east-1:000000000000:{name}")
}

fn queue(name: &str, settings: &Value) -> Resource {
    let mut outputs = settings.clone();
    outputs["name"] = json!(name);
    outputs["arn"] = json!(arn(name));
    outputs["url"] = json!(format!("http://127.0.0.1:4566/000000000000/{name}"));
    resource("aws:sqs/queue:Queue", name, &outputs)
}

fn queues(store: &Store, resources: Vec<Resource>) -> Queues {
    queues_at(Clock::system(), store, resources)
}

fn queues_at(clock: Clock, store: &Store, resources: Vec<Resource>) -> Queues {
    let declared = declared(&stack(resources)).unwrap();
    Queues::new(declared, store.clone(), clock, Chance::seeded(1)).unwrap()
}

fn one(settings: &Value) -> Queues {
    queues(
        &Store::in_memory().unwrap(),
        vec![queue("orders", settings)],
    )
}

fn with_dead_letter_queue(max_receive_count: u32) -> Queues {
    let policy = json!({"deadLetterTargetArn": arn("dead"), "maxReceiveCount": max_receive_count});
    let orders = queue("orders", &json!({"redrivePolicy": policy.to_string()}));
    queues(
        &Store::in_memory().unwrap(),
        vec![queue("dead", &json!({})), orders],
    )
}

async fn ask(queues: &Queues, operation: &str, parameters: Value) -> Result<Value, ServiceError> {
    let mut body = json!({"QueueUrl": URL});
    body.as_object_mut()
        .unwrap()
        .extend(parameters.as_object().cloned().unwrap());
    queues.call(operation, body).await
}

async fn send(queues: &Queues, body: &str) -> Value {
    ask(queues, "SendMessage", json!({"MessageBody": body}))
        .await
        .unwrap()
}

async fn receive(queues: &Queues, parameters: Value) -> Vec<Value> {
    let answer = ask(queues, "ReceiveMessage", parameters).await.unwrap();
    answer["Messages"].as_array().cloned().unwrap_or_default()
}

async fn receive_all(queues: &Queues) -> Vec<Value> {
    receive(
        queues,
        json!({"MaxNumberOfMessages": 10, "AttributeNames": ["All"]}),
    )
    .await
}

/// The system attributes and bodies of the messages in the queue `name`, which stay visible.
async fn look_into(queues: &Queues, name: &str) -> Vec<Value> {
    let url = format!("http://127.0.0.1:4566/000000000000/{name}");
    let all = json!({"QueueUrl": url, "MaxNumberOfMessages": 10, "VisibilityTimeout": 0, "AttributeNames": ["All"]});
    receive(queues, all).await
}

fn bodies(messages: &[Value]) -> Vec<&str> {
    let bodies = messages.iter().map(|message| message["Body"].as_str());
    bodies.map(Option::unwrap).collect()
}

async fn counts(queues: &Queues) -> [String; 3] {
    let answer = ask(
        queues,
        "GetQueueAttributes",
        json!({"AttributeNames": ["All"]}),
    )
    .await
    .unwrap();
    ["", "NotVisible", "Delayed"].map(|suffix| {
        let name = format!("ApproximateNumberOfMessages{suffix}");
        answer["Attributes"][name].as_str().unwrap().to_owned()
    })
}

fn handle(message: &Value) -> Value {
    json!({"ReceiptHandle": message["ReceiptHandle"]})
}
