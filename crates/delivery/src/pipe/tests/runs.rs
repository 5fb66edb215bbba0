use serde_json::{Value, json};

use crate::mapping::{Ending, Failure};
use crate::pipe::{CallError, Health, Run};
use crate::undocumented::REFUSALS_THAT_STOP_A_PIPE;

/// An answer: an entry is accepted or refused with a code.
#[expect(clippy::unnecessary_wraps, reason = "what a call comes to")]
fn answer(codes: &[Option<&str>]) -> Result<Value, CallError> {
    let entries: Vec<Value> = codes
        .iter()
        .map(|code| match code {
            None => json!({ "EventId": "1" }),
            Some(code) => json!({ "ErrorCode": code, "ErrorMessage": "because" }),
        })
        .collect();
    let failed = codes.iter().flatten().count();
    Ok(json!({ "FailedEntryCount": failed, "Entries": entries }))
}

fn refused(status: u16, code: &str) -> Result<Value, CallError> {
    Err(CallError::Refused {
        status,
        code: code.to_owned(),
        message: "because".to_owned(),
    })
}

fn run(entries: usize, answer: Result<Value, CallError>) -> Run {
    let mut run = Run::default();
    run.take(entries, answer);
    run
}

fn failed(from: usize, failure: Failure) -> Ending {
    Ending::Failed { from, failure }
}

#[test]
fn row_4_2_partial_failure_leaves_what_comes_from_the_first_refused_entry_on() {
    let ok = None;
    let bad = Some("MalformedDetail");
    assert_eq!(run(3, answer(&[ok, ok, ok])).ending(), Ending::Succeeded);
    let partial = run(4, answer(&[ok, ok, bad, ok]));
    assert_eq!(partial.ending(), failed(2, Failure::Error));
    assert_eq!(
        partial.reason().unwrap(),
        "1 of 4 entries were refused, the first with MalformedDetail: because"
    );
    // A status of 200 is not looked at, nor the count of failures.
    let misleading = json!({ "FailedEntryCount": 0, "Entries": [{ "EventId": "1" }, { "ErrorCode": "InternalFailure" }] });
    assert_eq!(
        run(2, Ok(misleading)).ending(),
        failed(1, Failure::Uncounted)
    );
}

#[test]
fn row_4_2_partial_failure_of_a_second_request_leaves_the_first_done() {
    let mut run = Run::default();
    assert!(run.take(2, answer(&[None, None])));
    assert!(!run.take(2, answer(&[None, Some("MalformedDetail")])));
    assert_eq!(run.ending(), failed(3, Failure::Error));

    let mut run = Run::default();
    assert!(run.take(2, answer(&[None, None])));
    assert!(!run.take(1, refused(400, "ValidationException")));
    assert_eq!(run.ending(), failed(2, Failure::Error));
}

#[test]
fn row_4_2_internal_errors_are_not_counted_and_customer_errors_are() {
    let of_entry = |code| run(1, answer(&[Some(code)])).ending();
    for code in ["InternalFailure", "InternalException"] {
        assert_eq!(of_entry(code), failed(0, Failure::Uncounted), "{code}");
    }
    for code in [
        "AccessDeniedException",
        "InvalidAccountIdException",
        "InvalidArgument",
        "MalformedDetail",
        "NotAuthorizedForDetailTypeException",
        "NotAuthorizedForSourceException",
        "RedactionFailure",
        "ThrottlingException",
        "NewCode",
    ] {
        assert_eq!(of_entry(code), failed(0, Failure::Error), "{code}");
    }
    let of_request = |status, code| run(1, refused(status, code)).ending();
    for (status, code) in [
        (500, "InternalException"),
        (503, "ServiceUnavailable"),
        (400, "InternalFailure"),
    ] {
        assert_eq!(
            of_request(status, code),
            failed(0, Failure::Uncounted),
            "{code}"
        );
    }
    for (status, code) in [
        (400, "ValidationException"),
        (403, "AccessDeniedException"),
        (400, "ThrottlingException"),
    ] {
        assert_eq!(
            of_request(status, code),
            failed(0, Failure::Error),
            "{code}"
        );
    }
    // Nobody knows what became of these.
    let lost = run(2, Err(CallError::NoAnswer("connection reset".to_owned())));
    assert_eq!(lost.ending(), failed(0, Failure::Uncounted));
    for unreadable in [json!({}), json!({ "Entries": [{ "EventId": "1" }] })] {
        assert_eq!(
            run(2, Ok(unreadable)).ending(),
            failed(0, Failure::Uncounted)
        );
    }
    // One customer error among internal ones counts.
    let mixed = run(
        2,
        answer(&[Some("InternalFailure"), Some("MalformedDetail")]),
    );
    assert_eq!(mixed.ending(), failed(0, Failure::Error));
}

#[test]
fn row_4_2_stops_by_itself_after_nearly_continuous_refusals() {
    let denied = || run(2, refused(403, "AccessDeniedException"));
    let mut health = Health::default();
    for _ in 1..REFUSALS_THAT_STOP_A_PIPE {
        assert!(!health.stops_after(&denied()));
        // Neither of these says that it works again.
        assert!(!health.stops_after(&run(1, refused(503, "ServiceUnavailable"))));
        assert!(!health.stops_after(&run(1, answer(&[Some("MalformedDetail")]))));
    }
    assert!(health.stops_after(&denied()));
    // WHEN one entry is accepted in between THEN it begins anew
    let mut health = Health::default();
    for _ in 1..REFUSALS_THAT_STOP_A_PIPE {
        health.stops_after(&denied());
    }
    assert!(!health.stops_after(&run(2, answer(&[None, Some("MalformedDetail")]))));
    assert!(!health.stops_after(&denied()));
}

#[test]
fn row_4_2_stops_by_itself_for_missing_rights_and_wrong_requests_only() {
    let refusals = [
        run(1, refused(400, "ValidationException")),
        run(1, refused(404, "ResourceNotFoundException")),
        run(1, answer(&[Some("AccessDeniedException")])),
        run(2, answer(&[Some("NotAuthorizedForSourceException"); 2])),
    ];
    assert!(refusals.iter().all(Run::is_refusal));
    let others = [
        run(1, answer(&[None])),
        run(1, refused(400, "ThrottlingException")),
        run(1, refused(429, "TooManyRequestsException")),
        run(1, refused(500, "InternalException")),
        run(1, answer(&[Some("MalformedDetail")])),
        run(2, answer(&[None, Some("AccessDeniedException")])),
    ];
    assert!(!others.iter().any(Run::is_refusal));
}
