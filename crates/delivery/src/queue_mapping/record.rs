use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::queue::{Attribute, digest, digest_attributes};

/// What a record is made of.
#[derive(Clone, Copy, Debug)]
pub struct Parts<'a> {
    /// The message's id.
    pub message_id: &'a str,
    /// With this the message can be deleted or hidden longer.
    pub receipt_handle: &'a str,
    /// Its body.
    pub body: &'a str,
    /// The system attributes, for example `ApproximateReceiveCount`.
    pub attributes: &'a Map<String, Value>,
    /// The sender's attributes.
    pub message_attributes: &'a BTreeMap<String, Attribute>,
    /// The queue's ARN.
    pub queue_arn: &'a str,
}

/// A message as a function gets it in `Records`.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html>
#[must_use]
pub fn record(parts: &Parts<'_>) -> Value {
    let message_attributes: Map<String, Value> = parts
        .message_attributes
        .iter()
        .map(|(name, attribute)| (name.clone(), message_attribute(attribute)))
        .collect();
    // In ARNs the region is the fourth part.
    let region = parts.queue_arn.split(':').nth(3).unwrap_or_default();
    let mut record = json!({
        "messageId": parts.message_id,
        "receiptHandle": parts.receipt_handle,
        "body": parts.body,
        "attributes": parts.attributes,
        "messageAttributes": message_attributes,
        "md5OfBody": digest(parts.body),
        "eventSource": "aws:sqs",
        "eventSourceARN": parts.queue_arn,
        "awsRegion": region,
    });
    if let Some(digest) = digest_attributes(parts.message_attributes) {
        record["md5OfMessageAttributes"] = json!(digest);
    }
    record
}

fn message_attribute(attribute: &Attribute) -> Value {
    let received = attribute.to_json();
    let mut answer = json!({
        "stringListValues": [],
        "binaryListValues": [],
        "dataType": attribute.data_type,
    });
    if attribute.is_binary() {
        answer["binaryValue"] = received["BinaryValue"].clone();
    } else {
        answer["stringValue"] = received["StringValue"].clone();
    }
    answer
}
