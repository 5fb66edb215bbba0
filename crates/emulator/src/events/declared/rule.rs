use delivery::bus::Schedule;
use delivery::pattern::{Language, Pattern};
use stack::Resource;

use super::{DEFAULT_BUS, Target, bus_name, flag};
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
    pub event_pattern: Option<String>,
    /// The event pattern, ready to match; a rule that only runs on a schedule has none.
    pub pattern: Option<Pattern>,
    /// The schedule expression as it was declared.
    pub schedule_expression: Option<String>,
    /// When it runs by itself.
    pub schedule: Option<Schedule>,
    /// False for a disabled rule, which matches nothing and does not run.
    pub enabled: bool,
    /// Where matching events go.
    pub targets: Vec<Target>,
}

impl Rule {
    /// Its targets, each with the rule's ARN.
    pub(in crate::events) fn with_targets(&self) -> impl Iterator<Item = (&str, &Target)> {
        let with_rule = |target| (self.arn.as_str(), target);
        self.targets.iter().map(with_rule)
    }
}

pub(super) fn declared(resource: &Resource) -> Result<Rule, DeclarationError> {
    let given = |name| text(resource, name).map(ToOwned::to_owned);
    let (event_pattern, schedule_expression) = (given("eventPattern"), given("scheduleExpression"));
    if event_pattern.is_none() && schedule_expression.is_none() {
        return Err(refuse(
            resource,
            "a rule has an `eventPattern` or a `scheduleExpression`, and this has neither",
        ));
    }
    if schedule_expression.is_some() && bus_name(resource) != DEFAULT_BUS {
        return Err(refuse(
            resource,
            "`scheduleExpression` is declared on a custom bus; AWS takes it on the default bus only",
        ));
    }
    let disabled =
        text(resource, "state") == Some("DISABLED") || flag(resource, "isEnabled") == Some(false);
    Ok(Rule {
        name: required(resource, "name")?.to_owned(),
        arn: required(resource, "arn")?.to_owned(),
        bus: bus_name(resource).to_owned(),
        description: text(resource, "description").map(ToOwned::to_owned),
        pattern: event_pattern
            .as_deref()
            .map(|json| pattern(resource, json))
            .transpose()?,
        event_pattern,
        schedule: schedule_expression
            .as_deref()
            .map(Schedule::read)
            .transpose()
            .map_err(|error| refuse(resource, format!("`scheduleExpression`: {error}")))?,
        schedule_expression,
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
