//! AWS's quotas for what is declared.
//!
//! See <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html>.

use delivery::bus::Quotas;
use delivery::pattern::Pattern;
use stack::{Resource, Stack};

use super::{Rule, region};
use crate::declaration::{DeclarationError, refuse};

/// How many targets a rule may have.
pub(super) const TARGETS: usize = 5;
/// How many buses an account may have.
const BUSES: usize = 100;
/// How many rules of one bus may use wildcards.
const WILDCARD_RULES: usize = 30;

/// Refuses the first resource that is one too many.
pub(super) fn check(stack: &Stack, rules: &[Rule]) -> Result<(), DeclarationError> {
    let mut buses = stack.of_type("aws:cloudwatch/eventBus:EventBus");
    if let Some(bus) = buses.nth(BUSES) {
        return Err(one_too_many(bus, BUSES, "event buses an account"));
    }
    let resources = stack.of_type("aws:cloudwatch/eventRule:EventRule");
    for (position, (resource, rule)) in resources.zip(rules).enumerate() {
        let before = || {
            rules[..position]
                .iter()
                .filter(|other| other.bus == rule.bus)
        };
        let limit = Quotas::rules_per_bus(region(&rule.arn));
        if before().count() == limit {
            return Err(one_too_many(resource, limit, "rules a bus"));
        }
        let wildcards = before().filter(|other| has_wildcard(other));
        if has_wildcard(rule) && wildcards.count() == WILDCARD_RULES {
            let what = "rules with wildcards a bus";
            return Err(one_too_many(resource, WILDCARD_RULES, what));
        }
    }
    Ok(())
}

fn has_wildcard(rule: &Rule) -> bool {
    rule.pattern.as_ref().is_some_and(Pattern::has_wildcard)
}

fn one_too_many(resource: &Resource, limit: usize, what: &str) -> DeclarationError {
    refuse(
        resource,
        format!("AWS's quota is {limit} {what}, and this is one more"),
    )
}
