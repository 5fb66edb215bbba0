#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a failing test may panic"
)]

use serde::Deserialize;
use serde_json::Value;

use super::Pattern;

/// `cases.json`: patterns with events that match or don't, and patterns that are refused.
#[derive(Deserialize)]
struct Cases {
    matching: Vec<Case>,
    refused: Vec<Refused>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    pattern: Value,
    #[serde(default)]
    matches: Vec<Value>,
    #[serde(default)]
    misses: Vec<Value>,
}

#[derive(Deserialize)]
struct Refused {
    pattern: Value,
    error: String,
}

fn cases() -> Cases {
    serde_json::from_str(include_str!("cases.json")).unwrap()
}

#[test]
fn a_pattern_matches_the_events_that_aws_documents_and_no_others() {
    for case in cases().matching {
        let pattern =
            Pattern::parse(&case.pattern).unwrap_or_else(|error| panic!("{}: {error}", case.name));
        for event in &case.matches {
            assert!(pattern.matches(event), "{}: must match {event}", case.name);
        }
        for event in &case.misses {
            assert!(
                !pattern.matches(event),
                "{}: must not match {event}",
                case.name
            );
        }
    }
}

#[test]
fn a_pattern_that_aws_refuses_is_refused_with_its_place_and_reason() {
    for case in cases().refused {
        let error = Pattern::parse(&case.pattern)
            .err()
            .unwrap_or_else(|| panic!("{} must be refused", case.pattern));
        assert_eq!(
            error.to_string(),
            format!("event pattern is not valid at {}", case.error)
        );
    }
}

#[test]
fn the_table_holds_at_least_112_cases() {
    let cases = cases();
    let events: usize = cases
        .matching
        .iter()
        .map(|case| case.matches.len() + case.misses.len())
        .sum();
    assert!(
        events + cases.refused.len() >= 112,
        "{events} + {}",
        cases.refused.len()
    );
}
