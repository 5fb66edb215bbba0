//! The answers of functions that report failures, one by one.

use super::super::*;

const BATCH: [&str; 3] = ["a", "b", "c"];

fn read(answer: &str) -> Response {
    read_response(answer.as_bytes(), &BATCH)
}

fn failed(ids: &[&str]) -> Response {
    Response::Failed(ids.iter().map(|id| (*id).to_owned()).collect())
}

#[test]
fn row_5_mapping_nothing_reported_is_success() {
    for answer in [
        "",
        " \n",
        "null",
        "{}",
        r#"{"batchItemFailures":null}"#,
        r#"{"batchItemFailures":[]}"#,
        // Misspelt: AWS sees no list.
        r#"{"batchitemfailures":[{"itemIdentifier":"a"}]}"#,
        r#"{"failures":[{"itemIdentifier":"a"}]}"#,
    ] {
        assert_eq!(read(answer), failed(&[]), "{answer:?}");
    }
}

#[test]
fn row_5_mapping_reported_failures_are_message_ids() {
    for (answer, ids) in [
        (
            r#"{"batchItemFailures":[{"itemIdentifier":"b"}]}"#,
            vec!["b"],
        ),
        (
            r#"{"batchItemFailures":[{"itemIdentifier":"c"},{"itemIdentifier":"a"},{"itemIdentifier":"c"}]}"#,
            vec!["a", "c"],
        ),
        (
            r#"{"batchItemFailures":[{"itemIdentifier":"b","more":1}],"more":2}"#,
            vec!["b"],
        ),
    ] {
        assert_eq!(read(answer), failed(&ids), "{answer}");
    }
}

#[test]
fn row_5_mapping_unreadable_report_fails_all() {
    for answer in [
        "{",
        "ok",
        r#""ok""#,
        "7",
        "[]",
        r#"{"batchItemFailures":{}}"#,
        r#"{"batchItemFailures":"a"}"#,
        r#"{"batchItemFailures":[{"itemIdentifier":""}]}"#,
        r#"{"batchItemFailures":[{"itemIdentifier":null}]}"#,
        r#"{"batchItemFailures":[{"itemIdentifier":1}]}"#,
        r#"{"batchItemFailures":[{"itemIdentifier":"unknown"}]}"#,
        r#"{"batchItemFailures":[{"itemId":"a"}]}"#,
        r#"{"batchItemFailures":["a"]}"#,
        // One bad name spoils the good ones.
        r#"{"batchItemFailures":[{"itemIdentifier":"a"},{"itemIdentifier":"unknown"}]}"#,
    ] {
        assert_eq!(read(answer), Response::AllFailed, "{answer}");
    }
}
