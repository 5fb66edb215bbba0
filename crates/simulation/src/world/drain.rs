use emulator::front::Service;
use serde_json::{Value, json};

use super::ground::Ground;
use super::life::Life;
use super::names::{
    CONSUMER_FAILURES, QUARANTINE, dead_letters_of, queue_arn, queue_url, redrive_of,
};
use crate::observation::{Observation, Target};

/// How often a message was received, in all queues that it has been in.
const RECEIVES: &str = "ApproximateReceiveCount";

impl Life {
    /// Tells what the queues hold that nobody consumes: how much the quarantine, and all dead letters. What was told is
    /// deleted.
    pub(crate) async fn drain(&self, ground: &Ground) {
        // Of a queue that the flow does not have nothing is received.
        ground.observe(Observation::Held {
            queue: queue_arn(QUARANTINE),
            messages: self.all(QUARANTINE).await.len(),
        });
        for message in self.all(CONSUMER_FAILURES).await {
            let record: Value = serde_json::from_str(text(&message["Body"])).unwrap_or_default();
            let event = match &record["requestPayload"] {
                Value::String(payload) => payload.as_str().into(),
                payload => payload.to_string().into(),
            };
            ground.observe(Observation::DeadLettered {
                target: Target::Consumer,
                queue: queue_arn(CONSUMER_FAILURES),
                event,
                attributes: record["requestContext"].clone(),
            });
        }
        for target in Target::of(ground.flow).iter().copied() {
            let names = [Some(dead_letters_of(target)), redrive_of(target)];
            for name in names.into_iter().flatten() {
                for message in self.all(name).await {
                    let mut attributes = message["MessageAttributes"].clone();
                    if redrive_of(target) == Some(name) {
                        attributes[RECEIVES] = message["Attributes"][RECEIVES].clone();
                    }
                    ground.observe(Observation::DeadLettered {
                        target,
                        queue: queue_arn(name),
                        event: text(&message["Body"]).into(),
                        attributes,
                    });
                }
            }
        }
    }

    async fn all(&self, name: &str) -> Vec<Value> {
        let mut all = Vec::new();
        loop {
            let request = json!({
                "QueueUrl": queue_url(name),
                "MaxNumberOfMessages": 10,
                "MessageAttributeNames": ["All"],
                "MessageSystemAttributeNames": [RECEIVES],
            });
            let mut answer = self
                .queues
                .call("ReceiveMessage", request)
                .await
                .unwrap_or_default();
            let Value::Array(messages) = answer["Messages"].take() else {
                return all;
            };
            for message in messages {
                let request = json!({
                    "QueueUrl": queue_url(name),
                    "ReceiptHandle": message["ReceiptHandle"],
                });
                // What could not be deleted is told again.
                let _ = self.queues.call("DeleteMessage", request).await;
                all.push(message);
            }
        }
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
