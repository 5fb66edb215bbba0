//! Reads what requests hold.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::{Queue, Queues, Refusal};

/// How many entries a batch may hold.
const MAXIMUM_ENTRIES: usize = 10;

/// A string that must be there.
pub(super) fn text<'a>(body: &'a Value, name: &str) -> Result<&'a str, Refusal> {
    match &body[name] {
        Value::String(text) if !text.is_empty() => Ok(text),
        Value::Null | Value::String(_) => Err(missing(name)),
        other => Err(Refusal::parameter(format!(
            "Value {other} for parameter {name} is invalid. Reason: It must be a string."
        ))),
    }
}

fn missing(name: &str) -> Refusal {
    Refusal::modelled(
        "MissingRequiredParameterException",
        "MissingParameter",
        format!("The request must contain the parameter {name}."),
    )
}

/// A whole number in a range, or none.
pub(super) fn number(
    body: &Value,
    name: &str,
    allowed: RangeInclusive<u64>,
) -> Result<Option<u64>, Refusal> {
    let value = &body[name];
    if value.is_null() {
        return Ok(None);
    }
    match value.as_u64().filter(|number| allowed.contains(number)) {
        Some(number) => Ok(Some(number)),
        None => Err(Refusal::parameter(format!(
            "Value {value} for parameter {name} is invalid. Reason: Must be between {} and {}, if provided.",
            allowed.start(),
            allowed.end()
        ))),
    }
}

/// A list of strings; absent is empty.
pub(super) fn names<'a>(body: &'a Value, name: &str) -> Vec<&'a str> {
    let list = body[name].as_array().map(Vec::as_slice);
    list.unwrap_or_default()
        .iter()
        .filter_map(Value::as_str)
        .collect()
}

/// The entries of a batch request with their ids.
pub(super) fn entries(body: &Value) -> Result<Vec<(&str, &Value)>, Refusal> {
    let list = body["Entries"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    if list.is_empty() {
        return Err(batch(
            "EmptyBatchRequest",
            "AWS.SimpleQueueService.EmptyBatchRequest",
            "There should be at least one entry in the request.".to_owned(),
        ));
    }
    if list.len() > MAXIMUM_ENTRIES {
        return Err(batch(
            "TooManyEntriesInBatchRequest",
            "AWS.SimpleQueueService.TooManyEntriesInBatchRequest",
            format!(
                "Maximum number of entries per request are {MAXIMUM_ENTRIES}. You have sent {}.",
                list.len()
            ),
        ));
    }
    let mut seen = BTreeSet::new();
    let mut entries = Vec::with_capacity(list.len());
    for entry in list {
        let id = text(entry, "Id")?;
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        if id.len() > 80 || !id.chars().all(allowed) {
            return Err(batch(
                "InvalidBatchEntryId",
                "AWS.SimpleQueueService.InvalidBatchEntryId",
                format!(
                    "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long; it is {id:?}."
                ),
            ));
        }
        if !seen.insert(id) {
            return Err(batch(
                "BatchEntryIdsNotDistinct",
                "AWS.SimpleQueueService.BatchEntryIdsNotDistinct",
                format!("Id {id} repeated."),
            ));
        }
        entries.push((id, entry));
    }
    Ok(entries)
}

fn batch(code: &'static str, query: &'static str, message: String) -> Refusal {
    Refusal::modelled(code, query, message)
}

/// A receipt handle: which message, and which receive of it.
pub(super) struct Handle {
    pub(super) id: i64,
    pub(super) receipt: String,
}

impl Handle {
    /// The handle as text that clients don't take apart.
    pub(super) fn write(id: i64, receipt: &str) -> String {
        STANDARD.encode(format!("{id}:{receipt}"))
    }

    /// Reads the handle of a request.
    pub(super) fn read(body: &Value) -> Result<Self, Refusal> {
        let given = text(body, "ReceiptHandle")?;
        let parse = || {
            let text = String::from_utf8(STANDARD.decode(given).ok()?).ok()?;
            let (id, receipt) = text.split_once(':')?;
            Some(Self {
                id: id.parse().ok()?,
                receipt: receipt.to_owned(),
            })
        };
        parse().ok_or_else(|| {
            Refusal::modelled(
                "ReceiptHandleIsInvalid",
                "ReceiptHandleIsInvalid",
                format!("The input receipt handle {given:?} is invalid."),
            )
        })
    }
}

impl Queues {
    /// The queue that a request's `QueueUrl` names by its path, whatever its host and port.
    pub(super) fn addressed(&self, body: &Value) -> Result<&Queue, Refusal> {
        let url = text(body, "QueueUrl")?;
        self.all()
            .find(|queue| path(&queue.url) == path(url))
            .ok_or_else(|| Refusal::NoQueue(url.to_owned()))
    }
}

/// A URL's path, without a slash at its end.
fn path(url: &str) -> &str {
    let behind_scheme = url.split_once("://").map_or(url, |(_, rest)| rest);
    let start = behind_scheme.find('/').unwrap_or(behind_scheme.len());
    behind_scheme[start..].trim_end_matches('/')
}
