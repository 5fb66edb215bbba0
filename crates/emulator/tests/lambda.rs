//! The declared functions run as real processes, as they do on Lambda.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod support;

use std::time::{Duration, Instant};

use emulator::Options;
use serde_json::{Value, json};
use support::{answer, authorization, environment, invoke, post, signed, stack, start, start_with};

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
async fn an_environment_has_exactly_lambdas_variables_and_the_declared_ones() {
    let declared = json!({
        "environment": { "variables": { "TABLE_NAME": "shop-dev-users" } },
        "memorySize": 256,
        "loggingConfig": { "logFormat": "JSON", "logGroup": "/aws/lambda/own" },
    });
    let emulating = start(&stack(&[("f", declared)])).await;

    let answer = invoke(&emulating, "f", &json!({ "do": "environment" })).await;

    let variables = answer.body.as_object().unwrap();
    let names: Vec<_> = variables.keys().map(String::as_str).collect();
    let mut expected = vec![
        "AWS_ACCESS_KEY_ID",
        "AWS_DEFAULT_REGION",
        "AWS_ENDPOINT_URL",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
        "AWS_LAMBDA_FUNCTION_NAME",
        "AWS_LAMBDA_FUNCTION_VERSION",
        "AWS_LAMBDA_INITIALIZATION_TYPE",
        "AWS_LAMBDA_LOG_FORMAT",
        "AWS_LAMBDA_LOG_GROUP_NAME",
        "AWS_LAMBDA_LOG_STREAM_NAME",
        "AWS_LAMBDA_RUNTIME_API",
        "AWS_REGION",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "LAMBDA_RUNTIME_DIR",
        "LAMBDA_TASK_ROOT",
        "LANG",
        "PATH",
        "TABLE_NAME",
        "TZ",
        "_HANDLER",
        // Set by the runtime library itself, for each invocation.
        "_X_AMZN_TRACE_ID",
    ];
    let mut names = names;
    names.sort_unstable();
    expected.sort_unstable();
    assert_eq!(names, expected);
    assert_eq!(variables["TABLE_NAME"], "shop-dev-users");
    assert_eq!(variables["AWS_LAMBDA_FUNCTION_NAME"], "shop-dev-f");
    assert_eq!(variables["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"], "256");
    assert_eq!(variables["AWS_LAMBDA_LOG_GROUP_NAME"], "/aws/lambda/own");
    assert_eq!(variables["AWS_ENDPOINT_URL"], emulating.running().endpoint);
    emulating.stop().await;
}

#[tokio::test]
async fn a_function_is_told_its_request_arn_and_deadline() {
    let emulating = start(&stack(&[("f", json!({ "timeout": 60 }))])).await;

    let answer = invoke(&emulating, "f", &json!({ "do": "context" })).await;

    assert_eq!(answer.text("arn"), support::arn("f"));
    assert_eq!(
        Some(answer.text("requestId")),
        answer.header("x-amzn-requestid")
    );
    assert!(answer.text("traceId").starts_with("Root=1-"), "{answer:?}");
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap();
    let left = u128::from(answer.body["deadline"].as_u64().unwrap()) - now.as_millis();
    assert!((50_000..=60_000).contains(&left), "{left} ms are left");
    emulating.stop().await;
}

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

#[tokio::test]
async fn the_invoke_port_takes_unsigned_calls_as_cargo_lambda_sends_them() {
    let emulating = start(&stack(&[("f", json!({}))])).await;
    let endpoint = emulating.running().invoke_endpoint.clone();
    for endpoint in [endpoint.clone(), endpoint.replace("127.0.0.1", "[::1]")] {
        let url = format!("{endpoint}/2015-03-31/functions/f/invocations");
        let post = |event: Value| reqwest::Client::new().post(&url).body(event.to_string());

        let good = answer(post(json!({ "do": "echo" }))).await;
        let failed = answer(post(json!({ "do": "fail" }))).await;
        let other = reqwest::Client::new().post(url.replace("/f/", "/g/"));
        let unknown = answer(other).await;

        assert_eq!((good.status, good.body), (200, json!({ "do": "echo" })));
        assert_eq!(failed.status, 500);
        assert_eq!(failed.text("errorMessage"), "the function's own error");
        assert_eq!(unknown.status, 404);
        assert_eq!(unknown.text("errorType"), "ResourceNotFoundException");
    }
    emulating.stop().await;
}

#[tokio::test]
async fn a_web_page_in_a_browser_can_not_invoke_a_function() {
    let emulating = start(&stack(&[("f", json!({}))])).await;
    let endpoint = &emulating.running().invoke_endpoint;

    let request = post(&format!("{endpoint}/2015-03-31/functions/f/invocations"));
    let answer = answer(request.header("origin", "https://example.com")).await;

    assert_eq!(answer.status, 403);
    assert!(!emulating.lambda().logs().file("shop-dev-f").exists());
    emulating.stop().await;
}

#[tokio::test]
async fn a_caller_without_a_key_of_this_run_is_refused() {
    let emulating = start(&stack(&[("f", json!({}))])).await;
    let url = format!(
        "{}/2015-03-31/functions/f/invocations",
        emulating.running().endpoint
    );

    let unsigned = answer(reqwest::Client::new().post(&url)).await;
    let other = reqwest::Client::new().post(&url);
    let other = answer(other.header("authorization", authorization("AKIAOTHERRUN"))).await;

    assert_eq!(unsigned.status, 403);
    assert_eq!(other.status, 403);
    assert_eq!(
        other.header("x-amzn-errortype"),
        Some("UnrecognizedClientException")
    );
    assert!(other.text("message").contains("AKIAOTHERRUN"), "{other:?}");
    emulating.stop().await;
}
