//! The orders API as it is declared; `tests/orders_flow` runs it.

use std::collections::HashSet;

use serde_json::{Value, json};

use crate::declared::{dev, dev_with, named};

const INTEGRATION: &str = "aws:apigateway/integration:Integration";
const METHOD: &str = "aws:apigateway/method:Method";
const STAGE: &str = "aws:apigateway/stage:Stage";

#[tokio::test]
async fn given_each_method_then_a_body_of_any_content_type_is_validated_and_only_json_reaches_dynamodb()
 {
    let stack = dev().await;
    let methods = [
        ("create-order", "POST", "CreateOrder"),
        ("change-order", "PATCH", "ChangeOrder"),
    ];
    assert_eq!(stack.of_type(METHOD).count(), methods.len());
    for (name, verb, model) in methods {
        let method = named(&stack, METHOD, name);
        assert_eq!(method.inputs["httpMethod"], verb);
        assert_eq!(
            method.inputs["requestModels"],
            json!({ "application/json": model, "$default": model })
        );
        let validator = named(
            &stack,
            "aws:apigateway/requestValidator:RequestValidator",
            "orders-api-validator",
        );
        assert_eq!(method.inputs["requestValidatorId"], validator.outputs["id"]);
        assert_eq!(validator.inputs["validateRequestBody"], true);

        let integration = named(&stack, INTEGRATION, &format!("{name}-integration"));
        assert_eq!(integration.inputs["passthroughBehavior"], "NEVER");
        assert_eq!(
            integration.inputs["uri"],
            "arn:aws:apigateway:eu-west-1:dynamodb:action/UpdateItem"
        );
        let templates = integration.inputs["requestTemplates"].as_object().unwrap();
        assert_eq!(templates.keys().collect::<Vec<_>>(), ["application/json"]);
        let role = named(&stack, "aws:iam/role:Role", "orders-api-role");
        assert_eq!(integration.inputs["credentials"], role.outputs["arn"]);
    }
}

#[tokio::test]
async fn given_the_default_configuration_then_methods_want_signed_requests_and_in_dev_none() {
    let default = dev_with(&[("ordersApiAuthorization", "AWS_IAM")])
        .await
        .unwrap();
    for (stack, authorization) in [(default, "AWS_IAM"), (dev().await, "NONE")] {
        for method in stack.of_type(METHOD) {
            assert_eq!(method.inputs["authorization"], authorization);
        }
    }
}

#[tokio::test]
async fn given_the_stage_then_it_logs_each_request_without_what_the_client_sent_and_limits_them() {
    let limits = [
        ("ordersApiRateLimit", "50"),
        ("ordersApiBurstLimit", "20"),
        ("logRetentionDays", "30"),
    ];
    let stack = dev_with(&limits).await.unwrap();
    let stage = named(&stack, STAGE, "orders-api-stage");
    let group = named(
        &stack,
        "aws:cloudwatch/logGroup:LogGroup",
        "orders-api-logs",
    );
    let log = &stage.inputs["accessLogSettings"];
    assert_eq!(log["destinationArn"], group.outputs["arn"]);
    assert_eq!(group.inputs["retentionInDays"], 30);
    let format: Value = serde_json::from_str(log["format"].as_str().unwrap()).unwrap();
    // AWS refuses a format without one of the two ids.
    assert_eq!(format["requestId"], "$context.requestId");
    for value in format.as_object().unwrap().values() {
        let value = value.as_str().unwrap();
        let told = [
            "$context.identity",
            "$context.path",
            "$context.error.message",
            "validation",
        ];
        assert!(value.starts_with("$context."), "{value}");
        assert!(!told.iter().any(|told| value.contains(told)), "{value}");
    }

    let settings = named(
        &stack,
        "aws:apigateway/methodSettings:MethodSettings",
        "orders-api-settings",
    );
    assert_eq!(settings.inputs["methodPath"], "*/*");
    let settings = &settings.inputs["settings"];
    assert_eq!(settings["throttlingRateLimit"], 50.0);
    assert_eq!(settings["throttlingBurstLimit"], 20);
}

#[tokio::test]
async fn given_an_account_that_has_a_log_role_then_none_is_declared_and_else_the_stage_waits_for_it()
 {
    let account = "aws:apigateway/account:Account";
    let stack = dev().await;
    let declared = named(&stack, account, "api-gateway-logs-account");
    let role = named(&stack, "aws:iam/role:Role", "api-gateway-logs-role");
    assert_eq!(declared.inputs["cloudwatchRoleArn"], role.outputs["arn"]);
    let attachment = named(
        &stack,
        "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
        "api-gateway-logs-policy",
    );
    assert!(declared.dependencies.contains(&attachment.urn));
    let stage = named(&stack, STAGE, "orders-api-stage");
    assert!(stage.dependencies.contains(&declared.urn));

    let without = dev_with(&[("apiGatewayLogRole", "false")]).await.unwrap();
    assert_eq!(without.of_type(account).count(), 0);
    assert!(
        without
            .resources
            .iter()
            .all(|resource| !resource.name.contains("api-gateway-logs"))
    );
}

#[tokio::test]
async fn given_a_change_of_the_api_then_it_is_deployed_anew() {
    let triggers = |config: &'static [(&str, &str)]| async {
        let stack = dev_with(config).await.unwrap();
        let deployment = "aws:apigateway/deployment:Deployment";
        named(&stack, deployment, "orders-api-deployment").inputs["triggers"].to_string()
    };
    let same = triggers(&[]).await;
    assert_eq!(triggers(&[("ordersApiRateLimit", "7")]).await, same);
    assert_ne!(
        triggers(&[("ordersApiAuthorization", "AWS_IAM")]).await,
        same
    );
}

#[tokio::test]
async fn given_the_deployment_then_it_waits_for_every_part_of_the_api() {
    let stack = dev().await;
    let deployment = named(
        &stack,
        "aws:apigateway/deployment:Deployment",
        "orders-api-deployment",
    );
    let waits: HashSet<&String> = deployment.dependencies.iter().collect();
    let mut parts = 0;
    for kind in [
        "method:Method",
        "integration:Integration",
        "methodResponse:MethodResponse",
        "integrationResponse:IntegrationResponse",
        "response:Response",
        "model:Model",
    ] {
        for part in stack.of_type(&format!("aws:apigateway/{kind}")) {
            parts += 1;
            assert!(waits.contains(&part.urn), "{}", part.urn);
        }
    }
    assert_eq!(parts, 2 + 2 + 11 + 6 + 1 + 2);
}
