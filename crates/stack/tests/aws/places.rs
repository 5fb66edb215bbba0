//! Where a resource is: ARNs, ids, URLs and paths.

use serde_json::{Value, json};
use stack::{Aws, Provider};

use crate::provider::{aws, create, declared};

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
