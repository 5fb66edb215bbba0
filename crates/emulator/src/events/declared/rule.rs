use delivery::pattern::{Language, Pattern};
use stack::Resource;

use super::{Target, bus_name, flag};
use crate::declaration::{DeclarationError, refuse, required, text};

/// How many characters a pattern may have; the API takes 4,096 once AWS has raised the quota.
const MAXIMUM_PATTERN: usize = 2_048;

/// A declared rule.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// Its name.
    pub name: String,
    /// Its ARN: `rule/<rule>` on the default bus, `rule/<bus>/<rule>` on a custom one.
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

pub(super) fn declared(resource: &Resource) -> Result<Rule, DeclarationError> {
    if text(resource, "scheduleExpression").is_some() {
        return Err(refuse(
            resource,
            "`scheduleExpression` is declared; only rules with an event pattern can be run",
        ));
    }
    let event_pattern = required(resource, "eventPattern")?.to_owned();
    let disabled =
        text(resource, "state") == Some("DISABLED") || flag(resource, "isEnabled") == Some(false);
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

pub(super) fn pattern(resource: &Resource, json: &str) -> Result<Pattern, DeclarationError> {
    let length = json.chars().count();
    if length > MAXIMUM_PATTERN {
        return Err(refuse(
            resource,
            format!("`eventPattern` has {length} characters, AWS's quota is {MAXIMUM_PATTERN}"),
        ));
    }
    Pattern::read(json, Language::Rule).map_err(|error| refuse(resource, error.to_string()))
}
