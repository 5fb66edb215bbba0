//! Moving messages out of a dead-letter queue.

use std::time::Duration;

use serde_json::{Value, json};

use super::{arn, ask, bodies, look_into, queue, queues, send};
use crate::front::ServiceError;
use crate::sqs::Queues;
use crate::{Background, Store};

mod running;
mod starting;

/// `orders` and `refunds` with the dead-letter queue `dead`, and `other` beside them.
fn shop(store: &Store) -> Queues {
    let policy = json!({"deadLetterTargetArn": arn("dead"), "maxReceiveCount": 1}).to_string();
    let redriven = json!({"redrivePolicy": policy, "visibilityTimeoutSeconds": 0});
    queues(
        store,
        vec![
            queue("dead", &json!({"messageRetentionSeconds": 1_209_600})),
            queue("orders", &redriven),
            queue("refunds", &redriven),
            queue("other", &json!({})),
        ],
    )
}

fn to(name: &str, parameters: Value) -> Value {
    let mut parameters = parameters;
    parameters["QueueUrl"] = json!(format!("http://h/000000000000/{name}"));
    parameters
}

/// Sends messages and receives each once too often, so that they lie in `dead`.
async fn dead_letter(queues: &Queues, name: &str, bodies: impl IntoIterator<Item = String>) {
    for body in bodies {
        let message = to(name, json!({"MessageBody": body}));
        ask(queues, "SendMessage", message).await.unwrap();
        receive_too_often(queues, name).await;
    }
}

async fn receive_too_often(queues: &Queues, name: &str) {
    for _ in 0..2 {
        let receive = to(name, json!({}));
        ask(queues, "ReceiveMessage", receive).await.unwrap();
    }
}

fn numbers(count: u32) -> impl Iterator<Item = String> {
    (1..=count).map(|n| n.to_string())
}

async fn start(queues: &Queues, parameters: Value) -> Result<Value, ServiceError> {
    let mut parameters = parameters;
    if parameters["SourceArn"].is_null() {
        parameters["SourceArn"] = json!(arn("dead"));
    }
    ask(queues, "StartMessageMoveTask", parameters).await
}

async fn list(queues: &Queues) -> Vec<Value> {
    let asked = json!({"SourceArn": arn("dead"), "MaxResults": 10});
    let answer = ask(queues, "ListMessageMoveTasks", asked).await.unwrap();
    answer["Results"].as_array().cloned().unwrap()
}

/// The newest task's status and how many messages it has moved.
async fn newest(queues: &Queues) -> (String, u64) {
    let task = list(queues).await.remove(0);
    (
        task["Status"].as_str().unwrap().to_owned(),
        task["ApproximateNumberOfMessagesMoved"].as_u64().unwrap(),
    )
}

/// Works on tasks for a while.
async fn work(queues: &Queues, time: Duration) -> Background {
    let working = queues.start();
    tokio::time::sleep(time).await;
    working
}
