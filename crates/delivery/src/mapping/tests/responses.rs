//! Answers to the batch 11, 12, 13 and what they mean
//! (<https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html>).

use crate::mapping::{Response, SequenceNumber, read_response};

use Response::{Failed, FailedFrom, Succeeded};

fn means(body: &str, expected: Response) {
    let batch: Vec<_> = ["11", "12", "13"].map(SequenceNumber::from).into();
    let batch: Vec<_> = batch.iter().collect();
    assert_eq!(read_response(body.as_bytes(), &batch), expected, "{body}");
}

/// What the answer with these failures means.
fn failures_mean(failures: &str, expected: Response) {
    means(&format!(r#"{{"batchItemFailures":{failures}}}"#), expected);
}

#[test]
fn row_2_3_lowest_identifier_is_the_checkpoint_wherever_it_stands_in_the_list() {
    let identifier = |number: &str| format!(r#"{{"itemIdentifier":"{number}"}}"#);
    let (first, middle, last) = (identifier("11"), identifier("12"), identifier("13"));
    failures_mean(&format!("[{first}]"), FailedFrom(0));
    failures_mean(&format!("[{middle}]"), FailedFrom(1));
    failures_mean(&format!("[{last}]"), FailedFrom(2));
    failures_mean(&format!("[{last},{middle}]"), FailedFrom(1));
    failures_mean(&format!("[{middle},{middle}]"), FailedFrom(1));
    // Other members do not matter.
    failures_mean(r#"[{"itemIdentifier":"12","y":2}],"x":1"#, FailedFrom(1));
}

#[test]
fn row_2_3_empty_list_is_success_and_so_are_null_and_an_empty_body() {
    failures_mean("[]", Succeeded);
    failures_mean("null", Succeeded);
    for body in ["", " \n", "null", "{}"] {
        means(body, Succeeded);
    }
}

#[test]
fn row_2_3_bad_identifier_fails_the_batch() {
    failures_mean(r#"[{"itemIdentifier":""}]"#, Failed);
    failures_mean(r#"[{"itemIdentifier":null}]"#, Failed);
    failures_mean(r#"[{"ItemIdentifier":"12"}]"#, Failed);
    // Also among good ones.
    failures_mean(r#"[{"itemIdentifier":"13"},{"itemIdentifier":""}]"#, Failed);
}

#[test]
fn row_2_3_misspelt_list_is_success_and_loses_records() {
    for name in ["BatchItemFailures", "batchitemfailures", "batchItemFailure"] {
        means(
            &format!(r#"{{"{name}":[{{"itemIdentifier":"12"}}]}}"#),
            Succeeded,
        );
    }
}

#[test]
fn row_2_3_unreadable_answer_fails_the_batch_as_does_an_unknown_number() {
    failures_mean(r#"[{"itemIdentifier":"99"}]"#, Failed);
    failures_mean(
        r#"[{"itemIdentifier":"12"},{"itemIdentifier":"99"}]"#,
        Failed,
    );
    failures_mean(r#"[{"itemIdentifier":12}]"#, Failed);
    failures_mean(r#"["12"]"#, Failed);
    failures_mean(r#""12""#, Failed);
    for body in ["done", r#""done""#, "[]", "{"] {
        means(body, Failed);
    }
}

#[test]
fn sequence_numbers_are_ordered_as_numbers() {
    let ordered = [
        "9",
        "10",
        "099",
        "100",
        "99999999999999999999999999999999999999999",
    ]
    .map(SequenceNumber::from);
    assert!(ordered.is_sorted(), "{ordered:?}");
}
