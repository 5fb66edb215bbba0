//! The pipe of the flow of orders, and the function that recovers what it gives up.

use contract::InputTemplate;
use events::{ORDERS, OrderDetailsChanged};
use serde_json::json;
use stack::Resource;

use super::{bus_arn, queue, resource};
use crate::Variant;
use crate::functions::RECOVERY_TIMEOUT;
use crate::scenario::Settings;
use crate::world::names::{PIPE, PIPE_FAILURES, QUARANTINE, RECOVERY, STREAM, queue_arn};

pub(super) fn resources(settings: &Settings, variant: Variant) -> Vec<Resource> {
    // A template that can't be made is refused with the reason in its place.
    let template = InputTemplate::of::<OrderDetailsChanged>("id", "occurredAt")
        .map_or_else(|error| error.to_string(), |template| template.to_string());
    let pattern = json!({"dynamodb": {"NewImage": {"status": {"S": [{"exists": true}]}}}});
    let pipe = json!({
        "name": "orders",
        "arn": PIPE,
        "roleArn": "arn:aws:iam::000000000000:role/orders-pipe",
        "source": STREAM,
        "target": bus_arn(),
        "sourceParameters": {
            "dynamodbStreamParameters": {
                "startingPosition": "TRIM_HORIZON",
                "batchSize": settings.batch_size,
                "maximumBatchingWindowInSeconds": settings.batching_window.as_secs(),
                "parallelizationFactor": settings.parallelization_factor,
                "maximumRecordAgeInSeconds": settings.maximum_record_age.as_secs(),
                "maximumRetryAttempts": settings.maximum_retry_attempts,
                "onPartialBatchItemFailure": "AUTOMATIC_BISECT",
                "deadLetterConfig": {"arn": queue_arn(PIPE_FAILURES)},
            },
            "filterCriteria": {"filters": [{"pattern": pattern.to_string()}]},
        },
        "targetParameters": {
            "inputTemplate": variant.template(template),
            "eventbridgeEventBusParameters": {
                "source": ORDERS,
                "detailType": "OrderDetailsChanged",
            },
        },
    });
    let mapping = json!({
        "uuid": "6f1d4c9a-0000-4000-8000-000000000002",
        "eventSourceArn": queue_arn(PIPE_FAILURES),
        "functionArn": RECOVERY,
        "functionName": RECOVERY,
        "functionResponseTypes": ["ReportBatchItemFailures"],
    });
    let hidden = 6 * RECOVERY_TIMEOUT.as_secs();
    vec![
        queue(QUARANTINE, &json!({})),
        queue(
            PIPE_FAILURES,
            &json!({ "visibilityTimeoutSeconds": hidden }),
        ),
        resource(
            "aws:lambda/function:Function",
            "orders-recovery",
            json!({
                "arn": RECOVERY,
                "name": "orders-recovery",
                "timeout": RECOVERY_TIMEOUT.as_secs(),
            }),
        ),
        resource(
            "aws:lambda/eventSourceMapping:EventSourceMapping",
            "orders-recovery-mapping",
            mapping,
        ),
        resource("aws:pipes/pipe:Pipe", "orders", pipe),
    ]
}
