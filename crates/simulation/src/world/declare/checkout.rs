//! The relay of the flow of checkout.

use serde_json::json;
use stack::Resource;

use super::users::mapping;
use super::{queue, resource};
use crate::scenario::Settings;
use crate::world::names::{BUCKET, OUTBOX_RELAY, QUARANTINE};

/// New rows and nothing else, as `infra` declares it.
const NEW_ROWS: &str =
    r#"{"eventName":["INSERT"],"dynamodb":{"NewImage":{"detailType":{"S":[{"exists":true}]}}}}"#;

pub(super) fn resources(settings: &Settings) -> Vec<Resource> {
    let mut mapping = mapping(OUTBOX_RELAY, settings);
    mapping["filterCriteria"] = json!({"filters": [{"pattern": NEW_ROWS}]});
    vec![
        resource(
            "aws:lambda/function:Function",
            "outbox-relay",
            json!({"arn": OUTBOX_RELAY, "name": "outbox-relay"}),
        ),
        resource(
            "aws:s3/bucket:Bucket",
            "outbox-stream-failures",
            json!({"arn": BUCKET}),
        ),
        queue(QUARANTINE, &json!({})),
        resource(
            "aws:lambda/eventSourceMapping:EventSourceMapping",
            "outbox-relay-mapping",
            mapping,
        ),
    ]
}
