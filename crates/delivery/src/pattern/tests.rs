#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a failing test may panic"
)]

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{Language, Pattern};
use crate::document::Document;

/// `cases.json`: patterns with events that match or don't, and patterns that are refused. All are
/// taken as they are written, for numbers compare so.
#[derive(Deserialize)]
struct Cases<'a> {
    #[serde(borrow)]
    matching: Vec<Case<'a>>,
    #[serde(borrow)]
    refused: Vec<Refused<'a>>,
    #[serde(borrow)]
    refused_as_filter: Vec<Refused<'a>>,
}

#[derive(Deserialize)]
struct Case<'a> {
    row: String,
    name: String,
    #[serde(borrow)]
    pattern: &'a RawValue,
    #[serde(borrow, default)]
    matches: Vec<&'a RawValue>,
    #[serde(borrow, default)]
    misses: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
struct Refused<'a> {
    #[serde(borrow)]
    pattern: &'a RawValue,
    error: String,
}

fn cases() -> Cases<'static> {
    serde_json::from_str(include_str!("cases.json")).unwrap()
}

fn read(pattern: &str) -> Pattern {
    Pattern::read(pattern, Language::Rule).unwrap_or_else(|error| panic!("{pattern}: {error}"))
}

fn matches(pattern: &Pattern, event: &str) -> bool {
    pattern.matches_document(&Document::parse(event).unwrap())
}

/// Each event of the row's cases matches or does not, as the table says.
fn check(row: &str) {
    let cases: Vec<Case<'_>> = cases().matching;
    let of_row: Vec<&Case<'_>> = cases.iter().filter(|case| case.row == row).collect();
    assert!(of_row.len() >= 5, "{row} has {} cases", of_row.len());
    for case in of_row {
        let pattern = read(case.pattern.get());
        for event in &case.matches {
            let event = event.get();
            assert!(
                matches(&pattern, event),
                "{}: must match {event}",
                case.name
            );
        }
        for event in &case.misses {
            let event = event.get();
            assert!(
                !matches(&pattern, event),
                "{}: must not match {event}",
                case.name
            );
        }
    }
}

#[test]
fn row_3_5_fields_and_values() {
    check("row_3_5_fields_and_values");
}

#[test]
fn row_3_5_operators() {
    check("row_3_5_operators");
}

#[test]
fn row_3_5_exact_values() {
    check("row_3_5_exact_values");
}

#[test]
fn row_3_5_array_elements() {
    check("row_3_5_array_elements");
}

#[test]
fn row_3_5_operators_that_are_used_wrongly_are_refused_with_their_place_and_reason() {
    for case in cases().refused {
        let error = Pattern::read(case.pattern.get(), Language::Rule)
            .err()
            .unwrap_or_else(|| panic!("{} must be refused", case.pattern));
        assert_eq!(
            error.to_string(),
            format!("event pattern is not valid at {}", case.error)
        );
    }
}

#[test]
fn row_3_5_filters_are_a_subset() {
    for case in cases().refused_as_filter {
        let pattern = case.pattern.get();
        read(pattern);
        let error = Pattern::read(pattern, Language::Filter)
            .err()
            .unwrap_or_else(|| panic!("{pattern} must be refused"));
        assert_eq!(
            error.to_string(),
            format!("event pattern is not valid at {}", case.error)
        );
    }
    let shared = r#"{"a": ["x", {"prefix": "x"}, {"suffix": "x"}, {"anything-but": ["x"]},
        {"numeric": [">", 1]}, {"exists": false}, {"equals-ignore-case": "x"},
        {"cidr": "10.0.0.0/8"}], "$or": [{"b": [1]}, {"c": [2]}]}"#;
    Pattern::read(shared, Language::Filter).unwrap();
}

#[test]
fn row_3_5_operators_or_unfolds_into_at_most_1000_combinations() {
    let alternatives = |count: usize, field: &str| {
        let list: Vec<String> = (0..count)
            .map(|n| format!("{{\"{field}\":[{n}]}}"))
            .collect();
        format!("\"$or\":[{}]", list.join(","))
    };
    let both = |more: usize| {
        format!(
            "{{{},\"d\":{{{}}}}}",
            alternatives(more, "a"),
            alternatives(10, "b")
        )
    };
    let pattern = read(&both(100));
    assert!(matches(&pattern, r#"{"a":99,"d":{"b":9}}"#));
    assert!(!matches(&pattern, r#"{"a":99,"d":{"b":10}}"#));
    let error = Pattern::read(&both(101), Language::Rule).unwrap_err();
    assert_eq!(
        error.reason,
        "$or unfolds into 1010 combinations, 1000 are allowed"
    );
}

#[test]
fn row_3_5_array_elements_are_searched_in_no_time_also_where_many_choices_fail() {
    let values = ["0"; 60].join(",");
    let objects = vec!["{\"x\":0}"; 300].join(",");
    let names = ["a", "b", "c", "d", "e", "f"];
    let fields: Vec<String> = names
        .iter()
        .map(|name| format!("\"{name}\":[{objects},{{\"y\":[{values}]}}]"))
        .collect();
    let event = format!("{{{}}}", fields.join(","));
    let tests: Vec<String> = names
        .iter()
        .map(|name| format!("\"{name}\":{{\"x\":[0]}}"))
        .collect();
    let pattern = format!("{{{},\"f\":{{\"x\":[0],\"y\":[0]}}}}", tests[..5].join(","));
    assert!(!matches(&read(&pattern), &event));
}

#[test]
fn a_pattern_that_is_no_json_is_refused() {
    let error = Pattern::read("{\"a\":", Language::Rule).unwrap_err();
    assert!(error.reason.starts_with("it is no JSON"), "{error}");
}

#[test]
fn the_table_holds_at_least_112_cases() {
    let cases = cases();
    let events: usize = cases
        .matching
        .iter()
        .map(|case| case.matches.len() + case.misses.len())
        .sum();
    let patterns = cases.matching.len() + cases.refused.len() + cases.refused_as_filter.len();
    assert!(patterns >= 112 && events >= 250, "{patterns}, {events}");
}
