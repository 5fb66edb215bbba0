//! A subscription: the rule that picks one kind of event from the bus and hands it to a consumer, and the place for
//! what can't be handed over.

use contract::{Event, EventPattern};
use pulumi_gestalt_rust::Output;

use crate::aws::cloudwatch::event_bus::EventBusResult;
use crate::aws::cloudwatch::event_rule::EventRuleResult;
use crate::aws::cloudwatch::event_target::{self, EventTargetArgs, EventTargetResult};
use crate::aws::lambda::permission::{self, PermissionArgs, PermissionResult};
use crate::aws::sqs::queue::QueueResult;
use crate::aws::sqs::queue_policy::QueuePolicyResult;
use crate::aws::types::cloudwatch::{EventTargetDeadLetterConfig, EventTargetRetryPolicy};
use crate::consumer::Consumer;
use crate::flow::Flow;
use crate::function::Function;
use crate::queue::{accept_from_rule, failure_queue};
use crate::rule::rule;

/// EventBridge's longest: a day of retries with back-off
/// (<https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html>).
const RETRY_POLICY: EventTargetRetryPolicy = EventTargetRetryPolicy {
    maximum_retry_attempts: Some(185),
    maximum_event_age_in_seconds: Some(86_400),
};

/// All between the bus and a consumer.
pub(crate) struct Subscription {
    pub(crate) name: String,
    pub(crate) rule: EventRuleResult,
    /// Events that EventBridge could not hand to Lambda.
    pub(crate) dead_letters: QueueResult,
    dead_letters_policy: QueuePolicyResult,
    permission: PermissionResult,
    target: EventTargetResult,
}

impl Subscription {
    /// The URNs of all that an event passes here.
    pub(crate) fn urns(&self) -> [&Output<String>; 5] {
        [
            &self.rule.urn,
            &self.dead_letters.urn,
            &self.dead_letters_policy.urn,
            &self.permission.urn,
            &self.target.urn,
        ]
    }
}

/// Sends each event `E` on the bus to the consumer. The pattern comes from the contract, so that nobody can subscribe
/// to what is never published.
pub(crate) fn subscribe<E: Event>(
    flow: &Flow,
    name: &str,
    bus: &EventBusResult,
    consumer: &Consumer,
) -> Subscription {
    let description = format!("{} of {}", E::DETAIL_TYPE, E::SOURCE);
    let rule = rule(flow, name, &description, &EventPattern::of::<E>(), bus);
    let dead_letters_name = format!("{name}-dead-letters");
    let dead_letters = failure_queue(flow, &dead_letters_name);
    let dead_letters_policy = accept_from_rule(flow, &dead_letters_name, &dead_letters, &rule);
    let permission = let_rule_invoke(flow, name, &rule, &consumer.function);
    let dead_letter_config = |arn| EventTargetDeadLetterConfig { arn: Some(arn) };
    let [policy, failures, invoke_config] = consumer.urns();
    let target = event_target::create_with_options(
        flow.ctx,
        &format!("{name}-target"),
        EventTargetArgs::builder()
            .rule(rule.name.clone())
            .event_bus_name(bus.name.clone())
            .arn(consumer.function.lambda.arn.clone())
            .target_id(flow.physical(name))
            .retry_policy(RETRY_POLICY)
            .dead_letter_config(dead_letters.arn.map(dead_letter_config))
            .build_struct(),
        // EventBridge delivers to a new target at once, and does not retry what it lacks permission for.
        flow.after(&[
            &dead_letters_policy.urn,
            &permission.urn,
            policy,
            failures,
            invoke_config,
        ]),
    );
    Subscription {
        name: name.to_owned(),
        rule,
        dead_letters,
        dead_letters_policy,
        permission,
        target,
    }
}

/// The function may be invoked by this rule alone
/// (<https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html>).
fn let_rule_invoke(
    flow: &Flow,
    name: &str,
    rule: &EventRuleResult,
    function: &Function,
) -> PermissionResult {
    permission::create_with_options(
        flow.ctx,
        &format!("{name}-permission"),
        PermissionArgs::builder()
            .statement_id(flow.physical(name))
            .action("lambda:InvokeFunction")
            .function(function.lambda.name.clone())
            .principal("events.amazonaws.com")
            .source_arn(rule.arn.clone())
            .build_struct(),
        flow.options(),
    )
}
