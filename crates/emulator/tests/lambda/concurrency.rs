//! Which environment an invocation gets, and when it gets none.

use emulator::Options;
use serde_json::json;

use crate::support::{invoke, stack, start, start_with};

#[tokio::test]
async fn an_environment_is_kept_warm_and_used_again() {
    let emulating = start(&stack(&[("f", json!({}))])).await;

    let first = invoke(&emulating, "f", &json!({ "do": "pid" })).await;
    let second = invoke(&emulating, "f", &json!({ "do": "pid" })).await;

    assert!(first.body.is_u64());
    assert_eq!(first.body, second.body);
    emulating.stop().await;
}

#[tokio::test]
async fn invocations_at_the_same_time_get_environments_of_their_own() {
    let emulating = start(&stack(&[("f", json!({ "timeout": 20 }))])).await;

    let event = json!({ "do": "sleep", "millis": 1500 });
    let (first, second) = tokio::join!(
        invoke(&emulating, "f", &event),
        invoke(&emulating, "f", &event)
    );

    assert!(
        first.body.is_u64() && second.body.is_u64(),
        "{first:?} {second:?}"
    );
    assert_ne!(first.body, second.body);
    emulating.stop().await;
}

#[tokio::test]
async fn past_the_machines_limit_invocations_wait_their_turn() {
    let options = Options {
        environments: 1,
        ..Options::default()
    };
    let emulating = start_with(&stack(&[("f", json!({ "timeout": 20 }))]), options).await;

    let event = json!({ "do": "sleep", "millis": 300 });
    let (first, second) = tokio::join!(
        invoke(&emulating, "f", &event),
        invoke(&emulating, "f", &event)
    );

    assert!(first.body.is_u64(), "{first:?}");
    assert_eq!(first.body, second.body, "both ran in the one environment");
    emulating.stop().await;
}

#[tokio::test]
async fn past_the_reserved_concurrency_invocations_are_throttled() {
    let emulating = start(&stack(&[(
        "f",
        json!({ "reservedConcurrentExecutions": 0 }),
    )]))
    .await;

    let answer = invoke(&emulating, "f", &json!({})).await;

    assert_eq!(answer.status, 429);
    assert_eq!(
        answer.header("x-amzn-errortype"),
        Some("TooManyRequestsException")
    );
    assert_eq!(
        answer.text("Reason"),
        "ReservedFunctionConcurrentInvocationLimitExceeded"
    );
    emulating.stop().await;
}
