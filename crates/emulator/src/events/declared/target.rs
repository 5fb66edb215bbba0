use delivery::target::RetryPolicy;
use delivery::target::input::{Input, InputError};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use stack::Resource;

use super::limits::TARGETS;
use super::{Rule, bus_name, region};
use crate::declaration::{DeclarationError, number, property, refuse, required, text};

/// A declared target of a rule. Pending deliveries keep it as it was when the event was taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// Its id within the rule.
    pub id: String,
    /// The function's or queue's ARN.
    pub arn: String,
    /// How long it is tried.
    pub retry_policy: RetryPolicy,
    /// The ARN of its dead-letter queue.
    pub dead_letter_arn: Option<String>,
    /// The role that delivers; without one the target's own policy decides.
    #[serde(default)]
    pub role_arn: Option<String>,
    /// What it gets of an event.
    #[serde(default)]
    pub input: Input,
    /// The same as declared, in the API's names.
    #[serde(default)]
    pub declared_input: Map<String, Value>,
}

/// Adds a declared target to its rule.
pub(super) fn add(rules: &mut [Rule], resource: &Resource) -> Result<(), DeclarationError> {
    let (name, bus) = (required(resource, "rule")?, bus_name(resource));
    let target = target(resource)?;
    let rule = rules
        .iter_mut()
        .find(|rule| rule.name == name && rule.bus == bus)
        .ok_or_else(|| {
            refuse(
                resource,
                format!("`rule` is {name:?}, which is no declared rule of the bus {bus:?}"),
            )
        })?;
    if rule.targets.len() == TARGETS {
        return Err(refuse(
            resource,
            format!("the rule {name:?} has more than {TARGETS} targets, the most that AWS allows"),
        ));
    }
    if let Some(arn) = &target.dead_letter_arn
        && region(arn) != region(&rule.arn)
    {
        return Err(refuse(
            resource,
            format!("`deadLetterConfig.arn` is {arn}; it must be in the Region of its rule"),
        ));
    }
    rule.targets.push(target);
    Ok(())
}

fn target(resource: &Resource) -> Result<Target, DeclarationError> {
    let arn = required(resource, "arn")?;
    if !(arn.starts_with("arn:aws:lambda:") || arn.starts_with("arn:aws:sqs:")) {
        return Err(refuse(
            resource,
            format!("`arn` is {arn}; a target can be a function or a queue here"),
        ));
    }
    if property(resource, "sqsTarget").is_some() {
        return Err(refuse(
            resource,
            "`sqsTarget` is declared; a message group is for FIFO queues, and only standard queues can be run",
        ));
    }
    let (input, declared_input) = input(resource)?;
    Ok(Target {
        id: text(resource, "targetId")
            .unwrap_or(&resource.name)
            .to_owned(),
        arn: arn.to_owned(),
        retry_policy: retry_policy(resource)?,
        dead_letter_arn: dead_letter_arn(resource)?,
        role_arn: text(resource, "roleArn").map(ToOwned::to_owned),
        input,
        declared_input,
    })
}

fn retry_policy(resource: &Resource) -> Result<RetryPolicy, DeclarationError> {
    let mut retry_policy = RetryPolicy::default();
    if let Some(declared) = property(resource, "retryPolicy") {
        let name = "maximumRetryAttempts";
        if let Some(attempts) = number(resource, name, declared.get(name), 0..=185)? {
            retry_policy.maximum_retry_attempts = u32::try_from(attempts).unwrap_or(185);
        }
        let name = "maximumEventAgeInSeconds";
        if let Some(age) = number(resource, name, declared.get(name), 60..=86_400)? {
            retry_policy.maximum_event_age_in_seconds = age;
        }
    }
    Ok(retry_policy)
}

fn dead_letter_arn(resource: &Resource) -> Result<Option<String>, DeclarationError> {
    let config = property(resource, "deadLetterConfig");
    let Some(arn) = config.and_then(|config| config["arn"].as_str()) else {
        return Ok(None);
    };
    let fifo = arn.to_ascii_lowercase().ends_with(".fifo");
    if !arn.starts_with("arn:aws:sqs:") || fifo {
        return Err(refuse(
            resource,
            format!("`deadLetterConfig.arn` is {arn}; it must be a standard queue"),
        ));
    }
    Ok(Some(arn.to_owned()))
}

/// What the target gets, and that in the API's names.
fn input(resource: &Resource) -> Result<(Input, Map<String, Value>), DeclarationError> {
    let wrong = |error: InputError| refuse(resource, error.to_string());
    let transformer = property(resource, "inputTransformer");
    let (input, declared) = match (
        text(resource, "input"),
        text(resource, "inputPath"),
        transformer,
    ) {
        (None, None, None) => return Ok((Input::Event, Map::new())),
        (Some(json), None, None) => (Input::constant(json), json!({ "Input": json })),
        (None, Some(path), None) => (Input::path(path), json!({ "InputPath": path })),
        (None, None, Some(transformer)) => {
            let paths = transformer["inputPaths"].as_object();
            let paths = paths.into_iter().flatten();
            let paths =
                paths.map(|(name, path)| (name.as_str(), path.as_str().unwrap_or_default()));
            let template = transformer["inputTemplate"].as_str().unwrap_or_default();
            let declared = json!({ "InputTransformer": {
                "InputPathsMap": transformer["inputPaths"],
                "InputTemplate": template,
            } });
            (Input::transformer(paths, template), declared)
        }
        _ => {
            return Err(refuse(
                resource,
                "of `input`, `inputPath` and `inputTransformer` at most one may be declared",
            ));
        }
    };
    let declared = declared.as_object().cloned().unwrap_or_default();
    Ok((input.map_err(wrong)?, declared))
}
