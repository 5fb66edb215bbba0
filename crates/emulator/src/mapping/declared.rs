use delivery::mapping::Settings;
use stack::{Resource, Stack};

use super::Error;
use crate::queue_mapping::QUEUE_ARN;

const TYPE: &str = "aws:lambda/eventSourceMapping:EventSourceMapping";

/// One declared event source mapping on a stream, checked.
#[derive(Clone, Debug, PartialEq)]
pub struct Mapping {
    /// The resource's URN, for messages.
    pub resource: String,
    /// Its UUID: the same for the same resource at every start.
    pub uuid: String,
    /// The function's ARN.
    pub function_arn: String,
    /// The stream's ARN.
    pub stream_arn: String,
    /// What it does.
    pub settings: Settings,
}

/// The event source mappings that a stack declares.
///
/// # Errors
/// One that AWS would refuse, that reads neither a DynamoDB stream nor a queue, or that names a
/// function or failure destination which the stack does not declare.
pub fn declared(stack: &Stack) -> Result<Vec<Mapping>, Error> {
    // Queues are read by `queue_mapping`.
    let reads_queue = |resource: &&Resource| {
        let source = resource.text("eventSourceArn");
        source.is_some_and(|arn| arn.starts_with(QUEUE_ARN))
    };
    stack
        .of_type(TYPE)
        .filter(|resource| !reads_queue(resource))
        .map(|resource| mapping(stack, resource))
        .collect()
}

fn mapping(stack: &Stack, resource: &Resource) -> Result<Mapping, Error> {
    let urn = || resource.urn.clone();
    let output = |name: &'static str| {
        resource
            .text(name)
            .map(str::to_owned)
            .ok_or_else(|| Error::Missing {
                resource: urn(),
                output: name,
            })
    };
    let stream_arn = output("eventSourceArn")?;
    if !stream_arn.starts_with("arn:aws:dynamodb:") {
        return Err(Error::Source {
            resource: urn(),
            source_arn: stream_arn,
        });
    }
    let settings = Settings::declared(&resource.inputs).map_err(|reason| Error::Settings {
        resource: urn(),
        reason,
    })?;
    let function_arn = output("functionArn")?;
    let named = [
        (Some(&function_arn), "function"),
        (settings.on_failure.as_ref(), "failure destination"),
    ];
    for (arn, role) in named {
        if let Some(arn) = arn.filter(|arn| stack.by_arn(arn).is_none()) {
            return Err(Error::NotDeclared {
                resource: urn(),
                arn: arn.clone(),
                role,
            });
        }
    }
    Ok(Mapping {
        resource: urn(),
        uuid: output("uuid")?,
        function_arn,
        stream_arn,
        settings,
    })
}
