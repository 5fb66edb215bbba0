//! A committed change as the stream record that Lambda delivers, by our own account.

use delivery::Time;
use serde_json::{Map, Value, json};

use super::oracle::difference;
use crate::observation::{Change, Kind};

/// What in a stored stream record is not as it was committed.
pub(super) fn record_difference(change: &Change, at: Time, record: &Value) -> Option<String> {
    let name = match change.kind {
        Kind::Insert => "INSERT",
        Kind::Modify => "MODIFY",
        Kind::Remove | Kind::Expire => "REMOVE",
    };
    let data = &record["dynamodb"];
    let by_time_to_live = json!({ "type": "Service", "principalId": "dynamodb.amazonaws.com" });
    let identity = match change.kind {
        Kind::Expire => by_time_to_live,
        _ => Value::Null,
    };
    let second = data["ApproximateCreationDateTime"].as_f64();
    #[allow(
        clippy::cast_precision_loss,
        reason = "seconds since 1970 are exact in an f64"
    )]
    let committed = (at.0 / 1000) as f64;
    if second != Some(committed) {
        return Some(format!(
            "ApproximateCreationDateTime is {second:?} and must be {committed}"
        ));
    }
    let pairs = [
        ("eventName", name.into(), &record["eventName"]),
        (
            "SequenceNumber",
            change.sequence_number.as_str().into(),
            &data["SequenceNumber"],
        ),
        ("Keys", json!({ "id": { "S": change.key } }), &data["Keys"]),
        ("userIdentity", identity, &record["userIdentity"]),
        (
            "NewImage",
            change.item.as_deref().map_or(Value::Null, image),
            &data["NewImage"],
        ),
    ];
    pairs
        .into_iter()
        .find_map(|(path, expected, found)| difference(path, &expected, found))
}

/// An item's attributes by name.
fn image(item: &Value) -> Value {
    let attributes = item.as_object().into_iter().flatten();
    let attributes: Map<_, _> = attributes
        .map(|(name, value)| (name.clone(), attribute(value)))
        .collect();
    attributes.into()
}

/// A value as DynamoDB writes it
/// (<https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValue.html>).
fn attribute(value: &Value) -> Value {
    match value {
        Value::Null => json!({ "NULL": true }),
        Value::Bool(value) => json!({ "BOOL": value }),
        Value::Number(number) => json!({ "N": number.to_string() }),
        Value::String(text) => json!({ "S": text }),
        Value::Array(list) => json!({ "L": list.iter().map(attribute).collect::<Vec<_>>() }),
        Value::Object(_) => json!({ "M": image(value) }),
    }
}
