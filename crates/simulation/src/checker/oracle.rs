//! What a committed change must become, told from the change alone: none of the relay's code is asked.

use delivery::Time;
use serde_json::{Map, Value, json};

use crate::observation::{Change, Kind, Meaning};
use crate::scenario::Flow;

/// The one event that a change means.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Expected {
    pub(super) event_id: String,
    pub(super) source: String,
    pub(super) detail_type: String,
    pub(super) detail: Value,
}

/// Who publishes the events about users.
const SOURCE: &str = "myapp.users";

/// The size in bytes up to which the relay publishes an event (README of `outbox`).
const ENTRY_BYTES: usize = 900 * 1024;

/// What the item of a user holds, and its events too.
const FIELDS: [&str; 6] = [
    "id",
    "username",
    "email",
    "avatar",
    "birthdate",
    "registeredAt",
];

/// The event of a change committed `at`. None: in the flow of users it is poison, which must be quarantined; in that
/// of orders it means no event.
pub(super) fn expected(flow: Flow, change: &Change, at: Time) -> Option<Expected> {
    match flow {
        Flow::Users => of_user(change, at),
        Flow::Orders => of_order(change),
        Flow::Checkout => of_row(flow, change),
    }
}

/// Whether a change made a row of an outbox: nothing else of the table is anybody's business.
pub(super) fn is_new_row(flow: Flow, change: &Change) -> bool {
    let item = change.item.as_ref();
    flow == Flow::Checkout
        && change.kind == Kind::Insert
        && item.is_some_and(|item| item["detailType"].is_string())
}

/// A row is published as it is, if it is whole.
fn of_row(flow: Flow, change: &Change) -> Option<Expected> {
    let row = change.item.as_ref().filter(|_| is_new_row(flow, change))?;
    let detail: Value = serde_json::from_str(row["detail"].as_str()?).ok()?;
    let is_whole = detail["metadata"]["eventId"] == change.key.as_str()
        && row["aggregate"].is_string()
        && row["createdAt"].as_str()?.ends_with('Z');
    is_whole.then_some(Expected {
        event_id: change.key.clone(),
        source: row["source"].as_str()?.to_owned(),
        detail_type: row["detailType"].as_str()?.to_owned(),
        detail,
    })
}

/// A removal and an item without a status are none of the consumers' business.
fn of_order(change: &Change) -> Option<Expected> {
    if matches!(change.kind, Kind::Remove | Kind::Expire) {
        return None;
    }
    let item = change.item.as_ref()?;
    let status = item.get("status")?;
    let detail_type = "OrderDetailsChanged";
    let event_id = format!("{}:{detail_type}", change.event_id);
    let detail = json!({
        "id": change.key,
        "status": status,
        "restaurant": item["restaurant"],
        "metadata": {
            "eventId": event_id,
            // The pipe has the moment from the item, to the millisecond.
            "occurredAt": item["occurredAt"],
            "key": change.key,
            "sequence": change.sequence_number,
            "sequenceKind": "stream",
            "version": 1,
        },
    });
    Some(Expected {
        event_id,
        source: "order.event".to_owned(),
        detail_type: detail_type.to_owned(),
        detail,
    })
}

fn of_user(change: &Change, at: Time) -> Option<Expected> {
    // Whether a mapping panics can't be seen in the item.
    if change.meaning == Meaning::Panics {
        return None;
    }
    let (detail_type, mut fields) = match change.kind {
        Kind::Insert => ("UserCreated", user(change)?),
        Kind::Modify => ("UserUpdated", user(change)?),
        Kind::Remove => ("UserDeleted", deleted(change, "request")),
        Kind::Expire => ("UserDeleted", deleted(change, "expiry")),
    };
    let event_id = format!("{}:{detail_type}", change.event_id);
    // A stream knows whole seconds only.
    let second = Time(at.0 - at.0 % 1000);
    fields.insert(
        "metadata".to_owned(),
        json!({
            "eventId": event_id,
            "occurredAt": second.in_milliseconds(),
            "key": change.key,
            "sequence": change.sequence_number,
            "sequenceKind": "stream",
            "version": 1,
        }),
    );
    let detail = Value::Object(fields);
    let bytes = 14 + SOURCE.len() + detail_type.len() + detail.to_string().len();
    (bytes <= ENTRY_BYTES).then(|| Expected {
        event_id,
        source: SOURCE.to_owned(),
        detail_type: detail_type.to_owned(),
        detail,
    })
}

/// The fields of a user that are all there and all text; else the change is poison.
fn user(change: &Change) -> Option<Map<String, Value>> {
    let item = change.item.as_ref()?;
    let field = |name: &str| Some((name.to_owned(), Value::from(item.get(name)?.as_str()?)));
    FIELDS.into_iter().map(field).collect()
}

fn deleted(change: &Change, by: &str) -> Map<String, Value> {
    let fields = [("id", change.key.as_str()), ("deletedBy", by)];
    fields
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.into()))
        .collect()
}

/// The first place where two JSON texts differ, for people: `detail.username`.
pub(super) fn difference(path: &str, expected: &Value, found: &Value) -> Option<String> {
    match (expected, found) {
        (Value::Object(one), Value::Object(other)) => {
            let missing = one.keys().find(|name| !other.contains_key(*name));
            if let Some(name) = missing {
                return Some(format!("{path}.{name} is missing"));
            }
            if let Some(name) = other.keys().find(|name| !one.contains_key(*name)) {
                return Some(format!("{path}.{name} was added"));
            }
            one.iter().find_map(|(name, value)| {
                difference(&format!("{path}.{name}"), value, &other[name])
            })
        }
        _ if expected == found => None,
        _ => Some(format!(
            "{path} is {} and must be {}",
            short(found),
            short(expected)
        )),
    }
}

/// Enough of a value to recognise it.
fn short(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
