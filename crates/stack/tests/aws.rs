//! What `Aws` answers for each type of resource.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use serde_json::{Map, Value, json};
use stack::{Aws, Declared, Provider};

fn aws() -> Aws {
    Aws {
        region: "eu-west-1".to_owned(),
        account: "123456789012".to_owned(),
        endpoint: None,
    }
}

fn declared(type_token: &str, name: &str, inputs: Value) -> Declared {
    Declared {
        urn: format!("urn:pulumi:dev::shop::{type_token}::{name}"),
        type_token: type_token.to_owned(),
        name: name.to_owned(),
        inputs: serde_json::from_value(inputs).unwrap(),
        secrets: std::collections::BTreeSet::new(),
    }
}

fn create(type_token: &str, inputs: Value) -> Map<String, Value> {
    aws()
        .create(&declared(type_token, "thing", inputs))
        .unwrap()
}

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
        serde_json::from_str(include_str!("fixtures/required-outputs.json")).unwrap();
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
fn arns_ids_and_urls_have_the_form_that_aws_gives_them() {
    let cases = [
        (
            "aws:dynamodb/table:Table",
            json!({ "name": "users" }),
            "arn",
            "arn:aws:dynamodb:eu-west-1:123456789012:table/users",
        ),
        (
            "aws:cloudwatch/eventBus:EventBus",
            json!({ "name": "events" }),
            "arn",
            "arn:aws:events:eu-west-1:123456789012:event-bus/events",
        ),
        (
            "aws:cloudwatch/eventRule:EventRule",
            json!({ "name": "made", "eventBusName": "events" }),
            "arn",
            "arn:aws:events:eu-west-1:123456789012:rule/events/made",
        ),
        (
            "aws:cloudwatch/eventRule:EventRule",
            json!({ "name": "made" }),
            "arn",
            "arn:aws:events:eu-west-1:123456789012:rule/made",
        ),
        (
            "aws:cloudwatch/eventArchive:EventArchive",
            json!({ "name": "all", "eventSourceArn": "a" }),
            "arn",
            "arn:aws:events:eu-west-1:123456789012:archive/all",
        ),
        (
            "aws:cloudwatch/logGroup:LogGroup",
            json!({ "name": "/aws/lambda/f" }),
            "arn",
            "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/f",
        ),
        (
            "aws:cloudwatch/metricAlarm:MetricAlarm",
            json!({ "name": "old" }),
            "arn",
            "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:old",
        ),
        (
            "aws:lambda/function:Function",
            json!({ "name": "writer", "role": "r" }),
            "arn",
            "arn:aws:lambda:eu-west-1:123456789012:function:writer",
        ),
        (
            "aws:lambda/eventSourceMapping:EventSourceMapping",
            json!({ "functionName": "writer" }),
            "functionArn",
            "arn:aws:lambda:eu-west-1:123456789012:function:writer",
        ),
        (
            "aws:iam/role:Role",
            json!({ "name": "writer", "assumeRolePolicy": "{}" }),
            "arn",
            "arn:aws:iam::123456789012:role/writer",
        ),
        (
            "aws:iam/rolePolicy:RolePolicy",
            json!({ "name": "write", "role": "writer", "policy": "{}" }),
            "id",
            "writer:write",
        ),
        (
            "aws:sqs/queue:Queue",
            json!({ "name": "failed" }),
            "arn",
            "arn:aws:sqs:eu-west-1:123456789012:failed",
        ),
        (
            "aws:sqs/queue:Queue",
            json!({ "name": "failed" }),
            "url",
            "https://sqs.eu-west-1.amazonaws.com/123456789012/failed",
        ),
        (
            "aws:s3/bucket:Bucket",
            json!({ "bucket": "failures" }),
            "arn",
            "arn:aws:s3:::failures",
        ),
        (
            "aws:s3/bucketV2:BucketV2",
            json!({ "bucket": "failures" }),
            "bucketDomainName",
            "failures.s3.amazonaws.com",
        ),
    ];
    for (token, inputs, output, expected) in cases {
        assert_eq!(
            create(token, inputs)[output],
            expected,
            "{output} of {token}"
        );
    }
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
fn a_queue_url_starts_with_the_endpoint_where_there_is_one() {
    let aws = Aws {
        endpoint: Some("http://127.0.0.1:4566/".to_owned()),
        ..aws()
    };
    let queue = declared("aws:sqs/queue:Queue", "failed", json!({ "name": "failed" }));
    let url = &aws.create(&queue).unwrap()["url"];
    assert_eq!(url, "http://127.0.0.1:4566/123456789012/failed");
}

#[test]
fn a_resource_of_an_api_has_its_whole_path_whatever_is_above_it() {
    let token = "aws:apigateway/resource:Resource";
    let api = create("aws:apigateway/restApi:RestApi", json!({ "name": "shop" }));
    let below = |parent: &Value, part: &str| {
        let inputs = json!({ "restApi": api["id"], "parentId": parent, "pathPart": part });
        aws().create(&declared(token, part, inputs)).unwrap()
    };

    let orders = below(&api["rootResourceId"], "orders");
    let order = below(&orders["id"], "{id}");
    let lines = below(&order["id"], "zeilen-ä");

    assert_eq!(orders["path"], "/orders");
    assert_eq!(order["path"], "/orders/{id}");
    assert_eq!(lines["path"], "/orders/{id}/zeilen-ä");
}

#[test]
fn a_stage_is_invoked_at_awss_host_or_below_the_endpoint() {
    let inputs = json!({ "restApi": "a1", "deployment": "d", "stageName": "v1" });
    let stage = declared("aws:apigateway/stage:Stage", "v1", inputs);
    let here = Aws {
        endpoint: Some("http://127.0.0.1:4566".to_owned()),
        ..aws()
    };

    let url = |aws: &Aws| aws.create(&stage).unwrap()["invokeUrl"].clone();

    assert_eq!(
        url(&aws()),
        "https://a1.execute-api.eu-west-1.amazonaws.com/v1"
    );
    assert_eq!(
        url(&here),
        "http://127.0.0.1:4566/restapis/a1/v1/_user_request_"
    );
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
fn a_generated_name_is_the_same_in_every_run_and_differs_by_resource() {
    let token = "aws:sqs/queue:Queue";
    let name = |logical: &str| {
        let queue = declared(token, logical, json!({}));
        aws().create(&queue).unwrap()["name"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    assert_eq!(name("orders"), name("orders"));
    assert_ne!(name("orders"), name("users"));
    let suffix = name("orders").strip_prefix("orders-").unwrap().to_owned();
    assert!(
        suffix.len() == 7 && suffix.chars().all(|c| c.is_ascii_hexdigit()),
        "{suffix}"
    );
    let fifo = create(token, json!({ "fifoQueue": true }));
    let suffix = fifo["name"].as_str().unwrap().rsplit('.').next();
    assert_eq!(suffix, Some("fifo"));
    let prefixed = create(token, json!({ "namePrefix": "jobs_" }));
    assert!(prefixed["name"].as_str().unwrap().starts_with("jobs_"));
}

#[test]
fn an_unknown_type_is_refused_by_name_and_type_with_what_can_be_run() {
    let topic = declared("aws:sns/topic:Topic", "news", json!({}));
    let reason = aws().create(&topic).unwrap_err().to_string();
    assert!(
        reason.contains("`news` has the type aws:sns/topic:Topic"),
        "{reason}"
    );
    assert!(reason.contains("aws:sqs/queue:Queue"), "{reason}");
}

#[test]
fn a_missing_input_and_a_name_that_aws_would_not_take_are_refused() {
    let cases = [
        (
            "aws:lambda/function:Function",
            json!({ "name": "f" }),
            "`role` is missing; a function can't be without it".to_owned(),
        ),
        (
            "aws:sqs/queue:Queue",
            json!({ "name": "q".repeat(81) }),
            format!(
                "`name` is `{}`, 81 characters long; AWS takes 1 to 80 for the name of a queue",
                "q".repeat(81)
            ),
        ),
        (
            "aws:pipes/pipe:Pipe",
            json!({ "name": "p".repeat(65), "roleArn": "r", "source": "s", "target": "t" }),
            format!(
                "`name` is `{}`, 65 characters long; AWS takes 1 to 64 for the name of a pipe",
                "p".repeat(65)
            ),
        ),
        (
            "aws:pipes/pipe:Pipe",
            json!({ "roleArn": "r", "source": "s" }),
            "`target` is missing; a pipe can't be without it".to_owned(),
        ),
        (
            "aws:sqs/queue:Queue",
            json!({ "name": "" }),
            "`name` is ``, 0 characters long; AWS takes 1 to 80 for the name of a queue".to_owned(),
        ),
        (
            "aws:sqs/queue:Queue",
            json!({ "name": 7 }),
            "`name` is 7; it must be a string".to_owned(),
        ),
    ];
    for (token, inputs, expected) in cases {
        let reason = aws().create(&declared(token, "thing", inputs)).unwrap_err();
        assert_eq!(reason.to_string(), expected);
    }
}

#[test]
fn two_of_one_name_claim_the_same_and_two_of_one_name_in_two_places_do_not() {
    let claim = |token: &str, inputs: Value| {
        let request = declared(token, "thing", inputs);
        let outputs = aws().create(&request).unwrap();
        aws().claim(&request, &outputs).unwrap()
    };
    let queue = "aws:sqs/queue:Queue";
    assert_eq!(claim(queue, json!({ "name": "a" })), "the queue `a`");
    assert_ne!(
        claim(queue, json!({ "name": "a" })),
        claim(queue, json!({ "name": "b" }))
    );
    let rule = "aws:cloudwatch/eventRule:EventRule";
    assert_ne!(
        claim(rule, json!({ "name": "made", "eventBusName": "one" })),
        claim(rule, json!({ "name": "made", "eventBusName": "two" })),
    );
    let policy = "aws:sqs/queuePolicy:QueuePolicy";
    assert_eq!(
        claim(policy, json!({ "queueUrl": "u", "policy": "{}" })),
        "the queue policy of u"
    );
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
