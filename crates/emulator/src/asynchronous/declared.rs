use delivery::asynchronous::Policy;
use serde_json::Value;
use stack::{Resource, Stack};

use crate::declaration::{DeclarationError, number, property, refuse, required};

/// How a declared function's asynchronous events are treated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AsynchronousFunction {
    /// The function's ARN.
    pub arn: String,
    /// Its physical name.
    pub name: String,
    /// How long its events are tried.
    pub policy: Policy,
    /// The ARN of the queue or bucket that gets what is given up.
    pub on_failure: Option<String>,
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
            on_failure: None,
        }
    }
}

const INVOKE_CONFIG: &str = "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig";

/// The functions that a stack declares, each with its `FunctionEventInvokeConfig` if it has one.
pub fn declared(stack: &Stack) -> Result<Vec<AsynchronousFunction>, DeclarationError> {
    let mut functions = Vec::new();
    for resource in stack.of_type("aws:lambda/function:Function") {
        let (arn, name) = (required(resource, "arn")?, required(resource, "name")?);
        functions.push(AsynchronousFunction::new(arn, name));
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
    let name = "maximumRetryAttempts";
    if let Some(attempts) = number(config, name, property(config, name), 0..=2)? {
        function.policy.maximum_retry_attempts = u32::try_from(attempts).unwrap_or(2);
    }
    let name = "maximumEventAgeInSeconds";
    if let Some(age) = number(config, name, property(config, name), 60..=21_600)? {
        function.policy.maximum_event_age_in_seconds = age;
    }
    let Some(destinations) = property(config, "destinationConfig") else {
        return Ok(());
    };
    if destination(destinations, "onSuccess").is_some() {
        return Err(refuse(
            config,
            "`destinationConfig.onSuccess` is declared; only `onFailure` can be run",
        ));
    }
    if let Some(arn) = destination(destinations, "onFailure") {
        if !(arn.starts_with("arn:aws:sqs:") || arn.starts_with("arn:aws:s3:::")) {
            return Err(refuse(
                config,
                format!("`destinationConfig.onFailure` is {arn}; a queue or a bucket is possible"),
            ));
        }
        function.on_failure = Some(arn.to_owned());
    }
    Ok(())
}

fn destination<'a>(destinations: &'a Value, kind: &str) -> Option<&'a str> {
    destinations[kind]["destination"].as_str()
}
