use std::sync::Arc;

use delivery::Time;
use delivery::mapping::{Record, SequenceNumber, Settings};
use serde_json::{Value, json};

use crate::dynamodb::StreamRecord;

/// The record as a function gets it, or `None` if the mapping's filters don't want it.
pub(super) fn wanted(
    record: StreamRecord,
    stream_arn: &str,
    settings: &Settings,
) -> Option<Record<Arc<str>>> {
    let mut body = record.body;
    body.insert("eventSourceARN".to_owned(), json!(stream_arn));
    let text = Value::Object(body).to_string();
    if !settings.wants(&text) {
        return None;
    }
    Some(Record {
        sequence_number: SequenceNumber::from(record.sequence_number),
        item: item(&record.keys),
        created_at: Time(record.created_at.saturating_mul(1000)),
        bytes: text.len(),
        payload: text.into(),
    })
}

/// The primary key as text that is the same for the same item.
fn item(keys: &Value) -> String {
    let mut attributes: Vec<_> = keys.as_object().into_iter().flatten().collect();
    attributes.sort_by_key(|(name, _)| name.as_str());
    json!(attributes).to_string()
}
