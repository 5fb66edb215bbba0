//! Functions that fail, hang, end or begin badly.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::{answer, environment, invoke, post, stack, start};

#[tokio::test]
async fn a_functions_own_error_and_a_panic_are_told_and_leave_it_warm() {
    let emulating = start(&stack(&[("f", json!({}))])).await;
    let before = invoke(&emulating, "f", &json!({ "do": "pid" })).await;
    for (behaviour, text) in [("fail", "the function's own error"), ("panic", "panicked")] {
        let answer = invoke(&emulating, "f", &json!({ "do": behaviour })).await;

        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("x-amz-function-error"), Some("Unhandled"));
        assert!(answer.text("errorMessage").contains(text), "{answer:?}");
    }

    let after = invoke(&emulating, "f", &json!({ "do": "pid" })).await;
    assert_eq!(before.body, after.body);
    emulating.stop().await;
}

#[tokio::test]
async fn a_function_that_takes_too_long_is_killed_and_replaced() {
    let emulating = start(&stack(&[("f", json!({ "timeout": 1 }))])).await;
    let before = invoke(&emulating, "f", &json!({ "do": "pid" })).await;

    let started = Instant::now();
    let answer = invoke(&emulating, "f", &json!({ "do": "sleep", "millis": 60_000 })).await;

    assert!(started.elapsed() < Duration::from_secs(5));
    assert_eq!(answer.text("errorType"), "Sandbox.Timedout");
    let request_id = answer.header("x-amzn-requestid").unwrap();
    assert_eq!(
        answer.text("errorMessage"),
        format!("RequestId: {request_id} Error: Task timed out after 1.00 seconds")
    );
    let after = invoke(&emulating, "f", &json!({ "do": "pid" })).await;
    assert_ne!(before.body, after.body);
    emulating.stop().await;
}

#[tokio::test]
async fn a_process_that_ends_is_reported_and_replaced() {
    let emulating = start(&stack(&[("f", json!({}))])).await;

    let answer = invoke(&emulating, "f", &json!({ "do": "exit" })).await;

    assert_eq!(answer.header("x-amz-function-error"), Some("Unhandled"));
    assert_eq!(answer.text("errorType"), "Runtime.ExitError");
    assert!(
        answer
            .text("errorMessage")
            .ends_with("Runtime exited with error: exit status 3"),
        "{answer:?}"
    );
    let after = invoke(&emulating, "f", &json!({ "do": "pid" })).await;
    assert!(after.body.is_u64(), "{after:?}");
    emulating.stop().await;
}

#[tokio::test]
async fn an_environment_that_died_while_idle_costs_no_invocation() {
    let emulating = start(&stack(&[("f", json!({}))])).await;
    let (api, _) = environment(&emulating).await;
    let pid = invoke(&emulating, "f", &json!({ "do": "pid" })).await.body;

    let killed = std::process::Command::new("kill")
        .args(["-9", &pid.to_string()])
        .status();
    assert!(killed.unwrap().success());
    // Until its end was noticed the environment is known.
    while answer(post(&format!("{api}/invocation/none/response")))
        .await
        .status
        != 410
    {}
    let answer = invoke(&emulating, "f", &json!({ "do": "pid" })).await;

    assert!(answer.body.is_u64() && answer.body != pid, "{answer:?}");
    emulating.stop().await;
}

#[tokio::test]
async fn a_failed_init_is_tried_twice_and_then_reported() {
    let declared = json!({ "environment": { "variables": { "INIT": "error" } } });
    let emulating = start(&stack(&[("f", declared)])).await;

    let answer = invoke(&emulating, "f", &json!({ "do": "echo" })).await;

    assert_eq!(answer.text("errorType"), "Runtime.ExitError");
    let log = std::fs::read_to_string(emulating.lambda().logs().file("shop-dev-f")).unwrap();
    assert_eq!(log.matches("no TABLE_NAME").count(), 2, "{log}");
    emulating.stop().await;
}

#[tokio::test]
async fn a_slow_init_does_not_count_against_the_timeout() {
    let declared = json!({
        "timeout": 1,
        "environment": { "variables": { "INIT": "1500" } },
    });
    let emulating = start(&stack(&[("f", declared)])).await;

    let answer = invoke(&emulating, "f", &json!({ "do": "echo" })).await;

    assert_eq!(answer.header("x-amz-function-error"), None, "{answer:?}");
    emulating.stop().await;
}
