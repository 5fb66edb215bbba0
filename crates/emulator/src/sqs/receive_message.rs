//! What `ReceiveMessage` takes and answers.

use std::collections::BTreeMap;
use std::time::Duration;

use delivery::queue::{Attribute, digest, digest_attributes};
use serde_json::{Map, Value, json};

use super::parameters::{Handle, names, number};
use super::receive::{Delivered, Request};
use super::{Queue, Queues, Refusal};

impl Queues {
    pub(super) async fn receive_message(&self, body: &Value) -> Result<Value, Refusal> {
        let queue = self.addressed(body)?;
        let wait = number(body, "WaitTimeSeconds", 0..=20)?;
        let request = Request {
            limit: number(body, "MaxNumberOfMessages", 1..=10)?.unwrap_or(1),
            visibility_timeout: number(body, "VisibilityTimeout", 0..=43_200)?,
            wait: Duration::from_secs(wait.unwrap_or(queue.settings.receive_wait)),
        };
        let mut system_names = names(body, "MessageSystemAttributeNames");
        // The older name of the same parameter.
        system_names.extend(names(body, "AttributeNames"));
        let attribute_names = names(body, "MessageAttributeNames");
        let messages: Vec<Value> = self
            .receive(queue, request)
            .await?
            .iter()
            .map(|delivered| message(queue, delivered, &system_names, &attribute_names))
            .collect();
        // AWS leaves an empty list out.
        Ok(if messages.is_empty() {
            json!({})
        } else {
            json!({"Messages": messages})
        })
    }
}

fn message(
    queue: &Queue,
    delivered: &Delivered,
    system_names: &[&str],
    attribute_names: &[&str],
) -> Value {
    let message = &delivered.message;
    let mut answer = json!({
        "MessageId": message.public_id,
        "ReceiptHandle": delivered.handle(),
        "MD5OfBody": digest(&message.body),
        "Body": message.body,
    });
    let mut system = delivered.system_attributes(queue);
    system.retain(|name, _| {
        system_names
            .iter()
            .any(|wanted| wanted == name || *wanted == "All")
    });
    if !system.is_empty() {
        answer["Attributes"] = Value::Object(system);
    }
    let wanted: BTreeMap<String, Attribute> = message
        .attributes
        .iter()
        .filter(|(name, _)| attribute_names.iter().any(|wanted| asks_for(wanted, name)))
        .map(|(name, attribute)| (name.clone(), attribute.clone()))
        .collect();
    if let Some(digest) = digest_attributes(&wanted) {
        let attributes = wanted
            .iter()
            .map(|(name, attribute)| (name.clone(), attribute.to_json()));
        answer["MessageAttributes"] = Value::Object(attributes.collect());
        answer["MD5OfMessageAttributes"] = json!(digest);
    }
    answer
}

/// `All` and `.*` ask for every attribute, `order.*` for those that start with `order.`.
fn asks_for(wanted: &str, name: &str) -> bool {
    wanted == "All"
        || wanted == name
        || wanted.strip_suffix(".*").is_some_and(|prefix| {
            prefix.is_empty()
                || name
                    .strip_prefix(prefix)
                    .is_some_and(|rest| rest.starts_with('.'))
        })
}

impl Delivered {
    /// The receipt handle.
    pub(crate) fn handle(&self) -> String {
        Handle::write(self.message.id, &self.receipt)
    }

    /// All system attributes, those too that nobody asked for.
    pub(crate) fn system_attributes(&self, queue: &Queue) -> Map<String, Value> {
        let message = &self.message;
        let first = message.first_received_at.unwrap_or(self.received_at);
        // In ARNs the account is the fifth part.
        let account = queue.arn.split(':').nth(4).unwrap_or_default();
        [
            ("SenderId", Some(account.to_owned())),
            ("SentTimestamp", Some(message.sent_at.0.to_string())),
            (
                "ApproximateReceiveCount",
                Some((message.receives + 1).to_string()),
            ),
            (
                "ApproximateFirstReceiveTimestamp",
                Some(first.0.to_string()),
            ),
            ("AWSTraceHeader", message.trace_header.clone()),
            ("MessageGroupId", message.group.clone()),
            (
                "DeadLetterQueueSourceArn",
                message.dead_letter_source.clone(),
            ),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), json!(value?))))
        .collect()
    }
}
