//! Each hop has a place for what fails, and may write to exactly that place.

mod consumers;
mod rules;
mod streams;
mod tables;

use serde_json::Value;
use stack::{Resource, Stack};

const BUCKET: &str = "aws:s3/bucket:Bucket";
const FUNCTION: &str = "aws:lambda/function:Function";
const INVOKE_CONFIG: &str = "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig";
const MAPPING: &str = "aws:lambda/eventSourceMapping:EventSourceMapping";
const PERMISSION: &str = "aws:lambda/permission:Permission";
const QUEUE: &str = "aws:sqs/queue:Queue";
const QUEUE_POLICY: &str = "aws:sqs/queuePolicy:QueuePolicy";
const RULE: &str = "aws:cloudwatch/eventRule:EventRule";
const TABLE: &str = "aws:dynamodb/table:Table";
const TARGET: &str = "aws:cloudwatch/eventTarget:EventTarget";

/// The resource that an ARN in some property names.
fn at<'a>(stack: &'a Stack, arn: &Value) -> &'a Resource {
    let arn = arn.as_str().unwrap();
    stack
        .by_arn(arn)
        .unwrap_or_else(|| panic!("{arn} is not declared"))
}
