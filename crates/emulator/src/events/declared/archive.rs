use delivery::pattern::Pattern;
use stack::Resource;

use super::rule::pattern;
use crate::declaration::{DeclarationError, number, property, required, text};

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

pub(super) fn declared(resource: &Resource) -> Result<Archive, DeclarationError> {
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
