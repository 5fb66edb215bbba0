//! What comes back for a resource: what the program gave, and what AWS adds.

use serde_json::{Map, Value, json};
use stack::Provider;

use crate::provider::{aws, create};

/// The required inputs of all types together: more than any one needs.
fn enough() -> Value {
    json!({
        "role": "r", "arn": "arn:aws:sqs:eu-west-1:123456789012:q", "rule": "r", "policy": "{}",
        "eventSourceArn": "arn:aws:events:eu-west-1:123456789012:event-bus/b", "functionName": "f",
        "action": "lambda:InvokeFunction", "function": "f", "principal": "events.amazonaws.com",
        "restApi": "a", "restApiId": "a", "parentId": "p", "pathPart": "orders", "resourceId": "r",
        "httpMethod": "POST", "authorization": "NONE", "type": "MOCK", "statusCode": "200",
        "deployment": "d", "stageName": "v1", "contentType": "application/json",
        "responseType": "DEFAULT_4XX", "roleArn": "r", "source": "s", "target": "t",
        "policyArn": "arn:aws:iam::aws:policy/p",
        "logGroupName": "g", "metricTransformation": {}, "pattern": "",
        "assumeRolePolicy": "{}", "queueUrl": "https://sqs.eu-west-1.amazonaws.com/123456789012/q",
    })
}

#[test]
fn every_output_that_the_schema_calls_required_is_answered() {
    let required: Map<String, Value> =
        serde_json::from_str(include_str!("../fixtures/required-outputs.json")).unwrap();
    for (token, names) in &required {
        let outputs = if token.starts_with("aws:index/") {
            aws().invoke(token, &Map::new()).unwrap()
        } else {
            create(token, enough())
        };
        for name in names.as_array().unwrap() {
            let name = name.as_str().unwrap();
            let value = outputs.get(name);
            assert!(
                value.is_some_and(|value| !value.is_null()),
                "{token} lacks {name}"
            );
        }
        let id = &outputs["id"];
        assert!(
            id.as_str().is_some_and(|id| !id.is_empty()),
            "{token} has the id {id}"
        );
    }
}

#[test]
fn what_the_program_gives_comes_back_and_what_aws_computes_does_not_yield_to_it() {
    let inputs = json!({
        "name": "writer", "role": "r", "memorySize": 512, "arn": "mine", "tags": { "team": "a" },
    });
    let function = create("aws:lambda/function:Function", inputs);
    assert_eq!(function["memorySize"], 512);
    assert_eq!(function["timeout"], 3);
    assert_eq!(function["tagsAll"], json!({ "team": "a" }));
    assert_ne!(function["arn"], "mine");
}

#[test]
fn a_pipe_has_its_arn_and_is_wanted_running() {
    let inputs = json!({ "name": "orders", "roleArn": "r", "source": "s", "target": "t" });
    let outputs = create("aws:pipes/pipe:Pipe", inputs);
    assert_eq!(
        outputs["arn"],
        "arn:aws:pipes:eu-west-1:123456789012:pipe/orders"
    );
    assert_eq!(outputs["desiredState"], "RUNNING");
}

#[test]
fn only_a_table_with_a_stream_has_a_stream_arn() {
    let token = "aws:dynamodb/table:Table";
    let with = create(token, json!({ "name": "users", "streamEnabled": true }));
    let without = create(token, json!({ "name": "users" }));
    let start = "arn:aws:dynamodb:eu-west-1:123456789012:table/users/stream/";
    assert!(with["streamArn"].as_str().unwrap().starts_with(start));
    assert_eq!(without["streamArn"], "");
}

#[test]
fn the_caller_and_the_region_are_those_configured() {
    let answer = |token: &str| aws().invoke(token, &Map::new()).unwrap();
    let identity = answer("aws:index/getCallerIdentity:getCallerIdentity");
    assert_eq!(identity["accountId"], "123456789012");
    let region = answer("aws:index/getRegion:getRegion");
    assert_eq!(region["region"], "eu-west-1");
    let refusal = aws()
        .invoke("aws:index/getZones:getZones", &Map::new())
        .unwrap_err();
    assert!(refusal.to_string().contains("aws:index/getZones:getZones"));
}
