//! What is watched between a request and the bus, where no function of ours runs.

use pulumi_gestalt_rust::Output;

use crate::alarm::{Above, Expression, Metric, Window, alarm, alarm_on_expression};
use crate::aws::dynamodb::table::TableResult;
use crate::aws::pipes::pipe::PipeResult;
use crate::bus::Bus;
use crate::flow::Flow;
use crate::queue_subscription::QueueSubscription;
use crate::rest_stage::ServedApi;
use crate::watch::of_rule;

/// Metrics of a pipe that must stay 0, and what it means when one does not
/// (<https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-monitoring.html>).
const FAILURES: [(&str, &str, &str); 5] = [
    (
        "ExecutionFailed",
        "execution-failed",
        "The pipe fails: its shard is blocked and tried again for at most 20 hours. See the state reason of the pipe, \
         its role's policy and the bus.",
    ),
    (
        "ExecutionPartiallyFailed",
        "execution-partially-failed",
        "The pipe can't publish some of a batch, and tries the rest again. What it gives up is in the quarantine.",
    ),
    (
        "ExecutionTimeout",
        "execution-timeout",
        "The pipe does not finish a batch within 5 minutes, and tries it again: the bus does not answer.",
    ),
    (
        "TargetStageFailed",
        "target-stage-failed",
        "The bus refuses all that the pipe publishes: check the role's policy and that the bus is there.",
    ),
    (
        "TargetStagePartiallyFailed",
        "target-stage-partially-failed",
        "The bus refuses some events of the pipe: it throttles, or an order makes an event that the bus does not take.",
    ),
];

/// AWS has no metric and sends no event for the state of a pipe, which it may stop by itself after repeated errors
/// (<https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-error-troubleshooting.html>). A pipe that is not
/// RUNNING shows in this: the table is written, and the pipe is not invoked. One such period may be the moment between
/// write and read, so it takes two.
const NOT_RUNNING: Window = Window {
    period_seconds: 300,
    periods: 72,
    bad: 2,
};

/// The pipe: failing, or not running.
pub(crate) fn watch_pipe(flow: &Flow, name: &str, pipe: &PipeResult, table: &TableResult) {
    let of_pipe = |metric| Metric::of("AWS/EventBridge/Pipes", metric, "PipeName", &pipe.name);
    for (metric, alarm_name, description) in FAILURES {
        let alarm_name = format!("{name}-{alarm_name}");
        alarm(
            flow,
            &alarm_name,
            description,
            of_pipe(metric),
            Above::Sum(0.0),
        );
    }
    let update = Output::new("UpdateItem".to_owned());
    let (table, operation) = (("TableName", &table.name), ("Operation", &update));
    // Each successful call has one latency, and DynamoDB counts no refused condition as success.
    let written = Metric::of_both("AWS/DynamoDB", "SuccessfulRequestLatency", table, operation);
    alarm_on_expression(
        flow,
        &format!("{name}-not-running"),
        "Orders are written and the pipe is not invoked: it is not RUNNING. `aws pipes describe-pipe` says why; start \
         it again within 20 hours of the first write that it missed.",
        Expression {
            formula: "IF(FILL(written, 0) > 0 AND FILL(invoked, 0) == 0, 1, 0)",
            metrics: [
                ("written", written, "SampleCount"),
                ("invoked", of_pipe("Invocations"), "Sum"),
            ],
            window: NOT_RUNNING,
        },
    );
}

/// A subscription that takes all that the pipe publishes.
pub(crate) fn watch_matches_of_pipe(
    flow: &Flow,
    pipe: &PipeResult,
    bus: &Bus,
    subscription: &QueueSubscription,
) {
    let QueueSubscription { name, rule, .. } = subscription;
    let executed = Metric::of(
        "AWS/EventBridge/Pipes",
        "EventCount",
        "PipeName",
        &pipe.name,
    );
    alarm_on_expression(
        flow,
        &format!("{name}-matched-events"),
        "The pipe published and in six hours the rule matched no event: the events go to a bus that is not there, or \
         the rule is disabled.",
        Expression {
            formula: "IF(FILL(published, 0) > 0 AND FILL(matched, 0) == 0, 1, 0)",
            metrics: [
                ("published", executed, "Sum"),
                ("matched", of_rule("MatchedEvents", &bus.bus, rule), "Sum"),
            ],
            window: Window::SIX_HOURS,
        },
    );
}

/// The API: what clients hear when something behind it fails.
pub(crate) fn watch_api(flow: &Flow, name: &str, served: &ServedApi) {
    let (api, stage) = (
        ("ApiName", &served.api.name),
        ("Stage", &served.stage.stage_name),
    );
    alarm(
        flow,
        &format!("{name}-5xx-errors"),
        "Clients get errors that are not theirs: DynamoDB fails, or a template or its role is wrong. See the access log.",
        Metric::of_both("AWS/ApiGateway", "5XXError", api, stage),
        Above::Sum(0.0),
    );
}
