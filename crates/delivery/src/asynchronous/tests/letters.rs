use bytes::Bytes;
use serde_json::{Value, json};

use super::super::{Condition, DestinationKind, Destinations, Ended, Letter, letters};
use super::{failed, failed_with, not_run};
use crate::{Outcome, Time};

const NOW: Time = Time(1_795_238_220_007);
const FUNCTION: &str = "arn:aws:lambda:us-east-1:000000000000:function:consumer";
const QUEUE: &str = "arn:aws:sqs:us-east-1:000000000000:failures";

fn ended(condition: Condition, runs: u32, outcome: &Outcome) -> Ended<'_> {
    Ended {
        function_arn: FUNCTION,
        function: "consumer",
        request_id: "request",
        condition,
        runs,
        payload: br#"{"id":"1"}"#,
        outcome,
    }
}

fn all_of(ended: Ended<'_>) -> Vec<Letter> {
    let destinations = Destinations {
        on_success: Some("arn:aws:lambda:us-east-1:000000000000:function:next".to_owned()),
        on_failure: Some(QUEUE.to_owned()),
        dead_letter: Some("arn:aws:sqs:us-east-1:000000000000:dead".to_owned()),
    };
    letters(&destinations, ended, NOW, "unique")
}

fn record(letter: &Letter) -> Value {
    serde_json::from_str(&letter.body).unwrap_or_default()
}

#[test]
fn row_6_1_record_of_a_failure_holds_the_event_and_the_error() {
    let outcome = failed();
    let all = all_of(ended(Condition::RetriesExhausted, 3, &outcome));
    assert_eq!(all[1].destination, QUEUE);
    assert_eq!(
        record(&all[1]),
        json!({
            "version": "1.0",
            "timestamp": "2026-11-21T05:17:00.007Z",
            "requestContext": {
                "requestId": "request",
                "functionArn": "arn:aws:lambda:us-east-1:000000000000:function:consumer:$LATEST",
                "condition": "RetriesExhausted",
                "approximateInvokeCount": 3,
            },
            "requestPayload": {"id": "1"},
            "responseContext": {
                "statusCode": 200,
                "executedVersion": "$LATEST",
                "functionError": "Unhandled",
            },
            "responsePayload": {"errorType": "E", "errorMessage": "m"},
        })
    );
}

#[test]
fn row_6_1_record_of_an_event_that_never_ran_has_no_response() {
    let outcome = not_run();
    let ended = Ended {
        payload: b"no json",
        ..ended(Condition::EventAgeExceeded, 0, &outcome)
    };
    let record = record(&all_of(ended)[1]);
    assert_eq!(record.get("responseContext"), None);
    assert_eq!(record.get("responsePayload"), None);
    assert_eq!(record["requestPayload"], "no json");
}

#[test]
fn row_6_1_record_holds_the_event_as_it_was_written() {
    let outcome = failed();
    let payload = r#"{"b": 123456789012345678901234567890, "a": 1.10}"#;
    let ended = Ended {
        payload: payload.as_bytes(),
        ..ended(Condition::RetriesExhausted, 3, &outcome)
    };
    let body = &all_of(ended)[1].body;
    assert!(body.contains(payload), "{body}");
}

#[test]
fn row_6_1_success_destinations_get_the_answer_and_only_they() {
    let outcome = Outcome::Answered(Bytes::from_static(br#"{"done":true}"#));
    let all = all_of(ended(Condition::Success, 1, &outcome));
    let destinations: Vec<&str> = all.iter().map(|it| it.destination.as_str()).collect();
    let next = "arn:aws:lambda:us-east-1:000000000000:function:next";
    assert_eq!(destinations, [next]);
    let record = record(&all[0]);
    assert_eq!(record["requestContext"]["condition"], "Success");
    assert_eq!(record["requestPayload"], json!({"id": "1"}));
    assert_eq!(record["responsePayload"], json!({"done": true}));
    let context = json!({"statusCode": 200, "executedVersion": "$LATEST"});
    assert_eq!(record["responseContext"], context);
}

#[test]
fn row_6_1_condition_is_named_as_aws_names_it() {
    let named = |condition| {
        let outcome = failed();
        record(&all_of(ended(condition, 1, &outcome))[1])["requestContext"]["condition"].clone()
    };
    assert_eq!(named(Condition::RetriesExhausted), "RetriesExhausted");
    assert_eq!(named(Condition::EventAgeExceeded), "EventAgeExceeded");
}

#[test]
fn row_6_1_bucket_key_names_the_function_and_the_time() {
    let outcome = failed();
    let all = all_of(ended(Condition::RetriesExhausted, 3, &outcome));
    let key = "aws/lambda/async/consumer/2026/11/21/2026-11-21T05.17.00-unique";
    assert_eq!(all[1].key, key);
}

#[test]
fn row_6_1_dead_letter_queue_gets_the_event_itself_and_the_error_in_attributes() {
    for (outcome, code, message) in [
        (failed(), "200", Some("m")),
        (not_run(), "429", Some("throttled")),
        (failed_with(""), "200", None),
    ] {
        let letter = all_of(ended(Condition::RetriesExhausted, 3, &outcome)).remove(0);
        assert_eq!(letter.body, r#"{"id":"1"}"#);
        let mut expected = vec![
            ("RequestID", "String", "request".to_owned()),
            ("ErrorCode", "Number", code.to_owned()),
        ];
        expected.extend(message.map(|text| ("ErrorMessage", "String", text.to_owned())));
        assert_eq!(letter.attributes, expected);
    }
}

#[test]
fn row_6_1_dead_letter_queue_gets_at_most_1_kb_of_the_error_message() {
    // Each of these characters has two bytes, and the limit falls into the middle of one.
    let outcome = failed_with(&format!("x{}", "é".repeat(1000)));
    let letter = all_of(ended(Condition::RetriesExhausted, 3, &outcome)).remove(0);
    let (_, _, message) = &letter.attributes[2];
    assert_eq!(message.len(), 1023);
    assert!(message.starts_with("xéé") && message.ends_with('é'));
}

#[test]
fn nothing_declared_is_nothing_sent() {
    let outcome = failed();
    let ended = ended(Condition::RetriesExhausted, 3, &outcome);
    assert_eq!(letters(&Destinations::default(), ended, NOW, "unique"), []);
}

#[test]
fn a_letter_that_its_destination_can_never_take_says_why() {
    let letter = |destination: &str, bytes: usize| Letter {
        destination: destination.to_owned(),
        body: "x".repeat(bytes - 3),
        attributes: vec![("a", "b", "c".to_owned())],
        key: String::new(),
    };
    assert_eq!(letter(QUEUE, 1_048_576).too_large(), None);
    assert_eq!(
        letter(QUEUE, 1_048_577).too_large(),
        Some(format!("it has 1048577 bytes, and {QUEUE} takes 1048576"))
    );
    assert_eq!(letter("arn:aws:s3:::b", 2_000_000).too_large(), None);
}

#[test]
fn a_destination_is_known_by_its_arn() {
    for (arn, kind) in [
        (QUEUE, Some(DestinationKind::Queue)),
        ("arn:aws:s3:::bucket", Some(DestinationKind::Bucket)),
        (FUNCTION, Some(DestinationKind::Function)),
        (
            "arn:aws:events:us-east-1:000000000000:event-bus/b",
            Some(DestinationKind::Bus),
        ),
        ("arn:aws:events:us-east-1:000000000000:rule/r", None),
        ("arn:aws:sns:us-east-1:000000000000:topic", None),
        ("queue", None),
    ] {
        assert_eq!(DestinationKind::of(arn), kind, "{arn}");
    }
}
