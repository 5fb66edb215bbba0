//! `SendMessage` and `SendMessageBatch`.

use std::collections::BTreeMap;

use delivery::queue::{Attribute, MAXIMUM_BYTES, digest, digest_attributes, read_attributes, size};
use serde_json::{Map, Value, json};

use super::parameters::{entries, number};
use super::{Outgoing, Queues, Refusal};
use crate::front::ServiceError;

const TRACE_HEADER: &str = "AWSTraceHeader";

impl Queues {
    pub(super) fn send_message(&self, body: &Value) -> Result<Value, Refusal> {
        let queue = self.addressed(body)?;
        let message = outgoing(body)?;
        let id = self.send(&queue.arn, &message)?;
        Ok(Value::Object(sent(&message, &id.to_string())))
    }

    /// Each message is taken or refused by itself; what is taken is one commit.
    pub(super) fn send_message_batch(&self, body: &Value) -> Result<Value, Refusal> {
        let queue = self.addressed(body)?;
        let entries = entries(body)?;
        let messages: Vec<(&str, Result<Outgoing, Refusal>)> = entries
            .into_iter()
            .map(|(id, entry)| (id, outgoing(entry)))
            .collect();
        within_a_batch(&messages)?;
        let outcomes = self.store().commit(|transaction| {
            let mut outcomes = Vec::with_capacity(messages.len());
            for (id, message) in messages {
                let outcome = match message {
                    Ok(message) => self
                        .send_in(transaction, &queue.arn, &message)?
                        .map(|message_id| sent(&message, &message_id.to_string())),
                    Err(refusal) => Err(refusal),
                };
                outcomes.push((id, outcome));
            }
            Ok(outcomes)
        })?;
        self.announce();
        Ok(batch_answer(outcomes))
    }
}

/// All messages of a batch together keep the limit of one.
fn within_a_batch(messages: &[(&str, Result<Outgoing, Refusal>)]) -> Result<(), Refusal> {
    let bytes: usize = messages
        .iter()
        .filter_map(|(_, message)| message.as_ref().ok())
        .map(|message| size(&message.body, &message.attributes))
        .sum();
    if bytes <= MAXIMUM_BYTES {
        return Ok(());
    }
    Err(Refusal::modelled(
        "BatchRequestTooLong",
        "AWS.SimpleQueueService.BatchRequestTooLong",
        format!(
            "Batch requests cannot be longer than {MAXIMUM_BYTES} bytes. You have sent {bytes} bytes."
        ),
    ))
}

/// The answer to a batch: what was done and what was not, each by its id.
pub(super) fn batch_answer<'a>(
    outcomes: impl IntoIterator<Item = (&'a str, Result<Map<String, Value>, Refusal>)>,
) -> Value {
    let (mut successful, mut failed) = (Vec::new(), Vec::new());
    for (id, outcome) in outcomes {
        match outcome {
            Ok(mut done) => {
                done.insert("Id".to_owned(), json!(id));
                successful.push(Value::Object(done));
            }
            Err(refusal) => {
                let error = ServiceError::from(refusal);
                let query = error.query_error.as_deref().unwrap_or_default();
                failed.push(json!({
                    "Id": id,
                    "SenderFault": error.status < 500,
                    "Code": query.split(';').next().unwrap_or_default(),
                    "Message": error.message,
                }));
            }
        }
    }
    let mut answer = json!({"Successful": successful});
    if !failed.is_empty() {
        answer["Failed"] = Value::Array(failed);
    }
    answer
}

fn outgoing(body: &Value) -> Result<Outgoing, Refusal> {
    if !body["MessageDeduplicationId"].is_null() {
        return Err(Refusal::parameter(
            "The request include parameter that is not valid for this queue type: MessageDeduplicationId is for FIFO queues.",
        ));
    }
    let read = |name: &str| {
        read_attributes(body.get(name)).map_err(|error| Refusal::parameter(error.to_string()))
    };
    let mut system = read("MessageSystemAttributes")?;
    let trace_header = system.remove(TRACE_HEADER);
    if let Some(name) = system.keys().next() {
        return Err(Refusal::parameter(format!(
            "Message system attribute name '{name}' is invalid; {TRACE_HEADER} can be sent."
        )));
    }
    Ok(Outgoing {
        body: match &body["MessageBody"] {
            Value::String(text) => text.clone(),
            _ => String::new(),
        },
        attributes: read("MessageAttributes")?,
        trace_header: trace_header
            .map(|header| String::from_utf8_lossy(&header.value).into_owned()),
        group: group(body)?,
        delay: number(body, "DelaySeconds", 0..=900)?,
    })
}

/// On a standard queue the group only says whose message it is, for fair queues.
///
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-fair-queues.html>
fn group(body: &Value) -> Result<Option<String>, Refusal> {
    match &body["MessageGroupId"] {
        Value::Null => Ok(None),
        Value::String(id) => Ok(Some(id.clone())),
        other => Err(Refusal::parameter(format!(
            "Value {other} for parameter MessageGroupId is invalid. Reason: It must be a string."
        ))),
    }
}

/// What is answered about a message that was sent.
fn sent(message: &Outgoing, id: &str) -> Map<String, Value> {
    let mut answer = Map::new();
    answer.insert("MessageId".to_owned(), json!(id));
    answer.insert("MD5OfMessageBody".to_owned(), json!(digest(&message.body)));
    if let Some(digest) = digest_attributes(&message.attributes) {
        answer.insert("MD5OfMessageAttributes".to_owned(), json!(digest));
    }
    if let Some(header) = &message.trace_header {
        let header = Attribute {
            data_type: "String".to_owned(),
            value: header.clone().into_bytes(),
        };
        let digest = digest_attributes(&BTreeMap::from([(TRACE_HEADER.to_owned(), header)]));
        answer.insert("MD5OfMessageSystemAttributes".to_owned(), json!(digest));
    }
    answer
}
