use serde_json::{Map, Value};

use super::condition::Condition;
use super::{Object, Test};

impl Object {
    /// Whether the value, an object or an array that holds objects, matches.
    pub(super) fn matches(&self, value: &Value) -> bool {
        match value {
            Value::Object(fields) => self.0.iter().all(|test| test.matches(fields)),
            // All requirements must be met by the same element. Where only absence is asked for,
            // no element may hold the field.
            Value::Array(elements) if self.asks_for_absence_only() => {
                elements.iter().all(|element| self.matches(element))
            }
            Value::Array(elements) => elements.iter().any(|element| self.matches(element)),
            // No field can be there, so only "must not exist" can be true.
            _ => self.matches_nothing(),
        }
    }

    fn matches_nothing(&self) -> bool {
        let nothing = Map::new();
        self.0.iter().all(|test| test.matches(&nothing))
    }

    fn asks_for_absence_only(&self) -> bool {
        self.0.iter().all(|test| match test {
            Test::Nested(_, object) => object.asks_for_absence_only(),
            Test::Leaf(_, conditions) => conditions
                .iter()
                .all(|condition| *condition == Condition::Exists(false)),
            Test::Or(alternatives) => alternatives.iter().all(Self::asks_for_absence_only),
        })
    }
}

impl Test {
    fn matches(&self, fields: &Map<String, Value>) -> bool {
        match self {
            Self::Nested(name, object) => match fields.get(name) {
                Some(value) => object.matches(value),
                None => object.matches_nothing(),
            },
            Self::Leaf(name, conditions) => {
                let value = fields.get(name);
                conditions.iter().any(|condition| match condition {
                    Condition::Exists(false) => !value.is_some_and(has_leaf),
                    other => value.is_some_and(|value| any_leaf(value, other)),
                })
            }
            Self::Or(alternatives) => alternatives
                .iter()
                .any(|object| object.0.iter().all(|test| test.matches(fields))),
        }
    }
}

/// Whether a value that is no object, or one inside nested arrays, meets the condition.
fn any_leaf(value: &Value, condition: &Condition) -> bool {
    match value {
        Value::Array(elements) => elements.iter().any(|element| any_leaf(element, condition)),
        Value::Object(_) => false,
        leaf => condition.allows(leaf),
    }
}

/// `exists` looks at leaves only: an object and an empty array count as nothing.
fn has_leaf(value: &Value) -> bool {
    any_leaf(value, &Condition::Exists(true))
}
