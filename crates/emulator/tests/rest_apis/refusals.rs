//! What can't be done is refused when the stack starts, by resource, line and construct.

use std::collections::BTreeMap;

use emulator::{Emulator, Options};
use serde_json::{Value, json};

use crate::declaration::{Orders, orders};

async fn refusal(orders: &Orders) -> String {
    let emulator = Emulator::bind(Options::default()).await.unwrap();
    let result = emulator.start(&orders.stack, &BTreeMap::new()).await;
    result.unwrap_err().to_string()
}

/// A property of a resource, its new value, and what the refusal must say beside the type.
type Case<'a> = (&'a str, &'a str, &'a str, Value, &'a [&'a str]);

async fn refused(cases: Vec<Case<'_>>) {
    for (type_name, name, input, value, parts) in cases {
        let refusal = refusal(&orders("NONE").with(type_name, name, input, value.clone())).await;

        for part in [&[type_name], parts].concat() {
            assert!(refusal.contains(part), "{input} = {value}: {refusal}");
        }
    }
}

fn of<'a>(
    (type_name, name, input): (&'a str, &'a str, &'a str),
    value: Value,
    parts: &'a [&'a str],
) -> Case<'a> {
    (type_name, name, input, value, parts)
}

fn template(text: &str) -> Value {
    json!({ "application/json": text })
}

#[tokio::test]
async fn a_construct_in_a_template_is_refused_with_its_line() {
    let integration = ("Integration", "POST-integration", "requestTemplates");
    let response = ("IntegrationResponse", "POST-201", "responseTemplates");
    let gateway = ("Response", "bad-body", "responseTemplates");
    refused(vec![
        of(
            integration,
            template("{\n#define($x)1#end}"),
            &["POST-integration", "line 2", "#define"],
        ),
        of(
            integration,
            template("$util.toJson($input.path('$'))"),
            &["line 1", "$util.toJson"],
        ),
        of(integration, json!({ "$default": "{}" }), &["$default"]),
        of(
            response,
            template("\n\n$context.authorizer.claims"),
            &["line 3", "$context.authorizer.claims"],
        ),
        of(
            response,
            template("#if(true)"),
            &["POST-201", "line 1", "#end"],
        ),
        of(gateway, template("$input.body"), &["bad-body", "$input"]),
    ])
    .await;
}

#[tokio::test]
async fn a_backend_that_can_not_be_called_is_refused() {
    let case = |input, value, parts: &'static [&'static str]| {
        let integration = ("Integration", "POST-integration", input);
        of(integration, value, parts)
    };
    let action = |action: &str| json!(format!("arn:aws:apigateway:us-east-1:{action}"));
    refused(vec![
        case("type", json!("HTTP_PROXY"), &["HTTP_PROXY", "AWS, MOCK"]),
        case(
            "uri",
            action("sqs:action/SendMessage"),
            &["sqs:action/SendMessage"],
        ),
        case(
            "uri",
            action("dynamodb:action/CreateTable"),
            &["CreateTable"],
        ),
        case("credentials", Value::Null, &["`credentials` is missing"]),
        case(
            "requestParameters",
            json!({ "integration.request.path.x": "'a'" }),
            &["integration.request.path.x"],
        ),
        case("timeoutMilliseconds", json!(30000), &["29000"]),
    ])
    .await;
}

#[tokio::test]
async fn a_property_that_means_something_not_done_here_is_refused() {
    refused(vec![
        (
            "Method",
            "POST",
            "authorization",
            json!("CUSTOM"),
            &["CUSTOM"],
        ),
        (
            "Method",
            "POST",
            "apiKeyRequired",
            json!(true),
            &["apiKeyRequired"],
        ),
        (
            "Method",
            "POST",
            "requestModels",
            json!({ "$default": "Nothing" }),
            &["Nothing"],
        ),
        (
            "Model",
            "Order",
            "schema",
            json!(r#"{"const": 1}"#),
            &["`const`", "draft 4"],
        ),
        (
            "Response",
            "bad-body",
            "responseType",
            json!("TEAPOT"),
            &["TEAPOT"],
        ),
        (
            "RestApi",
            "orders",
            "binaryMediaTypes",
            json!(["*/*"]),
            &["binaryMediaTypes"],
        ),
        (
            "Stage",
            "v1",
            "cacheClusterEnabled",
            json!(true),
            &["cacheClusterEnabled"],
        ),
        ("Resource", "order", "pathPart", json!("a b"), &["a b"]),
    ])
    .await;
}

#[tokio::test]
async fn integration_responses_without_a_clear_choice_are_refused() {
    let orders =
        |input, value| orders("NONE").with("IntegrationResponse", "POST-201", input, value);
    let cases = [
        (orders("selectionPattern", json!("[")), "selection pattern"),
        (orders("selectionPattern", json!(r"\d+")), "both match"),
        (
            orders("selectionPattern", json!("")),
            "only one can be the default",
        ),
        (
            orders("statusCode", json!("202")),
            "the method has no response for it",
        ),
    ];
    for (orders, part) in cases {
        let refusal = refusal(&orders).await;
        assert!(refusal.contains(part), "{refusal}");
    }
}

#[tokio::test]
async fn a_deployment_that_may_be_made_too_early_is_refused() {
    let mut orders = orders("NONE");
    let last = |resource: &&mut stack::Resource| {
        resource.name == "v1" && resource.type_token.ends_with("Deployment")
    };
    let deployment = orders.stack.resources.iter_mut().find(last).unwrap();
    deployment
        .dependencies
        .retain(|urn| !urn.ends_with("PATCH-integration"));

    let refusal = refusal(&orders).await;

    assert!(
        refusal.contains("PATCH-integration (Integration)"),
        "{refusal}"
    );
}

#[tokio::test]
async fn a_method_without_an_integration_is_refused() {
    let mut orders = orders("NONE");
    orders
        .stack
        .resources
        .retain(|resource| resource.name != "GET-integration");

    assert!(refusal(&orders).await.contains("no integration"));
}
