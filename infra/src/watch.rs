//! What is watched, hop by hop: each place where events are late, refused or kept has an alarm.

use std::collections::HashMap;

use pulumi_gestalt_rust::{Output, pulumi_combine};

use crate::alarm::{Alarm, Dimensions, Term, raise, raise_on_expression};
use crate::aws::cloudwatch::event_bus::EventBusResult;
use crate::aws::cloudwatch::event_rule::EventRuleResult;
use crate::aws::lambda::event_source_mapping::EventSourceMappingResult;
use crate::aws::sqs::queue::QueueResult;
use crate::flow::Flow;
use crate::function::Function;

/// A quarter of an hour in milliseconds: long for a relay, short against the 20 h after which records are discarded.
const LATE: f64 = 900_000.0;

/// The relay: late, failing, or giving records up.
pub(crate) fn watch_relay(
    flow: &Flow,
    name: &str,
    relay: &Function,
    mapping: &EventSourceMappingResult,
) {
    raise(
        flow,
        Alarm {
            name: format!("{name}-iterator-age"),
            description: "The relay is more than 15 minutes behind the table's stream. Records are discarded after 20 hours.",
            namespace: "AWS/Lambda",
            metric: "IteratorAge",
            dimensions: of_function(relay),
            statistic: "Maximum",
            above: LATE,
        },
    );
    raise(
        flow,
        Alarm {
            name: format!("{name}-errors"),
            description: "The relay ends with errors: its shard is blocked and retried. See its log.",
            namespace: "AWS/Lambda",
            metric: "Errors",
            dimensions: of_function(relay),
            statistic: "Sum",
            above: 0.0,
        },
    );
    destination_failures(flow, name, relay);
    raise(
        flow,
        Alarm {
            name: format!("{name}-discarded-records"),
            description: "The mapping gave records up and put them into the failure bucket: publish them from there.",
            namespace: "AWS/Lambda",
            metric: "OnFailureDestinationDeliveredEventCount",
            dimensions: dimension("EventSourceMappingUUID", &mapping.uuid),
            statistic: "Sum",
            above: 0.0,
        },
    );
}

/// The consumer behind Lambda's asynchronous queue.
pub(crate) fn watch_consumer(flow: &Flow, name: &str, consumer: &Function) {
    destination_failures(flow, name, consumer);
    raise(
        flow,
        Alarm {
            name: format!("{name}-async-events-dropped"),
            description: "Lambda dropped events without invoking the consumer. Replay them from the archive of the bus.",
            namespace: "AWS/Lambda",
            metric: "AsyncEventsDropped",
            dimensions: of_function(consumer),
            statistic: "Sum",
            above: 0.0,
        },
    );
}

/// The rule: its dead-letter queue refuses, or events do not reach it.
pub(crate) fn watch_rule(
    flow: &Flow,
    name: &str,
    bus: &EventBusResult,
    rule: &EventRuleResult,
    relay: &Function,
) {
    let of_rule = pulumi_combine!(bus.name.clone(), rule.name.clone()).map(|(bus, rule)| {
        HashMap::from([
            ("EventBusName".to_owned(), bus),
            ("RuleName".to_owned(), rule),
        ])
    });
    raise(
        flow,
        Alarm {
            name: format!("{name}-invocations-failed-to-be-sent-to-dlq"),
            description: "Events are lost: neither the target nor its dead-letter queue took them. Check the queue's policy.",
            namespace: "AWS/Events",
            metric: "InvocationsFailedToBeSentToDlq",
            dimensions: of_rule.clone(),
            statistic: "Sum",
            above: 0.0,
        },
    );
    let terms = pulumi_combine!(of_function(relay), of_rule).map(|(relay, rule)| {
        vec![
            Term {
                id: "relayed",
                namespace: "AWS/Lambda",
                metric: "Invocations",
                dimensions: relay,
            },
            Term {
                id: "matched",
                namespace: "AWS/Events",
                metric: "MatchedEvents",
                dimensions: rule,
            },
        ]
    });
    raise_on_expression(
        flow,
        &format!("{name}-matched-events"),
        "The relay ran for an hour and the rule matched no event. Either nothing was created, or the events go to a bus \
         that is not there: PutEvents answers with success then.",
        "IF(FILL(relayed, 0) > 0 AND FILL(matched, 0) == 0, 1, 0)",
        &terms,
    );
}

/// A queue that is empty while all is well.
pub(crate) fn watch_queue(flow: &Flow, name: &str, queue: &QueueResult) {
    raise(
        flow,
        Alarm {
            name: format!("{name}-messages"),
            description: "Events failed and wait in this queue for at most 14 days: mend the cause, then redrive them.",
            namespace: "AWS/SQS",
            metric: "ApproximateNumberOfMessagesVisible",
            dimensions: dimension("QueueName", &queue.name),
            statistic: "Maximum",
            above: 0.0,
        },
    );
}

fn destination_failures(flow: &Flow, name: &str, function: &Function) {
    raise(
        flow,
        Alarm {
            name: format!("{name}-destination-delivery-failures"),
            description: "Lambda could not put a failure into its destination, so it is lost. Check the role's policy.",
            namespace: "AWS/Lambda",
            metric: "DestinationDeliveryFailures",
            dimensions: of_function(function),
            statistic: "Sum",
            above: 0.0,
        },
    );
}

fn of_function(function: &Function) -> Dimensions {
    dimension("FunctionName", &function.function.name)
}

fn dimension(name: &'static str, value: &Output<String>) -> Dimensions {
    value.map(move |value| HashMap::from([(name.to_owned(), value)]))
}
