//! The recovery of what a pipe gave up: a pipe's dead-letter queue holds positions in the stream, no records, and the
//! stream holds those for a day.

use pulumi_gestalt_rust::Output;

use crate::alarm::{Above, Metric, alarm};
use crate::aws::cloudwatch::log_metric_filter::{LogMetricFilterArgs, create_with_options};
use crate::aws::dynamodb::table::TableResult;
use crate::aws::lambda::event_source_mapping::EventSourceMappingResult;
use crate::aws::sqs::queue::QueueResult;
use crate::aws::types::cloudwatch::LogMetricFilterMetricTransformation;
use crate::flow::Flow;
use crate::function::{Function, function};
use crate::queue::{WorkQueue, failure_queue, of_queue, work_queue};
use crate::queue_consumer::read_queue;
use crate::right;
use crate::settings::Size;
use crate::watch::lambda;

/// 24 h: as long as a stream holds a record, reading it is worth another attempt.
const STREAM_RETENTION_SECONDS: i32 = 24 * 60 * 60;
/// The namespace and the name of the metric that counts positions whose records the stream has trimmed.
const NAMESPACE: &str = "Outbox";
const LOST: &str = "LostRecords";
/// The log lines about such positions, each with the number of records that they named at least
/// (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html>).
const LOST_PATTERN: &str = "{ $.lost_records = * }";

/// The function, what it reads and where it puts the records.
pub(crate) struct Recovery {
    /// Positions of records that a pipe gave up.
    pub(crate) positions: WorkQueue,
    pub(crate) function: Function,
    /// The records, whole.
    pub(crate) quarantine: QueueResult,
    mapping: EventSourceMappingResult,
}

impl Recovery {
    /// The URNs of all that a position passes here.
    pub(crate) fn urns(&self) -> Vec<&Output<String>> {
        let own = [
            &self.function.policy.urn,
            &self.quarantine.urn,
            &self.mapping.urn,
        ];
        [&self.positions.urns()[..], &own].concat()
    }
}

/// The recovery `<source>-recovery` of what the pipe `<source>-pipe` gives up of the table's stream.
pub(crate) fn recovery(flow: &Flow, source: &str, size: Size, table: &TableResult) -> Recovery {
    let package = format!("{source}-recovery");
    let receives = STREAM_RETENTION_SECONDS / (6 * size.timeout);
    let receives = u32::try_from(receives).unwrap_or(1).max(5);
    let positions = work_queue(
        flow,
        &format!("{source}-pipe-failures"),
        size.timeout,
        receives,
    );
    let quarantine = failure_queue(flow, &format!("{package}-quarantine"));
    let function = function(
        flow,
        &package,
        size,
        vec![("QUARANTINE_QUEUE_URL", quarantine.url.clone())],
        vec![
            right::read_records(table),
            right::receive(&positions.queue),
            right::send(&quarantine),
        ],
    );
    let mapping = read_queue(flow, &positions.queue, &function);
    watch(flow, &function);
    watch_positions(flow, &format!("{source}-pipe-failures"), &positions);
    Recovery {
        positions,
        function,
        quarantine,
        mapping,
    }
}

/// Records that were trimmed before they could be read are lost, and only the function's log says so.
fn watch(flow: &Flow, function: &Function) {
    let name = format!("{}-lost-records", function.name);
    // Dimensions of a metric filter come from the line, so the metric's name tells the function.
    let metric = flow.physical(&format!("{}-{LOST}", function.name));
    create_with_options(
        flow.ctx,
        &format!("{name}-filter"),
        LogMetricFilterArgs::builder()
            .name(flow.physical(&format!("{name}-filter")))
            .log_group_name(function.logs.name.clone())
            .pattern(LOST_PATTERN)
            .metric_transformation(LogMetricFilterMetricTransformation {
                name: metric.clone(),
                namespace: NAMESPACE.to_owned(),
                value: "$.lost_records".to_owned(),
            })
            .build_struct(),
        flow.options(),
    );
    alarm(
        flow,
        &name,
        "Records that the pipe gave up were trimmed before they could be read: their events are lost. The log says \
         which; compare the table with what its consumers know.",
        Metric::without_dimensions(NAMESPACE, metric),
        Above::Sum(0.0),
    );
    alarm(
        flow,
        &format!("{}-errors", function.name),
        "The recovery ends with errors: records that the pipe gave up are trimmed within 24 hours of their write. See \
         its log.",
        lambda("Errors", function),
        Above::Sum(0.0),
    );
}

/// Only what the function did not do with a message comes again, so its errors count nothing; and a message that comes
/// again hides from the alarm on the queue's age, for SQS leaves out what was received three times
/// (<https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html>).
fn watch_positions(flow: &Flow, name: &str, positions: &WorkQueue) {
    alarm(
        flow,
        &format!("{name}-received"),
        "The pipe gave records up, and the recovery got their positions. If this goes on, it can't read or keep them, and \
         they are trimmed within 24 hours of their write: see its log.",
        of_queue("NumberOfMessagesReceived", &positions.queue),
        Above::Sum(0.0),
    );
}
