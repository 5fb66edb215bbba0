//! What can be asked about queues.

use serde_json::{Map, Value, json};

use super::parameters::{names, text};
use super::{Queue, Queues, Refusal, messages};
use crate::StoreError;

impl Queues {
    pub(super) fn get_queue_url(&self, body: &Value) -> Result<Value, Refusal> {
        let queue = self.named(text(body, "QueueName")?)?;
        Ok(json!({"QueueUrl": queue.url}))
    }

    pub(super) fn list_queues(&self, body: &Value) -> Value {
        let prefix = body["QueueNamePrefix"].as_str().unwrap_or_default();
        let urls: Vec<&str> = self
            .all()
            .filter(|queue| queue.name.starts_with(prefix))
            .map(|queue| queue.url.as_str())
            .collect();
        // AWS leaves an empty list out.
        if urls.is_empty() {
            json!({})
        } else {
            json!({"QueueUrls": urls})
        }
    }

    pub(super) fn get_queue_attributes(&self, body: &Value) -> Result<Value, Refusal> {
        let queue = self.addressed(body)?;
        let wanted = names(body, "AttributeNames");
        let all = self.attributes(queue)?;
        if let Some(unknown) = wanted
            .iter()
            .find(|name| **name != "All" && !KNOWN.contains(name))
        {
            return Err(Refusal::modelled(
                "InvalidAttributeName",
                "InvalidAttributeName",
                format!("Unknown Attribute {unknown}."),
            ));
        }
        let attributes: Map<String, Value> = all
            .into_iter()
            .filter(|(name, _)| {
                wanted
                    .iter()
                    .any(|wanted| wanted == name || *wanted == "All")
            })
            .map(|(name, value)| (name.to_owned(), json!(value)))
            .collect();
        Ok(if attributes.is_empty() {
            json!({})
        } else {
            json!({"Attributes": attributes})
        })
    }

    /// All are strings, numbers too.
    fn attributes(&self, queue: &Queue) -> Result<Vec<(&'static str, String)>, StoreError> {
        let [visible, in_flight, delayed] = self.store().commit(|transaction| {
            let now = self.now();
            queue.expire(transaction, now)?;
            messages::count(transaction, &queue.arn, now)
        })?;
        let settings = &queue.settings;
        let mut attributes = vec![
            ("ApproximateNumberOfMessages", visible.to_string()),
            (
                "ApproximateNumberOfMessagesNotVisible",
                in_flight.to_string(),
            ),
            ("ApproximateNumberOfMessagesDelayed", delayed.to_string()),
            ("QueueArn", queue.arn.clone()),
            ("VisibilityTimeout", settings.visibility_timeout.to_string()),
            (
                "MaximumMessageSize",
                settings.maximum_message_size.to_string(),
            ),
            ("MessageRetentionPeriod", settings.retention.to_string()),
            ("DelaySeconds", settings.delay.to_string()),
            (
                "ReceiveMessageWaitTimeSeconds",
                settings.receive_wait.to_string(),
            ),
        ];
        if let Some(redrive) = &settings.redrive {
            let policy = json!({
                "deadLetterTargetArn": redrive.dead_letter_target_arn,
                "maxReceiveCount": redrive.max_receive_count,
            });
            attributes.push(("RedrivePolicy", policy.to_string()));
        }
        Ok(attributes)
    }
}

/// The attributes that AWS's model knows, also those that are never set here.
const KNOWN: [&str; 20] = [
    "Policy",
    "VisibilityTimeout",
    "MaximumMessageSize",
    "MessageRetentionPeriod",
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
    "CreatedTimestamp",
    "LastModifiedTimestamp",
    "QueueArn",
    "ApproximateNumberOfMessagesDelayed",
    "DelaySeconds",
    "ReceiveMessageWaitTimeSeconds",
    "RedrivePolicy",
    "FifoQueue",
    "ContentBasedDeduplication",
    "KmsMasterKeyId",
    "KmsDataKeyReusePeriodSeconds",
    "DeduplicationScope",
    "RedriveAllowPolicy",
    "SqsManagedSseEnabled",
];
