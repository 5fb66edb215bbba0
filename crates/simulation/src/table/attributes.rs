//! Items as DynamoDB's JSON, and as the SDK has them.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::{Map, Value, json};

/// An item in DynamoDB's JSON.
pub(crate) type Attributes = Map<String, Value>;

/// Sorted by name: the SDK's map has an order by chance.
pub(crate) fn from_sdk(item: &HashMap<String, AttributeValue>) -> Attributes {
    let sorted: BTreeMap<_, _> = item.iter().collect();
    let attributes = sorted.into_iter();
    attributes
        .map(|(name, value)| (name.clone(), json_of(value)))
        .collect()
}

/// The kinds of values that the application writes.
fn json_of(value: &AttributeValue) -> Value {
    match value {
        AttributeValue::S(text) => json!({ "S": text }),
        AttributeValue::N(number) => json!({ "N": number }),
        AttributeValue::Bool(value) => json!({ "BOOL": value }),
        AttributeValue::L(list) => json!({ "L": list.iter().map(json_of).collect::<Vec<_>>() }),
        AttributeValue::M(map) => json!({ "M": from_sdk(map) }),
        _ => json!({ "NULL": true }),
    }
}

pub(crate) fn to_sdk(item: &Attributes) -> HashMap<String, AttributeValue> {
    let attributes = item.iter();
    attributes
        .map(|(name, value)| (name.clone(), sdk_of(value)))
        .collect()
}

fn sdk_of(value: &Value) -> AttributeValue {
    let one = value.as_object().and_then(|value| value.iter().next());
    match one.map(|(kind, value)| (kind.as_str(), value)) {
        Some(("S", Value::String(text))) => AttributeValue::S(text.clone()),
        Some(("N", Value::String(number))) => AttributeValue::N(number.clone()),
        Some(("BOOL", Value::Bool(value))) => AttributeValue::Bool(*value),
        Some(("L", Value::Array(list))) => AttributeValue::L(list.iter().map(sdk_of).collect()),
        Some(("M", Value::Object(map))) => AttributeValue::M(to_sdk(map)),
        _ => AttributeValue::Null(true),
    }
}

/// An item as plain JSON: texts, whole numbers, lists and maps.
pub(crate) fn plain(item: &Attributes) -> Value {
    let attributes = item.iter();
    let attributes: Map<_, _> = attributes
        .map(|(name, value)| (name.clone(), plain_value(value)))
        .collect();
    attributes.into()
}

fn plain_value(value: &Value) -> Value {
    if let Some(number) = value["N"].as_str() {
        return number.parse::<i64>().map_or(Value::Null, Value::from);
    }
    if let Value::Array(list) = &value["L"] {
        return list.iter().map(plain_value).collect();
    }
    match &value["M"] {
        Value::Object(map) => plain(map),
        _ => value["S"].clone(),
    }
}
