use delivery::asynchronous::{DestinationKind, Destinations, Policy};
use serde_json::Value;
use stack::{Resource, Stack};

use crate::declaration::{DeclarationError, number, property, refuse, required, text};

/// How a declared function's asynchronous events are treated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AsynchronousFunction {
    /// The function's ARN.
    pub arn: String,
    /// Its physical name.
    pub name: String,
    /// How long its events are tried.
    pub policy: Policy,
    /// Where its events and the records of them go.
    pub destinations: Destinations,
}

impl AsynchronousFunction {
    /// A function without a `FunctionEventInvokeConfig`: AWS's own limits, and what is given up is
    /// lost.
    #[must_use]
    pub fn new(arn: impl Into<String>, name: impl Into<String>) -> Self {
        Self {
            arn: arn.into(),
            name: name.into(),
            policy: Policy::default(),
            destinations: Destinations::default(),
        }
    }
}

const INVOKE_CONFIG: &str = "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig";

/// The functions that a stack declares, each with its `FunctionEventInvokeConfig` if it has one.
pub fn declared(stack: &Stack) -> Result<Vec<AsynchronousFunction>, DeclarationError> {
    let mut functions = Vec::new();
    for resource in stack.of_type("aws:lambda/function:Function") {
        let (arn, name) = (required(resource, "arn")?, required(resource, "name")?);
        let mut function = AsynchronousFunction::new(arn, name);
        function.destinations.dead_letter = dead_letter(resource)?;
        functions.push(function);
    }
    for config in stack.of_type(INVOKE_CONFIG) {
        let named = required(config, "functionName")?;
        let function = functions
            .iter_mut()
            .find(|function| function.name == named || function.arn == named)
            .ok_or_else(|| {
                refuse(
                    config,
                    format!("`functionName` is {named:?}, which is no declared function"),
                )
            })?;
        configure(function, config)?;
    }
    Ok(functions)
}

fn configure(
    function: &mut AsynchronousFunction,
    config: &Resource,
) -> Result<(), DeclarationError> {
    if let Some(qualifier) = text(config, "qualifier").filter(|it| *it != "$LATEST") {
        return Err(refuse(
            config,
            format!(
                "`qualifier` is {qualifier:?}; functions have no other version than $LATEST here"
            ),
        ));
    }
    let name = "maximumRetryAttempts";
    if let Some(attempts) = number(config, name, property(config, name), 0..=2)? {
        function.policy.maximum_retry_attempts = u32::try_from(attempts).unwrap_or(2);
    }
    let name = "maximumEventAgeInSeconds";
    if let Some(age) = number(config, name, property(config, name), 60..=21_600)? {
        function.policy.maximum_event_age_in_seconds = age;
    }
    let Some(declared) = property(config, "destinationConfig") else {
        return Ok(());
    };
    let destinations = &mut function.destinations;
    destinations.on_failure = destination(config, declared, "onFailure")?;
    destinations.on_success = destination(config, declared, "onSuccess")?;
    Ok(())
}

fn destination(
    config: &Resource,
    declared: &Value,
    end: &str,
) -> Result<Option<String>, DeclarationError> {
    let Some(arn) = declared[end]["destination"].as_str() else {
        return Ok(None);
    };
    let possible = match (end, DestinationKind::of(arn)) {
        ("onSuccess", Some(DestinationKind::Bucket)) => "a bucket takes records of failures only",
        (_, Some(_)) => return Ok(Some(arn.to_owned())),
        ("onSuccess", None) => "a queue, a function or an event bus is possible here",
        (_, None) => "a queue, a bucket, a function or an event bus is possible here",
    };
    Err(refuse(
        config,
        format!("`destinationConfig.{end}` is {arn}; {possible}"),
    ))
}

/// The queue that gets each event itself that the function failed with.
fn dead_letter(function: &Resource) -> Result<Option<String>, DeclarationError> {
    let declared = property(function, "deadLetterConfig");
    let Some(arn) = declared.and_then(|config| config["targetArn"].as_str()) else {
        return Ok(None);
    };
    if DestinationKind::of(arn) == Some(DestinationKind::Queue) {
        return Ok(Some(arn.to_owned()));
    }
    Err(refuse(
        function,
        format!("`deadLetterConfig.targetArn` is {arn}; a queue is possible here"),
    ))
}
