//! Values on the wire: protobuf `Struct`, with a signature key for what JSON has no word for.
//! <https://www.pulumi.com/docs/iac/extending-pulumi/property-values/>

use std::collections::{BTreeMap, HashSet};

use prost_types::{ListValue, Struct, Value, value::Kind};

use crate::model::{PulumiValue, PulumiValueContent};

/// Stands for a value that a preview can't know yet.
pub(crate) const UNKNOWN: &str = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const SIGNATURE: &str = "4dabf18193072939515e22adb298388d";
const SECRET: &str = "1b47061264138c4ac30d75fd1eb44270";

/// Properties for the wire, with the URNs that each came from: an entry for every property, as no
/// entries at all would mean that each depends on everything.
#[derive(Default)]
pub(crate) struct Properties {
    pub(crate) object: Struct,
    pub(crate) dependencies: BTreeMap<String, HashSet<String>>,
    pub(crate) secret: bool,
    pub(crate) unknown: bool,
}

/// A property without a value is left out.
pub(crate) fn encode(values: Vec<(String, PulumiValue)>) -> Properties {
    let mut properties = Properties::default();
    for (name, value) in values {
        let Some(encoded) = encode_value(&value) else {
            continue;
        };
        properties.unknown |= is_unknown(&value);
        properties.secret |= value.secret;
        // A secret inside makes the whole property secret, so only the outermost is wrapped.
        let encoded = if value.secret {
            secret(encoded)
        } else {
            encoded
        };
        let mut urns = HashSet::new();
        collect(&value, &mut urns);
        properties.object.fields.insert(name.clone(), encoded);
        properties.dependencies.insert(name, urns);
    }
    properties
}

fn encode_value(value: &PulumiValue) -> Option<Value> {
    let kind = match &value.content {
        PulumiValueContent::None => return None,
        PulumiValueContent::Nothing => Kind::StringValue(UNKNOWN.to_owned()),
        PulumiValueContent::Boolean(flag) => Kind::BoolValue(*flag),
        PulumiValueContent::Integer(number) => Kind::NumberValue(f64::from(*number)),
        PulumiValueContent::Number(number) => Kind::NumberValue(*number),
        PulumiValueContent::String(text) => Kind::StringValue(text.clone()),
        // An element without a value keeps its place.
        PulumiValueContent::Array(items) => Kind::ListValue(ListValue {
            values: items
                .iter()
                .map(|item| encode_value(item).unwrap_or(null()))
                .collect(),
        }),
        PulumiValueContent::Object(fields) => Kind::StructValue(Struct {
            fields: fields
                .iter()
                .filter_map(|(name, value)| Some((name.clone(), encode_value(value)?)))
                .collect(),
        }),
    };
    Some(Value { kind: Some(kind) })
}

fn null() -> Value {
    Value {
        kind: Some(Kind::NullValue(0)),
    }
}

fn text(text: &str) -> Value {
    Value {
        kind: Some(Kind::StringValue(text.to_owned())),
    }
}

fn secret(plain: Value) -> Value {
    let fields = [
        (SIGNATURE.to_owned(), text(SECRET)),
        ("value".to_owned(), plain),
    ];
    Value {
        kind: Some(Kind::StructValue(Struct {
            fields: fields.into_iter().collect(),
        })),
    }
}

fn collect(value: &PulumiValue, urns: &mut HashSet<String>) {
    urns.extend(value.dependencies.iter().cloned());
    match &value.content {
        PulumiValueContent::Array(items) => {
            for item in items {
                collect(item, urns);
            }
        }
        PulumiValueContent::Object(fields) => {
            for (_, field) in fields {
                collect(field, urns);
            }
        }
        _ => {}
    }
}

/// Whether the value is, or holds, something that a preview can't know yet.
pub(crate) fn is_unknown(value: &PulumiValue) -> bool {
    match &value.content {
        PulumiValueContent::Nothing => true,
        PulumiValueContent::Array(items) => items.iter().any(is_unknown),
        PulumiValueContent::Object(fields) => fields.iter().any(|(_, field)| is_unknown(field)),
        _ => false,
    }
}

/// Only an object with the signature of a secret is one; archives and assets stay as they are.
pub(crate) fn decode(value: &Value) -> PulumiValue {
    let plain = |content| PulumiValue {
        content,
        secret: false,
        dependencies: HashSet::new(),
    };
    match &value.kind {
        None | Some(Kind::NullValue(_)) => plain(PulumiValueContent::None),
        Some(Kind::BoolValue(flag)) => plain(PulumiValueContent::Boolean(*flag)),
        Some(Kind::NumberValue(number)) => plain(decode_number(*number)),
        Some(Kind::StringValue(text)) if text == UNKNOWN => plain(PulumiValueContent::Nothing),
        Some(Kind::StringValue(text)) => plain(PulumiValueContent::String(text.clone())),
        Some(Kind::ListValue(list)) => {
            let items: Vec<PulumiValue> = list.values.iter().map(decode).collect();
            let secret = items.iter().any(|item| item.secret);
            PulumiValue {
                secret,
                ..plain(PulumiValueContent::Array(items))
            }
        }
        Some(Kind::StructValue(object)) => {
            let signature = object
                .fields
                .get(SIGNATURE)
                .and_then(|value| value.kind.as_ref());
            if matches!(signature, Some(Kind::StringValue(text)) if text == SECRET) {
                let inner = object.fields.get("value").map(decode);
                let inner = inner.unwrap_or_else(|| plain(PulumiValueContent::None));
                return PulumiValue {
                    secret: true,
                    ..inner
                };
            }
            let fields: Vec<(String, PulumiValue)> = object
                .fields
                .iter()
                .map(|(name, value)| (name.clone(), decode(value)))
                .collect();
            let secret = fields.iter().any(|(_, field)| field.secret);
            PulumiValue {
                secret,
                ..plain(PulumiValueContent::Object(fields))
            }
        }
    }
}

/// The wire has only doubles. A whole one that does not fit gestalt's 32 bits stays a double.
fn decode_number(number: f64) -> PulumiValueContent {
    if number.fract() == 0.0 && number >= f64::from(i32::MIN) && number <= f64::from(i32::MAX) {
        #[expect(clippy::cast_possible_truncation, reason = "whole and within range")]
        return PulumiValueContent::Integer(number as i32);
    }
    PulumiValueContent::Number(number)
}

#[cfg(test)]
mod tests;
