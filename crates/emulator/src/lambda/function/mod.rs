use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use serde_json::Value;
use stack::{Resource, Stack};

use crate::DeclarationError;
use crate::declaration::{number, property, refuse, required, text};

/// A declared function: what of `aws:lambda/function:Function` matters for running it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    /// The physical name, for example `shop-dev-checkout`.
    pub name: String,
    /// The ARN.
    pub arn: String,
    /// The name in the Pulumi program, for example `checkout`.
    pub resource: String,
    /// The package whose binary it runs, from the path of its archive.
    pub package: String,
    /// The declared handler; a custom runtime ignores it.
    pub handler: String,
    /// How long one invocation may take.
    pub timeout: Duration,
    /// Declared memory in MB. A process that uses more is killed (on Linux).
    pub memory_mb: u64,
    /// The declared environment variables.
    pub environment: BTreeMap<String, String>,
    /// At most so many invocations at a time; more are throttled.
    pub reserved_concurrency: Option<usize>,
    /// The declared log format: `JSON` or `Text`.
    pub log_format: Option<String>,
    /// The declared level of the function's own log lines.
    pub log_level: Option<String>,
    /// The log group.
    pub log_group: String,
}

/// Properties that would change what a function does or where its events end, and that have no effect
/// here.
const NOT_RUN: [&str; 2] = ["fileSystemConfig", "layers"];

const TYPE: &str = "aws:lambda/function:Function";

/// What Lambda sets itself; a declaration that sets one of these is refused, as on AWS.
/// <https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html>
const RESERVED: [&str; 20] = [
    "_HANDLER",
    "_X_AMZN_TRACE_ID",
    "AWS_ACCESS_KEY",
    "AWS_ACCESS_KEY_ID",
    "AWS_DEFAULT_REGION",
    "AWS_EXECUTION_ENV",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_VERSION",
    "AWS_LAMBDA_INITIALIZATION_TYPE",
    "AWS_LAMBDA_LOG_GROUP_NAME",
    "AWS_LAMBDA_LOG_STREAM_NAME",
    "AWS_LAMBDA_METADATA_API",
    "AWS_LAMBDA_METADATA_TOKEN",
    "AWS_LAMBDA_RUNTIME_API",
    "AWS_REGION",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "LAMBDA_RUNTIME_DIR",
    "LAMBDA_TASK_ROOT",
];

/// All names and values together.
const VARIABLES_LIMIT: usize = 4 * 1024;

/// The functions of a stack.
///
/// # Errors
/// A property that Lambda would refuse, or a runtime or package that can't be run here.
pub fn declared(stack: &Stack) -> Result<Vec<Function>, DeclarationError> {
    stack.of_type(TYPE).map(function).collect()
}

fn function(resource: &Resource) -> Result<Function, DeclarationError> {
    let refuse = |reason: String| refuse(resource, reason);
    check_runtime(resource)?;
    check_properties(resource)?;
    let name = required(resource, "name")?.to_owned();
    let logging = property(resource, "loggingConfig");
    let of_logging = |key: &str| Some(logging?.get(key)?.as_str()?.to_owned());
    let whole = |key, allowed| number(resource, key, property(resource, key), allowed);
    Ok(Function {
        arn: required(resource, "arn")?.to_owned(),
        resource: resource.name.clone(),
        package: package(resource).map_err(refuse)?,
        handler: text(resource, "handler").unwrap_or("bootstrap").to_owned(),
        timeout: Duration::from_secs(whole("timeout", 1..=900)?.unwrap_or(3)),
        memory_mb: whole("memorySize", 128..=10_240)?.unwrap_or(128),
        environment: environment(resource).map_err(refuse)?,
        reserved_concurrency: reserved_concurrency(resource)?,
        log_format: of_logging("logFormat"),
        log_level: of_logging("applicationLogLevel"),
        log_group: of_logging("logGroup").unwrap_or_else(|| format!("/aws/lambda/{name}")),
        name,
    })
}

fn check_runtime(resource: &Resource) -> Result<(), DeclarationError> {
    match text(resource, "runtime") {
        Some("provided.al2023" | "provided.al2") => Ok(()),
        other => Err(refuse(
            resource,
            format!(
                "`runtime` is {:?}; \"provided.al2023\" and \"provided.al2\" can be run",
                other.unwrap_or_default()
            ),
        )),
    }
}

fn check_properties(resource: &Resource) -> Result<(), DeclarationError> {
    let empty = |value: &Value| {
        value.as_array().is_some_and(Vec::is_empty)
            || value.as_object().is_some_and(serde_json::Map::is_empty)
    };
    let set = |name: &str| property(resource, name).is_some_and(|value| !empty(value));
    match NOT_RUN.into_iter().find(|name| set(name)) {
        None => Ok(()),
        Some(name) => Err(refuse(
            resource,
            format!("`{name}` is set, and has no effect here"),
        )),
    }
}

/// `-1`, the default, reserves nothing.
fn reserved_concurrency(resource: &Resource) -> Result<Option<usize>, DeclarationError> {
    const KEY: &str = "reservedConcurrentExecutions";
    let value = property(resource, KEY);
    if value.and_then(Value::as_f64) == Some(-1.0) {
        return Ok(None);
    }
    // An account's default limit.
    let reserved = number(resource, KEY, value, 0..=1000)?;
    Ok(reserved.and_then(|number| usize::try_from(number).ok()))
}

/// `target/lambda/<package>/bootstrap.zip`, as cargo-lambda lays it out.
fn package(resource: &Resource) -> Result<String, String> {
    // The outputs don't have it: an archive in an answer would be read as a secret.
    let code = resource.inputs.get("code");
    let Some(path) = code.and_then(stack::archive_path) else {
        return Err(
            "`code` is not a FileArchive; expected is target/lambda/<package>/bootstrap.zip"
                .to_owned(),
        );
    };
    let path = Path::new(path);
    let directory = path.parent().and_then(Path::file_name);
    match (directory.and_then(|name| name.to_str()), path.file_name()) {
        (Some(package), Some(file)) if file == "bootstrap.zip" => Ok(package.to_owned()),
        _ => Err(format!(
            "`code` is {:?}; expected is target/lambda/<package>/bootstrap.zip",
            path.display()
        )),
    }
}

fn environment(resource: &Resource) -> Result<BTreeMap<String, String>, String> {
    let variables = property(resource, "environment")
        .and_then(|environment| environment.get("variables"))
        .and_then(Value::as_object);
    let mut all = BTreeMap::new();
    let mut size = 0;
    for (name, value) in variables.into_iter().flatten() {
        let Some(value) = value.as_str() else {
            return Err(format!("the environment variable {name:?} is not a text"));
        };
        check_name(name)?;
        size += name.len() + value.len();
        all.insert(name.clone(), value.to_owned());
    }
    if size > VARIABLES_LIMIT {
        return Err(format!(
            "the environment variables have {size} bytes; at most {VARIABLES_LIMIT} are allowed"
        ));
    }
    Ok(all)
}

fn check_name(name: &str) -> Result<(), String> {
    if RESERVED.contains(&name) {
        return Err(format!(
            "the environment variable {name:?} is reserved: Lambda sets it itself"
        ));
    }
    let mut characters = name.chars();
    let starts = characters
        .next()
        .is_some_and(|first| first.is_ascii_alphabetic());
    let goes_on = characters
        .clone()
        .all(|other| other.is_ascii_alphanumeric() || other == '_');
    if starts && goes_on && characters.next().is_some() {
        return Ok(());
    }
    Err(format!(
        "the environment variable {name:?} is not a name that Lambda takes: at least two of letters, \
         digits and underscores, a letter first"
    ))
}

#[cfg(test)]
pub(super) mod tests_support;

#[cfg(test)]
mod tests;
