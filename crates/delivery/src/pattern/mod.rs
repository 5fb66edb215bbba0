//! The event pattern language of rules, archives and filters.
//!
//! A pattern is a JSON object shaped like the events it matches; its leaves are arrays of values and
//! conditions. All fields must match, one entry of an array is enough, fields not named don't count.
//! Exact numbers compare as they are written, with one limit: a number is read first, so that `3.0e2`
//! and `300.0` are the same here, while `300` and `300.0` differ as on AWS.
//!
//! See <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html>.

mod condition;
mod matching;
mod numeric;
mod parse;
mod text;

#[cfg(test)]
mod tests;

use serde_json::Value;
use thiserror::Error;

use condition::Condition;

/// An event pattern, checked and ready to match events.
#[derive(Clone, Debug, PartialEq)]
pub struct Pattern(Object);

/// A pattern that AWS would refuse: where in it, and why.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("event pattern is not valid at {path}: {reason}")]
pub struct PatternError {
    /// The field, with dots: `$.detail.status`.
    pub path: String,
    /// What is wrong with it and what is allowed.
    pub reason: String,
}

/// Fields of one JSON object that must all match.
#[derive(Clone, Debug, PartialEq)]
struct Object(Vec<Test>);

/// One requirement on a JSON object.
#[derive(Clone, Debug, PartialEq)]
enum Test {
    /// The field holds an object (or objects in an array) that matches.
    Nested(String, Object),
    /// The field holds a value that meets one of these conditions.
    Leaf(String, Vec<Condition>),
    /// One of these alternatives matches the object itself.
    Or(Vec<Object>),
}

impl Pattern {
    /// Checks a pattern and makes it ready to match.
    ///
    /// The error names the place in the pattern and what is allowed there.
    pub fn parse(pattern: &Value) -> Result<Self, PatternError> {
        parse::pattern(pattern).map(Self)
    }

    /// Whether the event (an `EventBridge` envelope, a stream record, a message) matches.
    #[must_use]
    pub fn matches(&self, event: &Value) -> bool {
        self.0.matches(event)
    }
}
