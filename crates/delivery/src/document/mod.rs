//! JSON as it was written: numbers keep their text, and of a key that comes twice the last value counts.
//!
//! Events reach their targets as they were published and patterns compare numbers as texts, while
//! [`serde_json::Value`] reads a number and writes it again as another text. `serde_json` checks here
//! that a text is JSON; the rest only finds its way in it.

mod reader;

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::BTreeMap;

use thiserror::Error;

/// So deep may a [`Document`] be nested at most: more than any event, and few enough for the stack.
pub const MAXIMUM_LEVELS: usize = 1_024;

/// A text that is JSON, and what stands where in it.
#[derive(Clone, Debug, PartialEq)]
pub struct Document<'a> {
    pub(crate) root: Node<'a>,
    levels: usize,
    beyond_int64: Option<&'a str>,
}

/// A text that can't be read.
#[derive(Debug, Error)]
pub enum DocumentError {
    /// It is not JSON.
    #[error("{0}")]
    Json(#[from] serde_json::Error),
    /// It is nested deeper than [`MAXIMUM_LEVELS`].
    #[error("it is nested {0} levels deep")]
    Levels(usize),
}

/// A value and its text.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Node<'a> {
    pub(crate) text: &'a str,
    pub(crate) kind: Kind<'a>,
}

/// What a value is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Kind<'a> {
    Null,
    Boolean(bool),
    /// Its text is the node's.
    Number,
    String(Cow<'a, str>),
    Array {
        /// Tells the arrays of one document apart.
        id: u32,
        elements: Vec<Node<'a>>,
    },
    Object(BTreeMap<Cow<'a, str>, Node<'a>>),
}

impl<'a> Document<'a> {
    /// Reads a text.
    pub fn parse(text: &'a str) -> Result<Self, DocumentError> {
        reader::read(text)
    }

    /// How deep objects and arrays are nested: 0 for a number, 1 for `{}`.
    #[must_use]
    pub fn levels(&self) -> usize {
        self.levels
    }

    /// The first integer that a signed number of 64 bits can't hold, as it is written.
    #[must_use]
    pub fn integer_beyond_int64(&self) -> Option<&'a str> {
        self.beyond_int64
    }

    /// Whether it is a JSON object.
    #[must_use]
    pub fn is_object(&self) -> bool {
        matches!(self.root.kind, Kind::Object(_))
    }

    /// Whether it is an object with this field.
    #[must_use]
    pub fn has_field(&self, name: &str) -> bool {
        matches!(&self.root.kind, Kind::Object(fields) if fields.contains_key(name))
    }
}
