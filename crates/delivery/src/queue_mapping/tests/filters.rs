//! Which messages a function gets at all.

use serde_json::{Value, json};

use super::super::*;
use super::world::{World, message};

fn with(patterns: &[Value]) -> Result<Settings, SettingsError> {
    let filters: Vec<Value> = patterns
        .iter()
        .map(|pattern| json!({"pattern": pattern.to_string()}))
        .collect();
    let properties = json!({"filterCriteria": {"filters": filters}});
    Settings::declared(properties.as_object().unwrap())
}

#[test]
fn row_5_mapping_filtered_messages_are_deleted_and_not_given() {
    let mut world = World::new(Settings::default());
    let unwanted = Message {
        wanted: false,
        ..message("unwanted")
    };
    world.receives(vec![message("a"), unwanted.clone(), message("b")]);
    assert_eq!(world.deleted, ["unwanted"]);
    assert_eq!(world.last(), ["a", "b"]);

    world.receives(vec![unwanted]);
    assert_eq!(world.sizes(), [2]);
    assert!(world.receive.is_some());
}

#[test]
fn row_5_mapping_filtered_messages_are_those_whose_body_does_not_match() {
    let of_json = json!({"body": {"kind": ["order"], "total": [{"numeric": [">", 10]}]}});
    let of_text = json!({"body": [{"prefix": "order "}]});
    for (pattern, body, wanted) in [
        (&of_json, r#"{"kind":"order","total":11,"more":1}"#, true),
        (&of_json, r#"{"kind":"order","total":10}"#, false),
        (&of_json, r#"{"kind":"refund","total":11}"#, false),
        // A text where JSON is expected, and the other way round.
        (&of_json, "order 11", false),
        (&of_text, "order 11", true),
        (&of_text, "refund 11", false),
        (&of_text, r#"{"kind":"order"}"#, false),
        (&of_text, r#"order "11""#, true),
    ] {
        let settings = with(std::slice::from_ref(pattern)).unwrap();
        assert_eq!(settings.wants(body), wanted, "{pattern} {body}");
    }
}

#[test]
fn one_of_several_filters_is_enough_and_none_takes_all() {
    let settings = with(&[json!({"body": ["a"]}), json!({"body": {"b": [true]}})]).unwrap();
    assert!(settings.wants("a"));
    assert!(settings.wants(r#"{"b":true}"#));
    assert!(!settings.wants("c"));
    assert!(Settings::default().wants("c"));
}

#[test]
fn a_filter_that_aws_does_not_take_is_refused() {
    let many = vec![json!({"body": ["a"]}); 11];
    let attributes = json!({"attributes": {"SenderId": ["x"]}});
    let alternatives = json!({"$or": [{"body": ["a"]}, {"messageId": ["x"]}]});
    for (patterns, allowed) in [
        (many, "at most 10 filters"),
        (vec![attributes], "by `body` only, and not by `attributes`"),
        (vec![alternatives], "by `body` only, and not by `messageId`"),
        (vec![json!({"body": [{"wildcard": "a*"}]})], "wildcard"),
        (vec![json!({"body": "a"})], "body"),
    ] {
        let error = with(&patterns).unwrap_err();
        assert_eq!(error.property, "filterCriteria");
        assert!(error.allowed.contains(allowed), "{error}");
    }
}
