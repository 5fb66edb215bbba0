use crate::mapping::{Response, SequenceNumber, read_response};

use Response::{Failed, FailedFrom, Succeeded};

/// Answers to the batch 11, 12, 13 and what they mean, by AWS's tables
/// (<https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html>).
/// The name of a row ends with "(undocumented)" where AWS says nothing about streams.
const TABLE: [(&str, &str, Response); 24] = [
    (
        "an empty list is success",
        r#"{"batchItemFailures":[]}"#,
        Succeeded,
    ),
    (
        "a null list is success",
        r#"{"batchItemFailures":null}"#,
        Succeeded,
    ),
    ("an empty object is success", "{}", Succeeded),
    ("null is success", "null", Succeeded),
    ("an empty body is success", "", Succeeded),
    ("white space is success", " \n", Succeeded),
    (
        "the first record",
        r#"{"batchItemFailures":[{"itemIdentifier":"11"}]}"#,
        FailedFrom(0),
    ),
    (
        "a middle record",
        r#"{"batchItemFailures":[{"itemIdentifier":"12"}]}"#,
        FailedFrom(1),
    ),
    (
        "the last record",
        r#"{"batchItemFailures":[{"itemIdentifier":"13"}]}"#,
        FailedFrom(2),
    ),
    (
        "the lowest of several",
        r#"{"batchItemFailures":[{"itemIdentifier":"13"},{"itemIdentifier":"12"}]}"#,
        FailedFrom(1),
    ),
    (
        "one record twice",
        r#"{"batchItemFailures":[{"itemIdentifier":"12"},{"itemIdentifier":"12"}]}"#,
        FailedFrom(1),
    ),
    (
        "other members do not matter",
        r#"{"x":1,"batchItemFailures":[{"itemIdentifier":"12","y":2}]}"#,
        FailedFrom(1),
    ),
    (
        "an empty identifier fails the batch",
        r#"{"batchItemFailures":[{"itemIdentifier":""}]}"#,
        Failed,
    ),
    (
        "a null identifier fails the batch",
        r#"{"batchItemFailures":[{"itemIdentifier":null}]}"#,
        Failed,
    ),
    (
        "a misnamed identifier fails the batch",
        r#"{"batchItemFailures":[{"ItemIdentifier":"12"}]}"#,
        Failed,
    ),
    (
        "one bad identifier among good ones fails the batch",
        r#"{"batchItemFailures":[{"itemIdentifier":"13"},{"itemIdentifier":""}]}"#,
        Failed,
    ),
    (
        "a misspelt list is success, and loses records",
        r#"{"BatchItemFailures":[{"itemIdentifier":"12"}]}"#,
        Succeeded,
    ),
    (
        "a number as identifier fails the batch (undocumented)",
        r#"{"batchItemFailures":[{"itemIdentifier":12}]}"#,
        Failed,
    ),
    (
        "an identifier that is not in the batch fails it (undocumented)",
        r#"{"batchItemFailures":[{"itemIdentifier":"99"}]}"#,
        Failed,
    ),
    (
        "text in the list fails the batch (undocumented)",
        r#"{"batchItemFailures":["12"]}"#,
        Failed,
    ),
    (
        "a list that is none fails the batch (undocumented)",
        r#"{"batchItemFailures":"12"}"#,
        Failed,
    ),
    (
        "a body that is not JSON fails the batch (undocumented)",
        "done",
        Failed,
    ),
    (
        "a body that is text fails the batch (undocumented)",
        r#""done""#,
        Failed,
    ),
    (
        "a body that is a list fails the batch (undocumented)",
        "[]",
        Failed,
    ),
];

#[test]
fn row_2_3_every_answer_means_what_the_table_says() {
    let batch: Vec<_> = ["11", "12", "13"].map(SequenceNumber::from).into();
    let batch: Vec<_> = batch.iter().collect();
    for (name, body, expected) in TABLE {
        assert_eq!(read_response(body.as_bytes(), &batch), expected, "{name}");
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
