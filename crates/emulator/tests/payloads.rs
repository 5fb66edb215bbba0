//! How large events may be.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod support;

use delivery::Outcome;
use serde_json::{Value, json};
use support::{Invocations, answer, invoke, signed, stack, start};

#[tokio::test]
async fn row_6_1_synchronous_payload_limit_is_6_mb_for_events_and_answers() {
    let emulating = start(&stack(&[("f", json!({ "timeout": 20 }))])).await;
    let six_mb = 6 * 1024 * 1024;

    let text = "x".repeat(six_mb - 100);
    let event = json!({ "do": "echo", "text": text });
    let echoed = invoke(&emulating, "f", &event).await;
    let too_large = invoke(&emulating, "f", &json!({ "do": "large", "bytes": six_mb })).await;
    let refused = invoke(&emulating, "f", &json!({ "text": "x".repeat(six_mb) })).await;

    assert_eq!(echoed.body, event);
    assert_eq!(too_large.text("errorType"), "Function.ResponseSizeTooLarge");
    assert_eq!(refused.status, 413);
    assert_eq!(
        refused.header("x-amzn-errortype"),
        Some("RequestTooLargeException")
    );
    emulating.stop().await;
}

#[tokio::test]
async fn row_6_1_asynchronous_payload_limit_is_1_mb() {
    let emulating = start(&stack(&[("f", json!({}))])).await;
    let mut invocations = Invocations::of(&emulating, "f");
    let queue = async |bytes: usize| {
        // Two of them are the quotation marks.
        let event = Value::String("x".repeat(bytes - 2));
        let request = signed(&emulating, "f", &event);
        answer(request.header("x-amz-invocation-type", "Event")).await
    };

    let refused = queue(1_048_577).await;
    let taken = queue(1_048_576).await;

    assert_eq!(refused.status, 413);
    assert_eq!(
        refused.header("x-amzn-errortype"),
        Some("RequestTooLargeException")
    );
    assert_eq!(taken.status, 202);
    let (event, outcome) = invocations.next().await;
    assert_eq!(event.as_str().unwrap().len(), 1_048_574);
    assert!(!matches!(outcome, Outcome::NotRun { .. }), "{outcome:?}");
    emulating.stop().await;
}
