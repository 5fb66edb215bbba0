//! A consumer behind a queue: the queue, the function that reads it, and the mapping between the two.

use pulumi_gestalt_rust::Output;

use crate::aws::lambda::event_source_mapping::{
    EventSourceMappingArgs, EventSourceMappingResult, create_with_options,
};
use crate::aws::sqs::queue::QueueResult;
use crate::flow::Flow;
use crate::function::{Function, Variable, function};
use crate::queue::{WorkQueue, work_queue};
use crate::right::{self, Rights};
use crate::settings::Size;

/// How often a message is received before it goes to the dead-letter queue: AWS advises 5 at least, for a throttled
/// function also counts (<https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html>).
const RECEIVES: u32 = 5;
/// What one receive of SQS brings; more would need a window.
const BATCH_SIZE: i32 = 10;

/// The function, its queue and what feeds the one from the other.
pub(crate) struct QueueConsumer {
    pub(crate) function: Function,
    pub(crate) work: WorkQueue,
    mapping: EventSourceMappingResult,
}

impl QueueConsumer {
    /// The URNs of all that an event passes here.
    pub(crate) fn urns(&self) -> Vec<&Output<String>> {
        let own = [&self.function.policy.urn, &self.mapping.urn];
        [&self.work.urns()[..], &own].concat()
    }
}

/// The consumer in the package `package`, with a queue of its own. `rights` are what it may do beside reading it.
pub(crate) fn queue_consumer(
    flow: &Flow,
    package: &str,
    size: Size,
    environment: Vec<Variable>,
    mut rights: Vec<Rights>,
) -> QueueConsumer {
    let work = work_queue(flow, &format!("{package}-queue"), size.timeout, RECEIVES);
    rights.push(right::receive(&work.queue));
    let function = function(flow, package, size, environment, rights);
    let mapping = read_queue(flow, &work.queue, &function);
    QueueConsumer {
        function,
        work,
        mapping,
    }
}

/// Feeds the queue's messages to the function, whose role may receive them. Only those that the function names as failed
/// come again (<https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html>).
pub(crate) fn read_queue(
    flow: &Flow,
    queue: &QueueResult,
    function: &Function,
) -> EventSourceMappingResult {
    create_with_options(
        flow.ctx,
        &format!("{}-mapping", function.name),
        EventSourceMappingArgs::builder()
            .event_source_arn(queue.arn.clone())
            .function_name(function.lambda.arn.clone())
            .batch_size(BATCH_SIZE)
            .function_response_types(["ReportBatchItemFailures"])
            .build_struct(),
        flow.after(&[&function.policy.urn]),
    )
}
