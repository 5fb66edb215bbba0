//! What a stack declares of `EventBridge`.

mod access;
mod archive;
mod limits;
mod rule;
mod target;

use serde_json::Value;
use stack::{Resource, Stack};

pub use self::access::Access;
pub use self::archive::Archive;
pub use self::rule::Rule;
pub use self::target::Target;
use crate::declaration::{DeclarationError, property, refuse, required, text};

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
    /// Which targets and dead-letter queues let which rules in.
    pub access: Access,
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

/// Reads what a stack declares of `EventBridge`; what can't be run, or is more than AWS's quotas
/// allow, is refused by name.
pub fn declared(stack: &Stack) -> Result<Declared, DeclarationError> {
    let buses = stack
        .of_type("aws:cloudwatch/eventBus:EventBus")
        .map(bus)
        .collect::<Result<_, _>>()?;
    let mut rules = stack
        .of_type("aws:cloudwatch/eventRule:EventRule")
        .map(rule::declared)
        .collect::<Result<Vec<_>, _>>()?;
    for resource in stack.of_type("aws:cloudwatch/eventTarget:EventTarget") {
        target::add(&mut rules, resource)?;
    }
    limits::check(stack, &rules)?;
    let archives = stack
        .of_type("aws:cloudwatch/eventArchive:EventArchive")
        .map(archive::declared)
        .collect::<Result<_, _>>()?;
    Ok(Declared {
        buses,
        rules,
        archives,
        access: Access::declared(stack)?,
    })
}

/// A `deadLetterConfig` of a bus has no effect: AWS uses it only for failures with a key of one's own.
fn bus(resource: &Resource) -> Result<Bus, DeclarationError> {
    if text(resource, "kmsKeyIdentifier").is_some() {
        return Err(refuse(
            resource,
            "`kmsKeyIdentifier` is declared; events are not encrypted here",
        ));
    }
    Ok(Bus {
        name: required(resource, "name")?.to_owned(),
        arn: required(resource, "arn")?.to_owned(),
        description: text(resource, "description").map(ToOwned::to_owned),
    })
}

/// `eventBusName` takes a name or an ARN.
fn bus_name(resource: &Resource) -> &str {
    let given = text(resource, "eventBusName").unwrap_or(DEFAULT_BUS);
    given.rsplit('/').next().unwrap_or(given)
}

/// The Region in an ARN.
fn region(arn: &str) -> &str {
    arn.split(':').nth(3).unwrap_or_default()
}

fn flag(resource: &Resource, name: &str) -> Option<bool> {
    property(resource, name).and_then(Value::as_bool)
}
