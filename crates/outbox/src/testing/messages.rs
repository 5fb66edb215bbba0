use serde_json::{Value, json};

use crate::consume::QueueBatch;

/// A batch of SQS messages as Lambda delivers it, one with each body: `message-1`, `message-2` and so on. An event is
/// given as JSON, a body that is no JSON as it stands.
///
/// ```
/// use outbox::testing::messages;
///
/// let batch = messages([r#"{"detail-type":"ParcelStored"}"#, "no JSON"]);
/// assert_eq!(batch.len(), 2);
/// ```
///
/// # Panics
/// Never: a string is always a body.
#[must_use]
#[allow(clippy::expect_used, reason = "the shape is right by construction")]
pub fn messages<B: ToString>(bodies: impl IntoIterator<Item = B>) -> QueueBatch {
    let records: Vec<Value> = (1..)
        .zip(bodies)
        .map(|(number, body)| json!({ "messageId": format!("message-{number}"), "body": body.to_string() }))
        .collect();
    serde_json::from_value(json!({ "Records": records })).expect("a batch")
}
