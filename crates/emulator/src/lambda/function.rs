use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use serde_json::{Map, Value};
use stack::{Resource, Stack};
use thiserror::Error;

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
    /// Declared memory in MB; told to the function, not enforced.
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

/// A declared function can't be run.
#[derive(Debug, Error)]
#[error("the function {resource:?} ({urn}) can't be run: {reason}")]
pub struct FunctionError {
    resource: String,
    urn: String,
    reason: String,
}

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
pub fn declared(stack: &Stack) -> Result<Vec<Function>, FunctionError> {
    stack.of_type(TYPE).map(function).collect()
}

fn function(resource: &Resource) -> Result<Function, FunctionError> {
    read(resource).map_err(|reason| FunctionError {
        resource: resource.name.clone(),
        urn: resource.urn.clone(),
        reason,
    })
}

fn read(resource: &Resource) -> Result<Function, String> {
    let output = |name: &str| {
        resource
            .text(name)
            .map(str::to_owned)
            .ok_or_else(|| format!("the provider gave it no output {name:?}"))
    };
    let inputs = &resource.inputs;
    let name = output("name")?;
    let logging = inputs.get("loggingConfig");
    let of_logging = |key: &str| Some(logging?.get(key)?.as_str()?.to_owned());
    match text(inputs, "runtime") {
        Some("provided.al2023" | "provided.al2") => {}
        Some(other) => {
            return Err(format!(
                "its runtime is {other:?}; supported are \"provided.al2023\" and \"provided.al2\""
            ));
        }
        None => return Err("it has no runtime; supported is \"provided.al2023\"".to_owned()),
    }
    Ok(Function {
        arn: output("arn")?,
        resource: resource.name.clone(),
        package: package(inputs)?,
        handler: text(inputs, "handler").unwrap_or("bootstrap").to_owned(),
        timeout: Duration::from_secs(number(inputs, "timeout", 3, 1..=900)?),
        memory_mb: number(inputs, "memorySize", 128, 128..=10_240)?,
        environment: environment(inputs)?,
        reserved_concurrency: reserved_concurrency(inputs)?,
        log_format: of_logging("logFormat"),
        log_level: of_logging("applicationLogLevel"),
        log_group: of_logging("logGroup").unwrap_or_else(|| format!("/aws/lambda/{name}")),
        name,
    })
}

fn text<'a>(inputs: &'a Map<String, Value>, key: &str) -> Option<&'a str> {
    inputs.get(key)?.as_str()
}

fn number(
    inputs: &Map<String, Value>,
    key: &str,
    default: u64,
    allowed: std::ops::RangeInclusive<u64>,
) -> Result<u64, String> {
    let value = match inputs.get(key) {
        None | Some(Value::Null) => return Ok(default),
        Some(value) => value,
    };
    whole(value)
        .filter(|number| allowed.contains(number))
        .ok_or_else(|| {
            format!(
                "its {key} is {value}; allowed are whole numbers from {} to {}",
                allowed.start(),
                allowed.end()
            )
        })
}

/// Pulumi's wire format has floating-point numbers only.
fn whole(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| {
        let number = value.as_f64()?;
        if number.fract() != 0.0 {
            return None;
        }
        format!("{number:.0}").parse().ok()
    })
}

/// `-1`, the default, reserves nothing.
fn reserved_concurrency(inputs: &Map<String, Value>) -> Result<Option<usize>, String> {
    match inputs.get("reservedConcurrentExecutions") {
        None | Some(Value::Null) => Ok(None),
        Some(value) if value.as_f64() == Some(-1.0) => Ok(None),
        Some(value) => whole(value)
            .and_then(|number| usize::try_from(number).ok())
            .map(Some)
            .ok_or_else(|| {
                format!("its reservedConcurrentExecutions is {value}; allowed are -1, 0 and whole numbers above")
            }),
    }
}

/// `target/lambda/<package>/bootstrap.zip`, as cargo-lambda lays it out.
fn package(inputs: &Map<String, Value>) -> Result<String, String> {
    let Some(path) = inputs.get("code").and_then(stack::archive_path) else {
        return Err(
            "its code is not a FileArchive; expected is target/lambda/<package>/bootstrap.zip"
                .to_owned(),
        );
    };
    let path = Path::new(path);
    let directory = path.parent().and_then(Path::file_name);
    match (directory.and_then(|name| name.to_str()), path.file_name()) {
        (Some(package), Some(file)) if file == "bootstrap.zip" => Ok(package.to_owned()),
        _ => Err(format!(
            "its code is {:?}; expected is target/lambda/<package>/bootstrap.zip",
            path.display()
        )),
    }
}

fn environment(inputs: &Map<String, Value>) -> Result<BTreeMap<String, String>, String> {
    let variables = inputs
        .get("environment")
        .and_then(|environment| environment.get("variables"))
        .and_then(Value::as_object);
    let mut all = BTreeMap::new();
    let mut size = 0;
    for (name, value) in variables.into_iter().flatten() {
        let Some(value) = value.as_str() else {
            return Err(format!("its environment variable {name:?} is not a text"));
        };
        check_name(name)?;
        size += name.len() + value.len();
        all.insert(name.clone(), value.to_owned());
    }
    if size > VARIABLES_LIMIT {
        return Err(format!(
            "its environment variables have {size} bytes; at most {VARIABLES_LIMIT} are allowed"
        ));
    }
    Ok(all)
}

fn check_name(name: &str) -> Result<(), String> {
    if RESERVED.contains(&name) {
        return Err(format!(
            "its environment variable {name:?} is reserved: Lambda sets it itself"
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
        "its environment variable {name:?} is not a name that Lambda takes: at least two of letters, \
         digits and underscores, a letter first"
    ))
}

#[cfg(test)]
pub(super) mod tests_support;

#[cfg(test)]
mod tests;
