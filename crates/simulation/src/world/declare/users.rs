//! The relay and the consumer of the flow of users.

use serde_json::{Value, json};
use stack::Resource;

use super::{queue, resource, rule_arn};
use crate::observation::Target;
use crate::scenario::Settings;
use crate::world::names::{
    BUCKET, CONSUMER, CONSUMER_FAILURES, QUARANTINE, RELAY, STREAM, queue_arn,
};

pub(super) fn resources(settings: &Settings) -> Vec<Resource> {
    vec![
        resource(
            "aws:lambda/function:Function",
            "users-relay",
            json!({"arn": RELAY, "name": "users-relay"}),
        ),
        resource(
            "aws:lambda/function:Function",
            "user-created-consumer",
            json!({"arn": CONSUMER, "name": "user-created-consumer"}),
        ),
        resource(
            "aws:s3/bucket:Bucket",
            "users-stream-failures",
            json!({"arn": BUCKET}),
        ),
        queue(QUARANTINE, &json!({})),
        queue(CONSUMER_FAILURES, &json!({})),
        invoke_config(settings),
        resource(
            "aws:lambda/eventSourceMapping:EventSourceMapping",
            "users-relay-mapping",
            mapping(RELAY, settings),
        ),
        resource(
            "aws:lambda/permission:Permission",
            "user-created-permission",
            json!({
                "action": "lambda:InvokeFunction",
                "function": "user-created-consumer",
                "principal": "events.amazonaws.com",
                "sourceArn": rule_arn(Target::Consumer),
            }),
        ),
    ]
}

/// What feeds the relay with this ARN.
pub(super) fn mapping(relay: &str, settings: &Settings) -> Value {
    json!({
            "uuid": "6f1d4c9a-0000-4000-8000-000000000001",
            "eventSourceArn": STREAM,
            "functionArn": relay,
            "functionName": relay,
            "startingPosition": "TRIM_HORIZON",
            "batchSize": settings.batch_size,
            "maximumBatchingWindowInSeconds": settings.batching_window.as_secs(),
            "parallelizationFactor": settings.parallelization_factor,
            "maximumRecordAgeInSeconds": settings.maximum_record_age.as_secs(),
            "maximumRetryAttempts": settings.maximum_retry_attempts,
            "bisectBatchOnFunctionError": true,
            "functionResponseTypes": ["ReportBatchItemFailures"],
            "destinationConfig": {"onFailure": {"destinationArn": BUCKET}},
    })
}

fn invoke_config(settings: &Settings) -> Resource {
    let mut config = json!({
        "functionName": "user-created-consumer",
        "maximumRetryAttempts": 2,
        "maximumEventAgeInSeconds": 21_600,
    });
    if settings.consumer_destination {
        config["destinationConfig"] =
            json!({"onFailure": {"destination": queue_arn(CONSUMER_FAILURES)}});
    }
    resource(
        "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
        "user-created-consumer-invoke-config",
        config,
    )
}
