use delivery::pipe::Settings;
use serde_json::{Map, Value};
use stack::{Resource, Stack};

use crate::declaration::{DeclarationError, refuse, required};

const TYPE: &str = "aws:pipes/pipe:Pipe";

/// One declared pipe, checked.
#[derive(Clone, Debug, PartialEq)]
pub struct Pipe {
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// The stream's ARN.
    pub source_arn: String,
    /// The bus's ARN.
    pub target_arn: String,
    /// What it does.
    pub settings: Settings,
}

/// The pipes that a stack declares.
///
/// # Errors
/// One that AWS would refuse, that has no role, that does not lead from a DynamoDB stream to an event bus, or that
/// names a bus or dead-letter queue which the stack does not declare.
pub fn declared(stack: &Stack) -> Result<Vec<Pipe>, DeclarationError> {
    stack
        .of_type(TYPE)
        .map(|resource| pipe(stack, resource))
        .collect()
}

fn pipe(stack: &Stack, resource: &Resource) -> Result<Pipe, DeclarationError> {
    let name = required(resource, "name")?.to_owned();
    let role = required(resource, "roleArn")?;
    if !(role.starts_with("arn:aws:iam:") && role.contains(":role/")) {
        return Err(refuse(
            resource,
            format!("`roleArn` is {role}; a pipe needs the ARN of a role"),
        ));
    }
    let source_arn = source(resource)?;
    let target_arn = target(stack, resource)?;
    if place(&source_arn) != place(&target_arn) {
        return Err(refuse(
            resource,
            format!("`target` is {target_arn}; the bus of a pipe is in its own account and Region"),
        ));
    }
    let settings = Settings::declared(&properties(resource), &name)
        .map_err(|error| refuse(resource, error.to_string()))?;
    if let Some(queue) = &settings.reading.on_failure
        && stack.by_arn(queue).is_none()
    {
        return Err(refuse(
            resource,
            format!("its dead-letter queue is {queue}, which the stack does not declare"),
        ));
    }
    Ok(Pipe {
        arn: required(resource, "arn")?.to_owned(),
        name,
        source_arn,
        target_arn,
        settings,
    })
}

/// What came out, with what went in where nothing did.
fn properties(resource: &Resource) -> Map<String, Value> {
    let mut properties = resource.inputs.clone();
    properties.extend(resource.outputs.clone());
    properties
}

fn source(resource: &Resource) -> Result<String, DeclarationError> {
    let arn = required(resource, "source")?;
    if arn.starts_with("arn:aws:dynamodb:") && arn.contains("/stream/") {
        return Ok(arn.to_owned());
    }
    Err(refuse(
        resource,
        format!(
            "`source` is {arn}; not supported here: a pipe can read the stream of a DynamoDB table only"
        ),
    ))
}

fn target(stack: &Stack, resource: &Resource) -> Result<String, DeclarationError> {
    let arn = required(resource, "target")?;
    let Some((_, bus)) = arn
        .split_once(":event-bus/")
        .filter(|_| arn.starts_with("arn:aws:events:"))
    else {
        return Err(refuse(
            resource,
            format!(
                "`target` is {arn}; not supported here: a pipe can publish to an event bus only"
            ),
        ));
    };
    // Every account has the default bus.
    if bus != "default" && stack.by_arn(arn).is_none() {
        return Err(refuse(
            resource,
            format!("`target` is {arn}, which the stack does not declare"),
        ));
    }
    Ok(arn.to_owned())
}

/// The Region and the account in an ARN.
fn place(arn: &str) -> Vec<&str> {
    arn.split(':').skip(3).take(2).collect()
}
