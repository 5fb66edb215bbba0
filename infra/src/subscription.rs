//! A subscription: the rule that picks one kind of event from the bus, its consumer, and the places for what fails.

use contract::{Event, EventPattern};
use pulumi_gestalt_rust::Output;

use crate::aws::cloudwatch::event_bus::EventBusResult;
use crate::aws::cloudwatch::event_rule::{self, EventRuleArgs, EventRuleResult};
use crate::aws::cloudwatch::event_target::{self, EventTargetArgs, EventTargetResult};
use crate::aws::lambda::function_event_invoke_config::{
    self, FunctionEventInvokeConfigArgs, FunctionEventInvokeConfigResult,
};
use crate::aws::lambda::permission::{self, PermissionArgs, PermissionResult};
use crate::aws::sqs::queue::QueueResult;
use crate::aws::sqs::queue_policy::QueuePolicyResult;
use crate::aws::types::cloudwatch::{EventTargetDeadLetterConfig, EventTargetRetryPolicy};
use crate::aws::types::lambda::{
    FunctionEventInvokeConfigDestinationConfig, FunctionEventInvokeConfigDestinationConfigOnFailure,
};
use crate::flow::Flow;
use crate::function::Function;
use crate::queue::{accept_from_rule, failure_queue};

/// EventBridge's longest: a day of retries with back-off
/// (<https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html>).
const TARGET_RETRIES: EventTargetRetryPolicy = EventTargetRetryPolicy {
    maximum_retry_attempts: Some(185),
    maximum_event_age_in_seconds: Some(86_400),
};

/// Lambda's longest for asynchronous invocations: two retries after errors, 6 h of throttling
/// (<https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html>).
const INVOKE_RETRIES: i32 = 2;
const INVOKE_MAXIMUM_AGE_SECONDS: i32 = 21_600;

/// All between the bus and a consumer.
pub(crate) struct Subscription {
    pub(crate) rule: EventRuleResult,
    pub(crate) target: EventTargetResult,
    /// Events that EventBridge could not hand to Lambda.
    pub(crate) dead_letters: QueueResult,
    dead_letters_policy: QueuePolicyResult,
    permission: PermissionResult,
    invoke_config: FunctionEventInvokeConfigResult,
}

impl Subscription {
    /// The URNs of all that an event passes here.
    pub(crate) fn urns(&self) -> [&Output<String>; 6] {
        [
            &self.rule.urn,
            &self.target.urn,
            &self.dead_letters.urn,
            &self.dead_letters_policy.urn,
            &self.permission.urn,
            &self.invoke_config.urn,
        ]
    }
}

/// Sends each event `E` on the bus to the consumer. The pattern comes from the contract, so that nobody can subscribe
/// to what is never published.
///
/// Two places keep what fails: the dead-letter queue what EventBridge could not hand over, `failures` what the
/// consumer received and refused to the end.
pub(crate) fn subscribe<E: Event>(
    flow: &Flow,
    name: &str,
    bus: &EventBusResult,
    consumer: &Function,
    failures: &QueueResult,
) -> Subscription {
    let rule = rule_for::<E>(flow, name, bus);
    let dead_letters_name = format!("{name}-dead-letters");
    let dead_letters = failure_queue(flow, &dead_letters_name);
    let dead_letters_policy = accept_from_rule(flow, &dead_letters_name, &dead_letters, &rule);
    let permission = let_rule_invoke(flow, name, &rule, consumer);
    let invoke_config = keep_failures(flow, name, consumer, failures);
    let target = event_target::create_with_options(
        flow.ctx,
        &format!("{name}-target"),
        EventTargetArgs::builder()
            .rule(rule.name.clone())
            .event_bus_name(bus.name.clone())
            .arn(consumer.function.arn.clone())
            .target_id(flow.physical(name))
            .retry_policy(TARGET_RETRIES)
            .dead_letter_config(
                dead_letters
                    .arn
                    .map(|arn| EventTargetDeadLetterConfig { arn: Some(arn) }),
            )
            .build_struct(),
        // EventBridge sends to the target at once, and does not retry what it lacks permission for.
        flow.after(&[
            &dead_letters_policy.urn,
            &permission.urn,
            &consumer.policy.urn,
            &invoke_config.urn,
        ]),
    );
    Subscription {
        rule,
        target,
        dead_letters,
        dead_letters_policy,
        permission,
        invoke_config,
    }
}

fn rule_for<E: Event>(flow: &Flow, name: &str, bus: &EventBusResult) -> EventRuleResult {
    event_rule::create_with_options(
        flow.ctx,
        name,
        EventRuleArgs::builder()
            .name(flow.physical(name))
            .description(format!("{} of {}", E::DETAIL_TYPE, E::SOURCE))
            .event_bus_name(bus.name.clone())
            .event_pattern(EventPattern::of::<E>().to_string())
            .build_struct(),
        flow.options(),
    )
}

/// The consumer may be invoked by this rule alone
/// (<https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html>).
fn let_rule_invoke(
    flow: &Flow,
    name: &str,
    rule: &EventRuleResult,
    consumer: &Function,
) -> PermissionResult {
    permission::create_with_options(
        flow.ctx,
        &format!("{name}-permission"),
        PermissionArgs::builder()
            .statement_id(flow.physical(name))
            .action("lambda:InvokeFunction")
            .function(consumer.function.name.clone())
            .principal("events.amazonaws.com")
            .source_arn(rule.arn.clone())
            .build_struct(),
        flow.options(),
    )
}

/// Lambda itself sends to the queue with the consumer's role, so the role's policy comes first
/// (<https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html>).
fn keep_failures(
    flow: &Flow,
    name: &str,
    consumer: &Function,
    failures: &QueueResult,
) -> FunctionEventInvokeConfigResult {
    let destination_config =
        failures
            .arn
            .map(|destination| FunctionEventInvokeConfigDestinationConfig {
                on_failure: Some(Box::new(
                    FunctionEventInvokeConfigDestinationConfigOnFailure { destination },
                )),
            });
    function_event_invoke_config::create_with_options(
        flow.ctx,
        &format!("{name}-invoke-config"),
        FunctionEventInvokeConfigArgs::builder()
            .function_name(consumer.function.name.clone())
            .maximum_retry_attempts(INVOKE_RETRIES)
            .maximum_event_age_in_seconds(INVOKE_MAXIMUM_AGE_SECONDS)
            .destination_config(destination_config)
            .build_struct(),
        flow.after(&[&consumer.policy.urn]),
    )
}
