//! Rules: which events of the bus go to whom.

use contract::EventPattern;

use crate::aws::cloudwatch::event_bus::EventBusResult;
use crate::aws::cloudwatch::event_rule::{self, EventRuleArgs, EventRuleResult};
use crate::flow::Flow;

/// A rule on the bus. The pattern comes from a contract, so that nobody can subscribe to what is never published.
pub(crate) fn rule(
    flow: &Flow,
    name: &str,
    description: &str,
    pattern: &EventPattern,
    bus: &EventBusResult,
) -> EventRuleResult {
    event_rule::create_with_options(
        flow.ctx,
        name,
        EventRuleArgs::builder()
            .name(flow.physical(name))
            .description(description)
            .event_bus_name(bus.name.clone())
            .event_pattern(pattern.to_string())
            .build_struct(),
        flow.options(),
    )
}
