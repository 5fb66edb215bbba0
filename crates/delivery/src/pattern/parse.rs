use serde_json::{Map, Value};

use super::condition::{Condition, Network};
use super::numeric::Range;
use super::text::{TextTest, Wildcard};
use super::{Object, PatternError, Test};

/// How many combinations `$or` may unfold into.
const MAXIMUM_COMBINATIONS: usize = 1000;

/// Parses a whole pattern.
pub(super) fn pattern(value: &Value) -> Result<Object, PatternError> {
    let (object, combinations) = object(value, "$")?;
    if combinations > MAXIMUM_COMBINATIONS {
        return Err(refusal(
            "$",
            format!(
                "$or unfolds into {combinations} combinations, {MAXIMUM_COMBINATIONS} are allowed"
            ),
        ));
    }
    Ok(object)
}

fn refusal(path: &str, reason: impl Into<String>) -> PatternError {
    PatternError {
        path: path.to_owned(),
        reason: reason.into(),
    }
}

/// An object and the number of combinations its `$or`s unfold into.
fn object(value: &Value, path: &str) -> Result<(Object, usize), PatternError> {
    let fields = value
        .as_object()
        .ok_or_else(|| refusal(path, format!("a JSON object is expected, not {value}")))?;
    if fields.is_empty() {
        return Err(refusal(path, "an object must name at least one field"));
    }
    let mut tests = Vec::with_capacity(fields.len());
    let mut combinations = 1_usize;
    for (name, value) in fields {
        let path = format!("{path}.{name}");
        let (test, factor) = if name == "$or" {
            alternatives(value, &path)?
        } else {
            field(name, value, &path)?
        };
        tests.push(test);
        combinations = combinations.saturating_mul(factor);
    }
    Ok((Object(tests), combinations))
}

fn alternatives(value: &Value, path: &str) -> Result<(Test, usize), PatternError> {
    let list = value
        .as_array()
        .filter(|list| list.len() >= 2)
        .ok_or_else(|| refusal(path, "$or takes an array of at least two objects"))?;
    let mut objects = Vec::with_capacity(list.len());
    let mut combinations = 0_usize;
    for alternative in list {
        let (object, factor) = object(alternative, path)?;
        objects.push(object);
        combinations = combinations.saturating_add(factor);
    }
    Ok((Test::Or(objects), combinations))
}

fn field(name: &str, value: &Value, path: &str) -> Result<(Test, usize), PatternError> {
    match value {
        Value::Object(_) => {
            let (object, combinations) = object(value, path)?;
            Ok((Test::Nested(name.to_owned(), object), combinations))
        }
        Value::Array(list) if list.is_empty() => {
            Err(refusal(path, "an array must hold at least one value"))
        }
        Value::Array(list) => {
            let conditions = list
                .iter()
                .map(|entry| condition(entry).map_err(|reason| refusal(path, reason)))
                .collect::<Result<_, _>>()?;
            Ok((Test::Leaf(name.to_owned(), conditions), 1))
        }
        other => Err(refusal(
            path,
            format!("the value must be an array or an object: [{other}] instead of {other}"),
        )),
    }
}

fn condition(entry: &Value) -> Result<Condition, String> {
    let Value::Object(fields) = entry else {
        return match entry {
            Value::Array(_) => Err("an array in an array is not allowed".to_owned()),
            value => Ok(Condition::Equals(value.clone())),
        };
    };
    let (operator, value) = only_field(fields)?;
    match operator {
        "anything-but" => anything_but(value),
        "exists" => value
            .as_bool()
            .map(Condition::Exists)
            .ok_or_else(|| format!("exists takes true or false, not {value}")),
        "numeric" => {
            let list = value.as_array().ok_or("numeric takes an array")?;
            Range::parse(list).map(Condition::Numeric)
        }
        "cidr" => value
            .as_str()
            .and_then(Network::parse)
            .map(Condition::Network)
            .ok_or_else(|| format!("cidr takes a network like \"10.0.0.0/24\", not {value}")),
        _ => text(operator, value).map(Condition::Text),
    }
}

fn only_field(fields: &Map<String, Value>) -> Result<(&str, &Value), String> {
    let mut entries = fields.iter();
    match (entries.next(), entries.next()) {
        (Some((operator, value)), None) => Ok((operator, value)),
        _ => Err(format!(
            "a condition is an object with exactly one operator, this one has {}",
            fields.len()
        )),
    }
}

fn text(operator: &str, value: &Value) -> Result<TextTest, String> {
    match (operator, value) {
        ("prefix", Value::String(start)) => Ok(TextTest::Prefix(start.clone())),
        ("suffix", Value::String(end)) => Ok(TextTest::Suffix(end.clone())),
        ("equals-ignore-case", Value::String(whole)) => {
            Ok(TextTest::EqualsIgnoreCase(whole.to_lowercase()))
        }
        ("wildcard", Value::String(wildcard)) => Wildcard::parse(wildcard).map(TextTest::Wildcard),
        ("prefix" | "suffix", Value::Object(fields)) => match only_field(fields)? {
            ("equals-ignore-case", Value::String(part)) if operator == "prefix" => {
                Ok(TextTest::PrefixIgnoreCase(part.to_lowercase()))
            }
            ("equals-ignore-case", Value::String(part)) => {
                Ok(TextTest::SuffixIgnoreCase(part.to_lowercase()))
            }
            _ => Err(format!(
                "{operator} takes a string or {{\"equals-ignore-case\": string}}, not {value}"
            )),
        },
        ("prefix" | "suffix" | "equals-ignore-case" | "wildcard", _) => {
            Err(format!("{operator} takes a string, not {value}"))
        }
        _ => Err(format!(
            "{operator:?} is no operator; anything-but, cidr, equals-ignore-case, exists, numeric, prefix, suffix and wildcard are"
        )),
    }
}

fn anything_but(value: &Value) -> Result<Condition, String> {
    if let Value::Object(fields) = value {
        let (operator, value) = only_field(fields)?;
        return one_or_more(value)?
            .into_iter()
            .map(|value| match value {
                Value::String(_) => text(operator, value),
                other => Err(format!(
                    "anything-but with {operator} takes strings, not {other}"
                )),
            })
            .collect::<Result<_, _>>()
            .map(Condition::AnythingButText);
    }
    let values = one_or_more(value)?;
    let all_strings = values.iter().all(|value| value.is_string());
    let all_numbers = values.iter().all(|value| value.is_number());
    if all_strings || all_numbers {
        Ok(Condition::AnythingBut(
            values.into_iter().cloned().collect(),
        ))
    } else {
        Err(format!(
            "anything-but takes strings only or numbers only, not {value}"
        ))
    }
}

fn one_or_more(value: &Value) -> Result<Vec<&Value>, String> {
    match value {
        Value::Array(list) if list.is_empty() => {
            Err("anything-but needs at least one value".to_owned())
        }
        Value::Array(list) => Ok(list.iter().collect()),
        single => Ok(vec![single]),
    }
}
