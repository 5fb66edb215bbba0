use delivery::pattern::{Language, Pattern};
use delivery::target::RetryPolicy;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use stack::{Resource, Stack};

use crate::declaration::{DeclarationError, number, property, refuse, required, text};

/// How many targets AWS allows a rule.
const MAXIMUM_TARGETS: usize = 5;

/// How many characters AWS allows a pattern.
const MAXIMUM_PATTERN: usize = 4_096;

/// The name of the bus that every account has.
pub(super) const DEFAULT_BUS: &str = "default";

/// All that a stack declares of `EventBridge`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Declared {
    /// The custom buses; the `default` bus is there without a declaration.
    pub buses: Vec<Bus>,
    /// The rules with their targets.
    pub rules: Vec<Rule>,
    /// The archives.
    pub archives: Vec<Archive>,
}

/// A declared bus.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bus {
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// What it is for.
    pub description: Option<String>,
}

/// A declared rule.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// The name of its bus.
    pub bus: String,
    /// What it is for.
    pub description: Option<String>,
    /// The event pattern as it was declared.
    pub event_pattern: String,
    /// The event pattern, ready to match.
    pub pattern: Pattern,
    /// False for a disabled rule, which matches nothing.
    pub enabled: bool,
    /// Where matching events go.
    pub targets: Vec<Target>,
}

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
}

/// A declared archive.
#[derive(Clone, Debug, PartialEq)]
pub struct Archive {
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// The ARN of the bus whose events it keeps.
    pub bus_arn: String,
    /// Which events it keeps, as declared; all if absent.
    pub event_pattern: Option<String>,
    /// Which events it keeps; all if absent.
    pub pattern: Option<Pattern>,
    /// How many days it keeps them; 0 is for ever.
    pub retention_days: u64,
}

/// Reads what a stack declares of `EventBridge`; what can't be run is refused by name.
pub fn declared(stack: &Stack) -> Result<Declared, DeclarationError> {
    let buses = stack
        .of_type("aws:cloudwatch/eventBus:EventBus")
        .map(bus)
        .collect::<Result<_, _>>()?;
    let mut rules = stack
        .of_type("aws:cloudwatch/eventRule:EventRule")
        .map(rule)
        .collect::<Result<Vec<_>, _>>()?;
    for resource in stack.of_type("aws:cloudwatch/eventTarget:EventTarget") {
        add_target(&mut rules, resource)?;
    }
    let archives = stack
        .of_type("aws:cloudwatch/eventArchive:EventArchive")
        .map(archive)
        .collect::<Result<_, _>>()?;
    Ok(Declared {
        buses,
        rules,
        archives,
    })
}

fn bus(resource: &Resource) -> Result<Bus, DeclarationError> {
    Ok(Bus {
        name: required(resource, "name")?.to_owned(),
        arn: required(resource, "arn")?.to_owned(),
        description: text(resource, "description").map(ToOwned::to_owned),
    })
}

fn rule(resource: &Resource) -> Result<Rule, DeclarationError> {
    if text(resource, "scheduleExpression").is_some() {
        return Err(refuse(
            resource,
            "`scheduleExpression` is declared; only rules with an event pattern can be run",
        ));
    }
    let event_pattern = required(resource, "eventPattern")?.to_owned();
    let disabled = text(resource, "state") == Some("DISABLED")
        || property(resource, "isEnabled").and_then(Value::as_bool) == Some(false);
    Ok(Rule {
        name: required(resource, "name")?.to_owned(),
        arn: required(resource, "arn")?.to_owned(),
        bus: bus_name(resource).to_owned(),
        description: text(resource, "description").map(ToOwned::to_owned),
        pattern: pattern(resource, &event_pattern)?,
        event_pattern,
        enabled: !disabled,
        targets: Vec::new(),
    })
}

/// `eventBusName` takes a name or an ARN.
fn bus_name(resource: &Resource) -> &str {
    let given = text(resource, "eventBusName").unwrap_or(DEFAULT_BUS);
    given.rsplit('/').next().unwrap_or(given)
}

fn pattern(resource: &Resource, json: &str) -> Result<Pattern, DeclarationError> {
    let length = json.chars().count();
    if length > MAXIMUM_PATTERN {
        return Err(refuse(
            resource,
            format!("`eventPattern` has {length} characters, {MAXIMUM_PATTERN} are allowed"),
        ));
    }
    Pattern::read(json, Language::Rule).map_err(|error| refuse(resource, error.to_string()))
}

fn add_target(rules: &mut [Rule], resource: &Resource) -> Result<(), DeclarationError> {
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
    if rule.targets.len() == MAXIMUM_TARGETS {
        return Err(refuse(
            resource,
            format!(
                "the rule {name:?} has more than {MAXIMUM_TARGETS} targets, the most that AWS allows"
            ),
        ));
    }
    rule.targets.push(target);
    Ok(())
}

fn target(resource: &Resource) -> Result<Target, DeclarationError> {
    for shaping in ["input", "inputPath", "inputTransformer"] {
        if property(resource, shaping).is_some() {
            return Err(refuse(
                resource,
                format!("`{shaping}` is declared; targets get the whole event here"),
            ));
        }
    }
    let arn = required(resource, "arn")?;
    if !(arn.starts_with("arn:aws:lambda:") || arn.starts_with("arn:aws:sqs:")) {
        return Err(refuse(
            resource,
            format!("`arn` is {arn}; a target can be a function or a queue here"),
        ));
    }
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
    let dead_letter_arn = property(resource, "deadLetterConfig")
        .and_then(|config| config["arn"].as_str())
        .map(ToOwned::to_owned);
    if let Some(arn) = dead_letter_arn
        .as_deref()
        .filter(|arn| !arn.starts_with("arn:aws:sqs:"))
    {
        return Err(refuse(
            resource,
            format!("`deadLetterConfig.arn` is {arn}; it must be a queue"),
        ));
    }
    Ok(Target {
        id: text(resource, "targetId")
            .unwrap_or(&resource.name)
            .to_owned(),
        arn: arn.to_owned(),
        retry_policy,
        dead_letter_arn,
    })
}

fn archive(resource: &Resource) -> Result<Archive, DeclarationError> {
    let event_pattern = text(resource, "eventPattern").map(ToOwned::to_owned);
    let name = "retentionDays";
    let retention_days = number(
        resource,
        name,
        property(resource, name),
        0..=u64::from(u32::MAX),
    )?;
    Ok(Archive {
        name: required(resource, "name")?.to_owned(),
        arn: required(resource, "arn")?.to_owned(),
        bus_arn: required(resource, "eventSourceArn")?.to_owned(),
        pattern: event_pattern
            .as_deref()
            .map(|json| pattern(resource, json))
            .transpose()?,
        event_pattern,
        retention_days: retention_days.unwrap_or(0),
    })
}
