#![allow(clippy::unwrap_used, reason = "a failing test may panic")]

use super::{Context, Input};
use crate::Time;

const EVENT: &str = r#"{"version":"0","id":"7","time":"2026-11-21T05:17:00Z","resources":[],"detail":{"order": {"items": [{"sku": "a"}, {"sku": "b"}], "total": 12.50}, "note": "say \"hi\"", "line": "one\ntwo", "paid": true, "gone": null, "first-name": "Ada"}}"#;

const RULE: &str = "arn:aws:events:us-east-1:000000000000:rule/shop/placed";

fn context() -> Context<'static> {
    Context {
        rule_arn: RULE,
        ingested_at: Time(1_795_238_220_007),
    }
}

fn shaped(input: &Input) -> Result<String, String> {
    let shaped = input.shape(EVENT, &context());
    shaped.map_err(|error| error.to_string())
}

fn transformed(paths: &[(&str, &str)], template: &str) -> Result<String, String> {
    shaped(&Input::transformer(paths.iter().copied(), template).unwrap())
}

fn refused(paths: &[(&str, &str)], template: &str) -> String {
    let refused = Input::transformer(paths.iter().copied(), template);
    refused.unwrap_err().to_string()
}

#[test]
fn row_3_4_choice_without_any_shaping_the_event_is_passed_whole() {
    assert_eq!(shaped(&Input::Event).unwrap(), EVENT);
}

#[test]
fn row_3_4_choice_of_a_constant_input_is_json_of_at_most_8192_characters() {
    let json = r#"{ "fixed": 1.0 }"#;
    assert_eq!(shaped(&Input::constant(json).unwrap()).unwrap(), json);
    let long = |length: usize| format!("\"{}\"", "é".repeat(length - 2));
    assert!(Input::constant(&long(8_192)).is_ok());
    let error = Input::constant(&long(8_193)).unwrap_err().to_string();
    assert_eq!(error, "Input has 8193 characters, 1 to 8192 are allowed");
    let error = Input::constant("text").unwrap_err().to_string();
    assert!(error.starts_with("Input is no JSON"), "{error}");
}

#[test]
fn row_3_4_choice_of_names_and_templates_has_limits() {
    let names = |count: usize| -> Vec<(String, String)> {
        let name = |n| (format!("n{n}"), "$.id".to_owned());
        (0..count).map(name).collect()
    };
    let transformer = |names: &[(String, String)]| {
        let names = names
            .iter()
            .map(|(name, path)| (name.as_str(), path.as_str()));
        Input::transformer(names, "\"x\"")
    };
    assert!(transformer(&names(100)).is_ok());
    let error = transformer(&names(101)).unwrap_err().to_string();
    assert_eq!(error, "InputPathsMap has 101 names, 100 are allowed");
    for name in ["", "a.b", "AWSname", "aws", "é"] {
        let error = refused(&[(name, "$.id")], "\"x\"");
        assert!(error.contains("letters, digits, _ and -"), "{error}");
    }
    assert!(Input::transformer([("a_B-1", "$.id")], "\"<a_B-1>\"").is_ok());
    let error = refused(&[], &format!("\"{}\"", "x".repeat(8_191)));
    assert_eq!(
        error,
        "InputTemplate has 8193 characters, 1 to 8192 are allowed"
    );
    assert!(refused(&[], "").contains("0 characters"));
    let error = refused(&[], "\"<nobody>\"");
    assert_eq!(
        error,
        "InputTemplate has <nobody>, which InputPathsMap does not name"
    );
    for template in ["text", "{\"a\": }", "{,}", "[1,,2]", "{\"a\" <id>}"] {
        let error = refused(&[("id", "$.id")], template);
        assert!(
            error.contains("is no JSON once values stand"),
            "{template}: {error}"
        );
    }
}

#[test]
fn row_3_4_paths_are_dots_names_and_positions() {
    let found = |path: &str| shaped(&Input::path(path).unwrap());
    assert_eq!(found("$").unwrap(), EVENT);
    assert_eq!(found("$.detail.order.items[1]").unwrap(), r#"{"sku": "b"}"#);
    assert_eq!(found("$.detail.order.items[0].sku").unwrap(), "\"a\"");
    assert_eq!(found("$.detail.order.total").unwrap(), "12.50");
    assert_eq!(found("$.detail.first-name").unwrap(), "\"Ada\"");
    assert_eq!(found("$.detail.gone").unwrap(), "null");
    for path in [
        "detail",
        "$detail",
        "$.",
        "$.a..b",
        "$['a']",
        "$.a[*]",
        "$.*",
        "$.a[?(@.b)]",
        "$.a[-1]",
        "$.a[0",
    ] {
        assert!(Input::path(path).is_err(), "{path}");
    }
    let long = |length: usize| format!("$.{}", "x".repeat(length - 2));
    assert!(Input::path(&long(256)).is_ok());
    let error = Input::path(&long(257)).unwrap_err().to_string();
    assert_eq!(error, "InputPath has 257 characters, 1 to 256 are allowed");
}

#[test]
fn row_3_4_missing_path_of_an_input_path_can_t_be_delivered() {
    let error = shaped(&Input::path("$.detail.order.items[2]").unwrap()).unwrap_err();
    assert_eq!(
        error,
        "there is nothing at $.detail.order.items[2] in the event"
    );
}

#[test]
fn row_3_4_reserved_names_have_values_without_a_path() {
    let text = transformed(
        &[],
        r#"{"arn": <aws.events.rule-arn>, "at": "<aws.events.rule-name> <aws.events.event.ingestion-time>", "all": <aws.events.event.json>, "around": <aws.events.event>}"#,
    )
    .unwrap();
    let around = r#"{"id":"7","resources":[],"time":"2026-11-21T05:17:00Z","version":"0"}"#;
    assert_eq!(
        text,
        format!(
            r#"{{"arn": "{RULE}", "at": "placed 2026-11-21T05:17:00.007Z", "all": {EVENT}, "around": {around}}}"#
        )
    );
}

#[test]
fn row_3_4_paths_values_stand_in_a_template_as_they_are() {
    let paths = [
        ("sku", "$.detail.order.items[0].sku"),
        ("order", "$.detail.order"),
        ("paid", "$.detail.paid"),
        ("total", "$.detail.order.total"),
    ];
    assert_eq!(
        transformed(
            &paths,
            r#"{"s": <sku>, "t": "<sku>: <total>", "o": <order>, "p": [<paid>]}"#
        )
        .unwrap(),
        r#"{"s": "a", "t": "a: 12.50", "o": {"items": [{"sku": "a"}, {"sku": "b"}], "total": 12.50}, "p": [true]}"#
    );
    assert_eq!(
        transformed(&paths, r#""sku <sku>, < 5 >""#).unwrap(),
        r#""sku a, < 5 >""#
    );
    assert_eq!(
        transformed(&paths, "<order>").unwrap(),
        r#"{"items": [{"sku": "a"}, {"sku": "b"}], "total": 12.50}"#
    );
}

#[test]
fn row_3_4_missing_path_leaves_its_key_out() {
    let paths = [("no", "$.detail.no"), ("id", "$.id")];
    for (template, expected) in [
        (r#"{"a": <no>, "b": <id>}"#, r#"{ "b": "7"}"#),
        (r#"{"a": <id>, "b": <no>}"#, r#"{"a": "7"}"#),
        (r#"{"a": <id>, "b": <no>, "c": 1}"#, r#"{"a": "7", "c": 1}"#),
        (
            r#"{"a": {"b": <no>}, "c": [<no>, <id>, <no>]}"#,
            r#"{"a": {}, "c": [ "7"]}"#,
        ),
        (r#"{"a": <no>}"#, "{}"),
        (r#"{"a": "x<no>y", "b,": <no>}"#, r#"{"a": "xy"}"#),
    ] {
        assert_eq!(
            transformed(&paths, template).unwrap(),
            expected,
            "{template}"
        );
    }
    assert!(transformed(&paths, "<no>").is_err());
}

#[test]
fn row_3_4_missing_path_aside_values_are_not_escaped_and_may_make_no_json() {
    let paths = [
        ("note", "$.detail.note"),
        ("line", "$.detail.line"),
        ("order", "$.detail.order"),
    ];
    for template in [
        r#"{"a": "<note>"}"#,
        r#"{"a": <note>}"#,
        r#""<line>""#,
        r#""<order>""#,
    ] {
        let error = transformed(&paths, template).unwrap_err();
        assert!(
            error.starts_with("the input template made no JSON"),
            "{template}: {error}"
        );
    }
}
