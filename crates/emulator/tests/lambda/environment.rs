//! What a function finds in its environment and is told of an invocation.

use serde_json::json;

use crate::support::{arn, invoke, stack, start};

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

    assert_eq!(answer.text("arn"), arn("f"));
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
