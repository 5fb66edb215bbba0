use std::sync::Arc;
use std::time::Duration;

use delivery::Time;
use emulator::front::Service;
use emulator::sqs::Queues;
use serde_json::{Value, json};

use crate::observation::{Observation, Target};
use crate::scenario::FaultKind;
use crate::world::{Arrivals, Ground, queue_of, queue_url};

/// How long a hidden message may be shown before somebody looks.
const BETWEEN_LOOKS: Duration = Duration::from_secs(6);

/// Receives and deletes the messages of a target's queue until it is dropped.
///
/// It asks when it hears of a message, and as long as a received one may show again.
pub(crate) async fn consume(
    ground: Arc<Ground>,
    queues: Queues,
    arrivals: Arc<Arrivals>,
    target: Target,
) {
    let Some(name) = queue_of(target) else {
        return;
    };
    let hidden = ground.visibility_timeout + Duration::from_secs(1);
    // What an earlier life received and did not delete.
    let mut look_until = ground.clock.now().plus(hidden);
    loop {
        ground.alive().await;
        let request = json!({"QueueUrl": queue_url(name), "MaxNumberOfMessages": 10});
        let answer = queues.call("ReceiveMessage", request).await;
        let mut messages = match answer {
            Ok(mut answer) => match answer["Messages"].take() {
                Value::Array(messages) => messages,
                _ => Vec::new(),
            },
            Err(_) => Vec::new(),
        };
        if messages.is_empty() {
            wait(&ground, &arrivals, target, look_until).await;
            continue;
        }
        // A standard queue keeps no order.
        let first = ground.index(messages.len());
        messages.rotate_left(first);
        let count = messages.len();
        let mut done = Vec::with_capacity(count);
        for message in messages {
            if complete(&ground, target, &message).await {
                done.push(message["ReceiptHandle"].clone());
            }
        }
        if done.len() < count || !delete(&queues, name, done).await {
            look_until = ground.clock.now().plus(hidden);
        }
    }
}

/// Until a message was sent, or a hidden one may show.
async fn wait(ground: &Ground, arrivals: &Arrivals, target: Target, look_until: Time) {
    let now = ground.clock.now();
    let again = look_until.min(now.plus(BETWEEN_LOOKS));
    tokio::select! {
        biased;
        // A message is more urgent than another look.
        () = arrivals.of(target) => {}
        () = ground.clock.sleep_until(again), if now < look_until => {}
    }
}

/// Works on one message: whether it is to be deleted.
async fn complete(ground: &Ground, target: Target, message: &Value) -> bool {
    ground.takes(1, 10).await;
    ground.recorder.touch();
    if ground.strikes(&FaultKind::QueueConsumerFails(target)) {
        return false;
    }
    let event = message["Body"].as_str().unwrap_or_default();
    ground.observe(Observation::Delivered {
        target,
        event: event.into(),
    });
    !ground.strikes(&FaultKind::QueueConsumerForgets(target))
}

/// Deletes what is done: whether all of it was.
async fn delete(queues: &Queues, name: &str, handles: Vec<Value>) -> bool {
    if handles.is_empty() {
        return true;
    }
    let entries: Vec<Value> = handles
        .into_iter()
        .enumerate()
        .map(|(place, handle)| json!({"Id": place.to_string(), "ReceiptHandle": handle}))
        .collect();
    let request = json!({"QueueUrl": queue_url(name), "Entries": entries});
    let answer = queues.call("DeleteMessageBatch", request).await;
    answer.is_ok_and(|answer| answer["Failed"].is_null())
}
