//! What a caller gets for an invocation.

use serde_json::{Value, json};

use crate::support::{answer, invoke, signed, stack, start};

#[tokio::test]
async fn a_function_answers_with_its_own_body() {
    let emulating = start(&stack(&[("f", json!({}))])).await;

    let event = json!({ "do": "echo", "text": "grüße" });
    let answer = invoke(&emulating, "f", &event).await;

    assert_eq!((answer.status, &answer.body), (200, &event));
    assert_eq!(answer.header("x-amz-executed-version"), Some("$LATEST"));
    assert_eq!(answer.header("x-amz-function-error"), None);
    emulating.stop().await;
}

#[tokio::test]
async fn what_a_function_prints_is_in_its_log_and_in_the_answers_tail() {
    let emulating = start(&stack(&[("f", json!({}))])).await;
    invoke(
        &emulating,
        "f",
        &json!({ "do": "print", "text": "earlier" }),
    )
    .await;

    let request = signed(&emulating, "f", &json!({ "do": "print", "text": "now" }));
    let answer = answer(request.header("x-amz-log-type", "Tail")).await;

    // "now\n" in base64
    assert_eq!(answer.header("x-amz-log-result"), Some("bm93Cg=="));
    let log = std::fs::read_to_string(emulating.lambda().logs().file("shop-dev-f")).unwrap();
    assert_eq!(log, "earlier\nnow\n");
    emulating.stop().await;
}

#[tokio::test]
async fn wrong_invocations_get_awss_errors() {
    let emulating = start(&stack(&[("f", json!({}))])).await;

    let unknown = invoke(&emulating, "nobody", &json!({})).await;
    let not_json = answer(signed(&emulating, "f", &Value::Null).body("{oops")).await;
    let request = signed(&emulating, "f", &json!({}));
    let bad_type = answer(request.header("x-amz-invocation-type", "Maybe")).await;
    let version = invoke(&emulating, "f/invocations?Qualifier=7&n=", &json!({})).await;

    assert_eq!(unknown.status, 404);
    assert_eq!(
        unknown.header("x-amzn-errortype"),
        Some("ResourceNotFoundException")
    );
    assert!(
        unknown.text("message").contains("shop-dev-f"),
        "{unknown:?}"
    );
    assert_eq!(not_json.status, 400);
    assert_eq!(
        not_json.header("x-amzn-errortype"),
        Some("InvalidRequestContentException")
    );
    assert_eq!(
        (version.status, version.text("message").contains(":7;")),
        (404, true),
        "{version:?}"
    );
    assert_eq!(bad_type.status, 400);
    assert!(bad_type.text("message").contains("Maybe"), "{bad_type:?}");
    emulating.stop().await;
}

#[tokio::test]
async fn a_dry_run_runs_nothing() {
    let emulating = start(&stack(&[("f", json!({}))])).await;

    let request = signed(&emulating, "f", &json!({ "do": "print", "text": "ran" }));
    let answer = answer(request.header("x-amz-invocation-type", "DryRun")).await;

    assert_eq!(answer.status, 204);
    assert!(!emulating.lambda().logs().file("shop-dev-f").exists());
    emulating.stop().await;
}
