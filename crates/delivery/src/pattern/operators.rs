//! The entries of a leaf's array: values and operators.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::Language;
use super::condition::{Condition, Excluded, Literal, Network};
use super::numeric::{Range, number};
use super::text::{TextTest, Wildcard};
use crate::document::{Kind, Node};

type Fields<'a> = BTreeMap<Cow<'a, str>, Node<'a>>;

/// Reads one entry; the error says what is wrong with it.
pub(super) fn condition(entry: &Node<'_>, language: Language) -> Result<Condition, String> {
    let literal = |literal| Ok(Condition::Equals(literal));
    match &entry.kind {
        Kind::Null => literal(Literal::Null),
        Kind::Boolean(value) => literal(Literal::Boolean(*value)),
        Kind::Number => literal(Literal::Number(entry.text.to_owned())),
        Kind::String(text) => literal(Literal::Text(text.to_string())),
        Kind::Array { .. } => Err("an array in an array is not allowed".to_owned()),
        Kind::Object(fields) => operator(fields, language),
    }
}

fn operator(fields: &Fields<'_>, language: Language) -> Result<Condition, String> {
    let (operator, value) = only_field(fields)?;
    match operator {
        "anything-but" => anything_but(value, language),
        "exists" => match value.kind {
            Kind::Boolean(there) => Ok(Condition::Exists(there)),
            _ => Err(format!("exists takes true or false, not {}", value.text)),
        },
        "numeric" => match &value.kind {
            Kind::Array { elements, .. } => Range::parse(elements).map(Condition::Numeric),
            _ => Err("numeric takes an array".to_owned()),
        },
        "cidr" => text(value)
            .and_then(Network::parse)
            .map(Condition::Network)
            .ok_or_else(|| {
                format!(
                    "cidr takes a network like \"10.0.0.0/24\", not {}",
                    value.text
                )
            }),
        "wildcard" if language == Language::Filter => {
            Err("filters of pipes and mappings know no wildcard".to_owned())
        }
        _ => text_test(operator, value).map(Condition::Text),
    }
}

fn only_field<'a>(fields: &'a Fields<'_>) -> Result<(&'a str, &'a Node<'a>), String> {
    let mut entries = fields.iter();
    match (entries.next(), entries.next()) {
        (Some((operator, value)), None) => Ok((operator, value)),
        _ => Err(format!(
            "a condition is an object with exactly one operator, this one has {}",
            fields.len()
        )),
    }
}

fn text<'a>(value: &'a Node<'_>) -> Option<&'a str> {
    match &value.kind {
        Kind::String(text) => Some(text),
        _ => None,
    }
}

fn text_test(operator: &str, value: &Node<'_>) -> Result<TextTest, String> {
    match (operator, &value.kind) {
        ("prefix", Kind::String(start)) => Ok(TextTest::Prefix(start.to_string())),
        ("suffix", Kind::String(end)) => Ok(TextTest::Suffix(end.to_string())),
        ("equals-ignore-case", Kind::String(whole)) => {
            Ok(TextTest::EqualsIgnoreCase(whole.to_lowercase()))
        }
        ("wildcard", Kind::String(wildcard)) => Wildcard::parse(wildcard).map(TextTest::Wildcard),
        ("prefix" | "suffix", Kind::Object(fields)) => {
            let (inner, part) = only_field(fields)?;
            match (inner, text(part)) {
                ("equals-ignore-case", Some(part)) if operator == "prefix" => {
                    Ok(TextTest::PrefixIgnoreCase(part.to_lowercase()))
                }
                ("equals-ignore-case", Some(part)) => {
                    Ok(TextTest::SuffixIgnoreCase(part.to_lowercase()))
                }
                _ => Err(format!(
                    "{operator} takes a string or {{\"equals-ignore-case\": string}}, not {}",
                    value.text
                )),
            }
        }
        ("prefix" | "suffix" | "equals-ignore-case" | "wildcard", _) => {
            Err(format!("{operator} takes a string, not {}", value.text))
        }
        _ => Err(format!(
            "{operator:?} is no operator; anything-but, cidr, equals-ignore-case, exists, numeric, prefix, suffix and wildcard are"
        )),
    }
}

fn anything_but(value: &Node<'_>, language: Language) -> Result<Condition, String> {
    if let Kind::Object(fields) = &value.kind {
        let (operator, value) = only_field(fields)?;
        if language == Language::Filter {
            return Err(format!(
                "filters of pipes and mappings know no {operator} inside anything-but"
            ));
        }
        return one_or_more(value)?
            .into_iter()
            .map(|value| match &value.kind {
                Kind::String(part)
                    if part.is_empty() && matches!(operator, "prefix" | "suffix") =>
                {
                    Err(format!(
                        "anything-but with {operator} takes no empty string"
                    ))
                }
                Kind::String(_) => text_test(operator, value),
                _ => Err(format!(
                    "anything-but with {operator} takes strings, not {}",
                    value.text
                )),
            })
            .collect::<Result<_, _>>()
            .map(Condition::AnythingButText);
    }
    let values = one_or_more(value)?;
    let texts: Option<Vec<_>> = values
        .iter()
        .map(|value| Some(Excluded::Text(text(value)?.to_owned())))
        .collect();
    let numbers = || {
        let numbers = values
            .iter()
            .map(|value| number(value).map(Excluded::Number));
        numbers.collect::<Option<Vec<_>>>()
    };
    texts
        .or_else(numbers)
        .map(Condition::AnythingBut)
        .ok_or_else(|| {
            format!(
                "anything-but takes strings only or numbers only, not {}",
                value.text
            )
        })
}

fn one_or_more<'a>(value: &'a Node<'a>) -> Result<Vec<&'a Node<'a>>, String> {
    match &value.kind {
        Kind::Array { elements, .. } if elements.is_empty() => {
            Err("anything-but needs at least one value".to_owned())
        }
        Kind::Array { elements, .. } => Ok(elements.iter().collect()),
        _ => Ok(vec![value]),
    }
}
