//! Property values on the wire (protobuf `Struct`) and as JSON.
//!
//! <https://www.pulumi.com/docs/iac/extending-pulumi/property-values/> lists the signatures.

use std::collections::BTreeSet;

use prost_types::{ListValue, Struct, value::Kind};
use serde_json::{Map, Number, Value};

/// Stands for a value that a preview can't know yet.
pub const UNKNOWN: &str = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
/// The key by which an object says that it is more than an object.
pub(crate) const SIGNATURE: &str = "4dabf18193072939515e22adb298388d";
/// Signature of an archive.
pub(crate) const ARCHIVE: &str = "0def7320c3a5731c473e5ecbe6d01bc7";
/// Signature of a secret, whose plain value lies under `value`.
const SECRET: &str = "1b47061264138c4ac30d75fd1eb44270";

/// Properties as JSON, with the names of those that were secret, at whatever depth.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Properties {
    pub(crate) values: Map<String, Value>,
    pub(crate) secret: BTreeSet<String>,
}

/// Secrets are unwrapped and nulls left out, as the engine does: null means "not given".
pub(crate) fn from_wire(properties: Option<Struct>) -> Properties {
    let mut read = Properties::default();
    for (name, value) in properties.unwrap_or_default().fields {
        let mut secret = false;
        if let Some(value) = json(value, &mut secret) {
            if secret {
                read.secret.insert(name.clone());
            }
            read.values.insert(name, value);
        }
    }
    read
}

fn json(value: prost_types::Value, secret: &mut bool) -> Option<Value> {
    Some(match value.kind? {
        Kind::NullValue(_) => return None,
        Kind::BoolValue(flag) => Value::Bool(flag),
        Kind::NumberValue(number) => Value::Number(json_number(number)?),
        Kind::StringValue(text) => Value::String(text),
        // A null element keeps its place: the position of the others matters.
        Kind::ListValue(list) => list
            .values
            .into_iter()
            .map(|item| json(item, secret).unwrap_or(Value::Null))
            .collect(),
        Kind::StructValue(mut object) => {
            let signature = object
                .fields
                .get(SIGNATURE)
                .and_then(|value| value.kind.as_ref());
            if matches!(signature, Some(Kind::StringValue(text)) if text == SECRET) {
                *secret = true;
                return json(object.fields.remove("value")?, secret);
            }
            object
                .fields
                .into_iter()
                .filter_map(|(name, value)| Some((name, json(value, secret)?)))
                .collect()
        }
    })
}

/// The wire knows only doubles; a whole one that a double holds exactly is an integer in JSON.
fn json_number(number: f64) -> Option<Number> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if number.fract() == 0.0 && number.abs() <= EXACT {
        #[expect(clippy::cast_possible_truncation, reason = "whole and within 2^53")]
        return Some(Number::from(number as i64));
    }
    Number::from_f64(number)
}

/// JSON as wire properties; `secret` names are wrapped.
pub(crate) fn to_wire(values: &Map<String, Value>, secret: &BTreeSet<String>) -> Struct {
    let fields = values.iter().map(|(name, value)| {
        let plain = wire(value);
        let value = if secret.contains(name) {
            wrapped(plain)
        } else {
            plain
        };
        (name.clone(), value)
    });
    Struct {
        fields: fields.collect(),
    }
}

fn wire(value: &Value) -> prost_types::Value {
    let kind = match value {
        Value::Null => Kind::NullValue(0),
        Value::Bool(flag) => Kind::BoolValue(*flag),
        Value::Number(number) => Kind::NumberValue(number.as_f64().unwrap_or(f64::NAN)),
        Value::String(text) => Kind::StringValue(text.clone()),
        Value::Array(items) => Kind::ListValue(ListValue {
            values: items.iter().map(wire).collect(),
        }),
        Value::Object(object) => Kind::StructValue(Struct {
            fields: object
                .iter()
                .map(|(name, value)| (name.clone(), wire(value)))
                .collect(),
        }),
    };
    prost_types::Value { kind: Some(kind) }
}

fn wrapped(plain: prost_types::Value) -> prost_types::Value {
    let signature = wire(&Value::String(SECRET.to_owned()));
    let fields = [
        (SIGNATURE.to_owned(), signature),
        ("value".to_owned(), plain),
    ];
    prost_types::Value {
        kind: Some(Kind::StructValue(Struct {
            fields: fields.into_iter().collect(),
        })),
    }
}

/// Whether the value is, or holds, something that a preview can't know yet.
pub(crate) fn has_unknown(value: &Value) -> bool {
    match value {
        Value::String(text) => text == UNKNOWN,
        Value::Array(items) => items.iter().any(has_unknown),
        Value::Object(object) => object.values().any(has_unknown),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// Whether the value is, or holds, an archive or asset. Program-side SDKs exist that take every
/// object with a signature for a secret, so such a value is never sent back.
pub(crate) fn has_signature(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.iter().any(has_signature),
        Value::Object(object) => {
            object.contains_key(SIGNATURE) || object.values().any(has_signature)
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn object(value: Value) -> Map<String, Value> {
        match value {
            Value::Object(object) => object,
            _ => Map::new(),
        }
    }

    #[test]
    fn properties_survive_the_wire_and_secrets_are_named() {
        let given = object(json!({
            "name": "users", "retries": 10_000, "ratio": 0.5, "on": true,
            "tags": { "team": "a" }, "list": [1, null, "x"],
        }));
        let secret = BTreeSet::from(["tags".to_owned()]);

        let read = from_wire(Some(to_wire(&given, &secret)));

        assert_eq!(read.values, given);
        assert_eq!(read.secret, secret);
    }

    #[test]
    fn a_null_property_counts_as_not_given_at_any_depth() {
        let given = object(json!({ "a": null, "b": { "c": null, "d": 1 } }));
        let read = from_wire(Some(to_wire(&given, &BTreeSet::new())));
        assert_eq!(Value::Object(read.values), json!({ "b": { "d": 1 } }));
    }

    #[test]
    fn whole_numbers_beyond_32_bits_stay_whole() {
        let given = object(json!({ "large": 3_000_000_000_u64 }));
        let read = from_wire(Some(to_wire(&given, &BTreeSet::new())));
        assert_eq!(read.values["large"], json!(3_000_000_000_u64));
    }

    #[test]
    fn a_secret_inside_an_object_makes_the_property_secret() {
        let inner = wrapped(wire(&json!("hidden")));
        let object = prost_types::Value {
            kind: Some(Kind::StructValue(Struct {
                fields: [("KEY".to_owned(), inner)].into(),
            })),
        };
        let read = from_wire(Some(Struct {
            fields: [("environment".to_owned(), object)].into(),
        }));
        assert_eq!(read.values["environment"], json!({ "KEY": "hidden" }));
        assert!(read.secret.contains("environment"));
    }

    #[test]
    fn an_archive_is_not_taken_for_a_secret() {
        let given = object(json!({ "code": { SIGNATURE: ARCHIVE, "path": "a.zip" } }));
        let read = from_wire(Some(to_wire(&given, &BTreeSet::new())));
        assert_eq!(read.values, given);
        assert!(read.secret.is_empty());
    }
}
