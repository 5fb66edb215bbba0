use delivery::queue::Settings as QueueSettings;
use delivery::queue_mapping::Settings;
use serde_json::Value;
use stack::{Resource, Stack};

use super::advice;
use crate::declaration::{DeclarationError, number, property, refuse, required};
use crate::sqs;

const TYPE: &str = "aws:lambda/eventSourceMapping:EventSourceMapping";

/// The beginning of a queue's ARN.
pub(crate) const QUEUE_ARN: &str = "arn:aws:sqs:";

/// One declared event source mapping on a queue, checked.
#[derive(Clone, Debug, PartialEq)]
pub struct Mapping {
    /// The resource's URN, for messages.
    pub resource: String,
    /// Its UUID: the same for the same resource at every start.
    pub uuid: String,
    /// The function's ARN.
    pub function_arn: String,
    /// The queue's ARN.
    pub queue_arn: String,
    /// What it does.
    pub settings: Settings,
    /// What AWS advises against in it; told with the first batch.
    pub advice: Vec<String>,
}

/// The event source mappings on queues that a stack declares.
///
/// # Errors
/// One that AWS would refuse, that reads a FIFO queue, or that names a queue or function which the
/// stack does not declare.
pub fn declared(stack: &Stack) -> Result<Vec<Mapping>, DeclarationError> {
    let reads_queue = |resource: &&Resource| {
        let source = property(resource, "eventSourceArn").and_then(Value::as_str);
        source.is_some_and(|arn| arn.starts_with(QUEUE_ARN))
    };
    let queues = sqs::declared(stack)?;
    stack
        .of_type(TYPE)
        .filter(reads_queue)
        .map(|resource| mapping(stack, &queues, resource))
        .collect()
}

fn mapping(
    stack: &Stack,
    queues: &[sqs::Queue],
    resource: &Resource,
) -> Result<Mapping, DeclarationError> {
    let queue_arn = required(resource, "eventSourceArn")?;
    if queue_arn.to_ascii_lowercase().ends_with(".fifo") {
        return Err(refuse(
            resource,
            format!("`eventSourceArn` is {queue_arn}; only standard queues can be read"),
        ));
    }
    let queue = queues.iter().find(|queue| queue.arn == queue_arn);
    let queue = queue.ok_or_else(|| {
        let reason = format!("`eventSourceArn` is {queue_arn}, which is no declared queue");
        refuse(resource, reason)
    })?;
    let function_arn = required(resource, "functionArn")?;
    let function = stack.by_arn(function_arn).ok_or_else(|| {
        let reason = format!("`functionName` is {function_arn}, which is no declared function");
        refuse(resource, reason)
    })?;
    let settings = Settings::declared(&resource.inputs)
        .map_err(|error| refuse(resource, error.to_string()))?;
    let timeout = timeout(function)?;
    check_timeout(resource, timeout, &queue.settings)?;
    Ok(Mapping {
        resource: resource.urn.clone(),
        uuid: required(resource, "uuid")?.to_owned(),
        function_arn: function_arn.to_owned(),
        queue_arn: queue_arn.to_owned(),
        advice: advice::about(&settings, timeout, &queue.settings),
        settings,
    })
}

/// A function's time-out in seconds.
fn timeout(function: &Resource) -> Result<u64, DeclarationError> {
    let declared = property(function, "timeout");
    Ok(number(function, "timeout", declared, 1..=900)?.unwrap_or(3))
}

/// A message must not show again while its function may still run.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html>
fn check_timeout(
    resource: &Resource,
    timeout: u64,
    queue: &QueueSettings,
) -> Result<(), DeclarationError> {
    let visibility = queue.visibility_timeout;
    if visibility >= timeout {
        return Ok(());
    }
    Err(refuse(
        resource,
        format!(
            "Queue visibility timeout: {visibility} seconds is less than Function timeout: {timeout} seconds; raise the queue's `visibilityTimeoutSeconds`"
        ),
    ))
}
