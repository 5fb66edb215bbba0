//! What is watched, hop by hop: each place where events are late, refused or dropped has an alarm. (A queue that keeps
//! failures has its own, see `queue.rs`.)

use crate::alarm::{Above, Expression, Metric, Window, alarm, alarm_on_expression};
use crate::aws::cloudwatch::event_bus::EventBusResult;
use crate::aws::cloudwatch::event_rule::EventRuleResult;
use crate::aws::lambda::event_source_mapping::EventSourceMappingResult;
use crate::consumer::Consumer;
use crate::flow::Flow;
use crate::function::Function;
use crate::relay::Relay;

/// A quarter of an hour in milliseconds: long for a relay, short against the 20 h after which records are discarded.
const LATE: f64 = 900_000.0;

/// The relay: late, failing, or giving records up.
pub(crate) fn watch_relay(flow: &Flow, relay: &Relay, mapping: &EventSourceMappingResult) {
    let function = &relay.function;
    alarm(
        flow,
        &format!("{}-iterator-age", function.name),
        "The relay is more than 15 minutes behind the table's stream. Records are discarded after 20 hours.",
        lambda("IteratorAge", function),
        Above::Maximum(LATE),
    );
    alarm(
        flow,
        &format!("{}-errors", function.name),
        "The relay ends with errors: its shard is blocked and retried. See its log.",
        lambda("Errors", function),
        Above::Sum(0.0),
    );
    alarm(
        flow,
        &format!("{}-discarded-records", function.name),
        "The mapping gave records up and put them into the failure bucket: publish them from there.",
        Metric::of(
            "AWS/Lambda",
            "OnFailureDestinationDeliveredEventCount",
            "EventSourceMappingUUID",
            &mapping.uuid,
        ),
        Above::Sum(0.0),
    );
    destination_failures(flow, function);
}

/// The consumer behind Lambda's asynchronous queue.
pub(crate) fn watch_consumer(flow: &Flow, consumer: &Consumer) {
    let function = &consumer.function;
    alarm(
        flow,
        &format!("{}-async-events-dropped", function.name),
        "Lambda dropped events without invoking the consumer. Replay them from the archive of the bus.",
        lambda("AsyncEventsDropped", function),
        Above::Sum(0.0),
    );
    destination_failures(flow, function);
}

/// A rule that should match some of what `relay` publishes.
pub(crate) fn watch_matches(
    flow: &Flow,
    name: &str,
    bus: &EventBusResult,
    rule: &EventRuleResult,
    relay: &Relay,
) {
    alarm_on_expression(
        flow,
        &format!("{name}-matched-events"),
        "The relay ran and in six hours the rule matched no event. Either it published none that the rule asks for, or \
         the events go to a bus that is not there: PutEvents answers with success then.",
        Expression {
            formula: "IF(FILL(relayed, 0) > 0 AND FILL(matched, 0) == 0, 1, 0)",
            metrics: [
                ("relayed", lambda("Invocations", &relay.function), "Sum"),
                ("matched", of_rule("MatchedEvents", bus, rule), "Sum"),
            ],
            window: Window::SIX_HOURS,
        },
    );
}

/// A rule whose dead-letter queue refuses.
pub(crate) fn watch_dead_letters(
    flow: &Flow,
    name: &str,
    bus: &EventBusResult,
    rule: &EventRuleResult,
) {
    alarm(
        flow,
        &format!("{name}-invocations-failed-to-be-sent-to-dlq"),
        "Events are lost: neither the target nor its dead-letter queue took them. Check the queue's policy.",
        of_rule("InvocationsFailedToBeSentToDlq", bus, rule),
        Above::Sum(0.0),
    );
}

/// A custom bus's rule has both dimensions, one on the default bus has the rule's name alone
/// (<https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html>).
pub(crate) fn of_rule(name: &'static str, bus: &EventBusResult, rule: &EventRuleResult) -> Metric {
    let (bus, rule) = (("EventBusName", &bus.name), ("RuleName", &rule.name));
    Metric::of_both("AWS/Events", name, bus, rule)
}

fn destination_failures(flow: &Flow, function: &Function) {
    alarm(
        flow,
        &format!("{}-destination-delivery-failures", function.name),
        "Lambda could not put a failure into its destination, so it is lost. Check the role's policy.",
        lambda("DestinationDeliveryFailures", function),
        Above::Sum(0.0),
    );
}

pub(crate) fn lambda(metric: &'static str, function: &Function) -> Metric {
    Metric::of("AWS/Lambda", metric, "FunctionName", &function.lambda.name)
}
