//! The event pattern language of rules, archives, pipes and filters.
//!
//! A pattern is a JSON object shaped like the events it matches; its leaves are arrays of values and
//! conditions. All fields must match, one entry of an array is enough, fields not named don't count.
//! Exact numbers compare as they are written: `300`, `300.0` and `3.0e2` are three values.
//!
//! See <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html>.

mod condition;
mod leaves;
mod matching;
mod numeric;
mod operators;
mod parse;
mod text;
mod unfold;

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;

use thiserror::Error;

use crate::document::Document;
use condition::Condition;

/// Which of AWS's pattern languages a pattern is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// Of a rule or an archive: all operators.
    Rule,
    /// Of a pipe or an event source mapping: no `wildcard`, and no operators inside `anything-but`.
    Filter,
}

/// An event pattern, checked and ready to match events.
#[derive(Clone, Debug, PartialEq)]
pub struct Pattern {
    /// What `$or` unfolds into: one of these must match.
    alternatives: Vec<Vec<Requirement>>,
    wildcards: bool,
}

/// A pattern that AWS would refuse: where in it, and why.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("event pattern is not valid at {path}: {reason}")]
pub struct PatternError {
    /// The field, with dots: `$.detail.status`.
    pub path: String,
    /// What is wrong with it and what is allowed.
    pub reason: String,
}

/// The values at one path must meet one of these conditions.
#[derive(Clone, Debug, PartialEq)]
struct Requirement {
    path: Vec<String>,
    conditions: Vec<Condition>,
}

impl Pattern {
    /// Checks a pattern, given as JSON text, and makes it ready to match.
    ///
    /// The error names the place in the pattern and what is allowed there.
    pub fn read(text: &str, language: Language) -> Result<Self, PatternError> {
        let document = Document::parse(text).map_err(|error| PatternError {
            path: "$".to_owned(),
            reason: format!("it is no JSON: {error}"),
        })?;
        let object = parse::pattern(&document.root, language)?;
        Ok(Self {
            wildcards: object.has_wildcard(),
            alternatives: unfold::alternatives(object),
        })
    }

    /// Whether the event (an `EventBridge` envelope, a stream record, a message) matches.
    #[must_use]
    pub fn matches_document(&self, event: &Document<'_>) -> bool {
        let matches = |requirements: &Vec<_>| matching::all_met(requirements, event);
        self.alternatives.iter().any(matches)
    }

    /// Whether it uses `wildcard`, of which AWS allows only so many rules a bus.
    #[must_use]
    pub fn has_wildcard(&self) -> bool {
        self.wildcards
    }
}
