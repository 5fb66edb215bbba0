#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a failing test may panic"
)]

use proptest::prelude::*;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::{Document, Kind, Node};

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

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(|flag| json!(flag)),
        any::<i64>().prop_map(|number| json!(number)),
        any::<f64>().prop_map(|number| json!(number)),
        ".*".prop_map(|text| json!(text)),
    ];
    leaf.prop_recursive(6, 64, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            proptest::collection::btree_map(".*", inner, 0..4).prop_map(|fields| json!(fields)),
        ]
    })
}

/// Checks that the node and all in it is what `serde_json` reads.
fn same(node: &Node<'_>, value: &Value) {
    assert_eq!(&serde_json::from_str::<Value>(node.text).unwrap(), value);
    match (&node.kind, value) {
        (Kind::Array { elements, .. }, Value::Array(values)) => {
            assert_eq!(elements.len(), values.len());
            for (element, value) in elements.iter().zip(values) {
                same(element, value);
            }
        }
        (Kind::Object(fields), Value::Object(values)) => {
            assert_eq!(fields.len(), values.len());
            for (name, value) in values {
                same(&fields[name.as_str()], value);
            }
        }
        (Kind::String(text), value) => assert_eq!(Some(text.as_ref()), value.as_str()),
        (Kind::Boolean(flag), value) => assert_eq!(Some(*flag), value.as_bool()),
        (Kind::Number, value) => assert!(value.is_number()),
        (kind, value) => assert!(*kind == Kind::Null && value.is_null(), "{kind:?}"),
    }
}

proptest! {
    #[test]
    fn what_is_read_is_what_serde_json_reads(value in any_json(), pretty in any::<bool>()) {
        let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) };
        let text = text.unwrap();
        same(&Document::parse(&text).unwrap().root, &serde_json::from_str(&text).unwrap());
    }

    #[test]
    fn no_text_can_stop_it(text in "[\\[\\]{}:,\"\\\\a0-9.eE+ -]{0,24}") {
        let is_json = serde_json::from_str::<&RawValue>(&text).is_ok();
        prop_assert_eq!(Document::parse(&text).is_ok(), is_json, "{}", text);
    }
}
