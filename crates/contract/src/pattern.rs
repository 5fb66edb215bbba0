use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;
use serde_json::Value;

use crate::{Contract, Event, fit};

/// The event pattern of a rule that takes one kind of event, by its source and its detail-type, and on wish only with
/// certain values of its fields (<https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html>).
///
/// Its `Display` form is the JSON text that EventBridge's `PutRule` takes.
#[derive(Clone, Serialize)]
pub struct EventPattern {
    source: [&'static str; 1],
    #[serde(rename = "detail-type")]
    detail_type: [&'static str; 1],
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    detail: BTreeMap<String, Vec<Value>>,
    #[serde(skip)]
    contract: fn() -> Contract,
}

impl EventPattern {
    /// The pattern that takes every event of type `E` and no other.
    #[must_use]
    pub const fn of<E: Event>() -> Self {
        Self {
            source: [E::SOURCE],
            detail_type: [E::DETAIL_TYPE],
            detail: BTreeMap::new(),
            contract: Contract::of::<E>,
        }
    }

    /// The same pattern, only for events whose top-level `field` has one of `values`: texts, numbers, booleans or
    /// null, or what serialises to one, such as a value of an enum.
    ///
    /// The values are checked against the schema, so that a rule can't wait for what is never published.
    ///
    /// # Errors
    /// [`PatternError`] names the field and the value.
    pub fn with<V: Serialize>(
        mut self,
        field: &str,
        values: impl IntoIterator<Item = V>,
    ) -> Result<Self, PatternError> {
        let contract = (self.contract)();
        let problem = |problem| PatternError {
            detail_type: contract.detail_type,
            field: field.to_owned(),
            problem,
        };
        let schema = contract.schema["properties"]
            .get(field)
            .ok_or_else(|| problem(Problem::NoField))?;
        let mut wanted = Vec::new();
        for value in values {
            let value = serde_json::to_value(value)
                .map_err(|error| problem(Problem::Unwritable(error.to_string())))?;
            if value.is_object() || value.is_array() {
                return Err(problem(Problem::NotAScalar(value)));
            }
            if fit::first_misfit(&contract.schema, schema, &value, field).is_some() {
                return Err(problem(Problem::NeverPublished(value)));
            }
            wanted.push(value);
        }
        if wanted.is_empty() {
            return Err(problem(Problem::NoValue));
        }
        self.detail.insert(field.to_owned(), wanted);
        Ok(self)
    }
}

impl fmt::Display for EventPattern {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = serde_json::to_string(self).map_err(|_| fmt::Error)?;
        formatter.write_str(&text)
    }
}

impl fmt::Debug for EventPattern {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "EventPattern({self})")
    }
}

impl PartialEq for EventPattern {
    fn eq(&self, other: &Self) -> bool {
        (self.source, self.detail_type, &self.detail)
            == (other.source, other.detail_type, &other.detail)
    }
}

impl Eq for EventPattern {}

/// A pattern would wait for what no event of its type ever has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatternError {
    detail_type: &'static str,
    field: String,
    problem: Problem,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Problem {
    NoField,
    NoValue,
    Unwritable(String),
    NotAScalar(Value),
    NeverPublished(Value),
}

impl fmt::Display for PatternError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (field, detail_type) = (&self.field, self.detail_type);
        match &self.problem {
            Problem::NoField => write!(formatter, "{detail_type} has no field `{field}`"),
            Problem::NoValue => write!(
                formatter,
                "no value of `{field}` is asked for: such a pattern takes no {detail_type}"
            ),
            Problem::Unwritable(reason) => write!(
                formatter,
                "a value that `{field}` is asked for can't be written as JSON: {reason}"
            ),
            Problem::NotAScalar(value) => write!(
                formatter,
                "`{field}` can't be asked for {value}: a text, a number, a boolean or null is expected"
            ),
            Problem::NeverPublished(value) => write!(
                formatter,
                "no {detail_type} is ever published with {value} as its `{field}`: its schema refuses it"
            ),
        }
    }
}

impl std::error::Error for PatternError {}
