//! A subscription with a queue: the rule that picks events from the bus and puts them into a consumer's queue, and the
//! place for what can't be put there.

use contract::EventPattern;
use pulumi_gestalt_rust::Output;

use crate::aws::cloudwatch::event_bus::EventBusResult;
use crate::aws::cloudwatch::event_rule::EventRuleResult;
use crate::aws::cloudwatch::event_target::{
    EventTargetArgs, EventTargetResult, create_with_options,
};
use crate::aws::sqs::queue::QueueResult;
use crate::aws::sqs::queue_policy::QueuePolicyResult;
use crate::aws::types::cloudwatch::{EventTargetDeadLetterConfig, EventTargetRetryPolicy};
use crate::flow::Flow;
use crate::queue::{accept_from_rule, accept_from_rules, failure_queue};
use crate::queue_consumer::QueueConsumer;
use crate::rule::rule;

/// A queue is there or it is not: what four attempts within 400 s can't put into it waits in the rule's dead-letter
/// queue, where somebody is told of it.
const RETRY_POLICY: EventTargetRetryPolicy = EventTargetRetryPolicy {
    maximum_retry_attempts: Some(4),
    maximum_event_age_in_seconds: Some(400),
};

/// All between the bus and a consumer's queue.
pub(crate) struct QueueSubscription {
    pub(crate) name: &'static str,
    pub(crate) rule: EventRuleResult,
    /// Events that EventBridge could not put into the queue.
    pub(crate) dead_letters: QueueResult,
    dead_letters_policy: QueuePolicyResult,
    queue_policy: Output<String>,
    target: EventTargetResult,
}

impl QueueSubscription {
    /// The URNs of all that an event passes here.
    pub(crate) fn urns(&self) -> [&Output<String>; 5] {
        [
            &self.rule.urn,
            &self.dead_letters.urn,
            &self.dead_letters_policy.urn,
            &self.queue_policy,
            &self.target.urn,
        ]
    }
}

/// What a consumer picks from the bus: the rule's name and description, and its pattern.
pub(crate) type Pick<'a> = (&'static str, &'static str, &'a EventPattern);

/// Sends what is picked from the bus to the consumer's queue. The rules and nobody else may write to that queue, each
/// rule alone to its own one for what fails, and a target waits until it may.
pub(crate) fn subscribe_queue<const N: usize>(
    flow: &Flow,
    picks: [Pick<'_>; N],
    bus: &EventBusResult,
    consumer: &QueueConsumer,
) -> [QueueSubscription; N] {
    let rules = picks
        .map(|(name, description, pattern)| (name, rule(flow, name, description, pattern, bus)));
    let queue_name = format!("{}-queue", consumer.function.name);
    let all = rules.iter().map(|(_, rule)| rule);
    let queue_policy = accept_from_rules(flow, &queue_name, &consumer.work.queue, all);
    rules.map(|(name, rule)| subscribe(flow, name, rule, bus, consumer, &queue_policy.urn))
}

fn subscribe(
    flow: &Flow,
    name: &'static str,
    rule: EventRuleResult,
    bus: &EventBusResult,
    consumer: &QueueConsumer,
    queue_policy: &Output<String>,
) -> QueueSubscription {
    let dead_letters_name = format!("{name}-dead-letters");
    let dead_letters = failure_queue(flow, &dead_letters_name);
    let dead_letters_policy = accept_from_rule(flow, &dead_letters_name, &dead_letters, &rule);
    let dead_letter_config = |arn| EventTargetDeadLetterConfig { arn: Some(arn) };
    let policies = [&dead_letters_policy.urn, queue_policy];
    let target = create_with_options(
        flow.ctx,
        &format!("{name}-target"),
        EventTargetArgs::builder()
            .rule(rule.name.clone())
            .event_bus_name(bus.name.clone())
            .arn(consumer.work.queue.arn.clone())
            .target_id(flow.physical(name))
            .retry_policy(RETRY_POLICY)
            .dead_letter_config(dead_letters.arn.map(dead_letter_config))
            .build_struct(),
        flow.after(&[&policies[..], &consumer.urns()].concat()),
    );
    QueueSubscription {
        name,
        rule,
        dead_letters,
        dead_letters_policy,
        queue_policy: queue_policy.clone(),
        target,
    }
}
