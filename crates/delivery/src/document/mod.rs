//! JSON as it was written: numbers keep their text, and of a key that comes twice the last value counts.
//!
//! Events reach their targets as they were published and patterns compare numbers as texts, while
//! [`serde_json::Value`] reads a number and writes it again as another text. `serde_json` checks here
//! that a text is JSON; the rest only finds its way in it.

mod reader;

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

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        clippy::panic,
        reason = "a failing test may panic"
    )]

    use super::*;

    fn field<'a>(document: &'a Document<'_>, name: &str) -> &'a Node<'a> {
        match &document.root.kind {
            Kind::Object(fields) => fields.get(name).unwrap(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn each_value_keeps_its_text() {
        let text = r#" { "n" : 3.0e2, "deep": {"a" : [1, {}] }, "s": "a\"b", "é": "ü" } "#;
        let document = Document::parse(text).unwrap();
        assert_eq!(field(&document, "n").text, "3.0e2");
        assert_eq!(field(&document, "deep").text, r#"{"a" : [1, {}] }"#);
        assert_eq!(field(&document, "s").kind, Kind::String("a\"b".into()));
        assert_eq!(field(&document, "é").kind, Kind::String("ü".into()));
        assert_eq!(document.levels(), 4);
    }

    #[test]
    fn of_a_key_that_comes_twice_the_last_value_counts() {
        let document = Document::parse(r#"{"a": 1, "b": 2, "\u0061": 3}"#).unwrap();
        assert_eq!(field(&document, "a").text, "3");
    }

    #[test]
    fn brackets_inside_strings_are_no_levels() {
        assert_eq!(Document::parse(r#"["[[[{", "\"[["]"#).unwrap().levels(), 1);
        assert_eq!(Document::parse("7").unwrap().levels(), 0);
    }

    #[test]
    fn a_thousand_levels_are_read_and_a_million_refused_without_a_crash() {
        let nested = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
        assert_eq!(Document::parse(&nested(1_000)).unwrap().levels(), 1_000);
        let error = Document::parse(&nested(1_000_000)).unwrap_err();
        assert_eq!(error.to_string(), "it is nested 1000000 levels deep");
    }

    #[test]
    fn what_is_no_json_is_refused() {
        for text in [
            "",
            "{",
            "{\"a\":}",
            "[1,]",
            "01",
            "{} {}",
            "\"\\ud800\"",
            "nul",
        ] {
            assert!(Document::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn integers_must_fit_64_bits_and_other_numbers_need_not() {
        for (text, beyond) in [
            ("[9223372036854775807, -9223372036854775808, -0]", None),
            ("[1e400, 9223372036854775808.0]", None),
            ("[1, 9223372036854775808]", Some("9223372036854775808")),
            (
                "{\"a\": -9223372036854775809}",
                Some("-9223372036854775809"),
            ),
        ] {
            let document = Document::parse(text).unwrap();
            assert_eq!(document.integer_beyond_int64(), beyond, "{text}");
        }
    }
}
