//! Queues: for work, and for what could not be done.

use pulumi_gestalt_rust::{Output, pulumi_combine};
use serde_json::json;

use crate::alarm::{Above, Metric, alarm};
use crate::aws::cloudwatch::event_rule::EventRuleResult;
use crate::aws::sqs::queue::{self, QueueArgs, QueueResult};
use crate::aws::sqs::queue_policy::{self, QueuePolicyArgs, QueuePolicyResult};
use crate::flow::Flow;
use crate::lease::TIMEOUTS_IN_VISIBILITY;
use crate::policy::{Policy, Statement};

/// 14 days, the longest that SQS keeps a message
/// (<https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html>): time to notice,
/// mend and redrive.
const RETENTION_SECONDS: i32 = 14 * 24 * 60 * 60;
/// 4 days. A message keeps its age when it goes to the dead-letter queue, which keeps it for 10 days more at least
/// (<https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html>).
const WORK_RETENTION_SECONDS: i32 = 4 * 24 * 60 * 60;
/// A quarter of an hour: long for a queue that a function reads.
const LATE_SECONDS: f64 = 900.0;

/// A queue that a function reads, and the queue for what the function refuses.
pub(crate) struct WorkQueue {
    pub(crate) queue: QueueResult,
    /// Messages that were received too often. They can be redriven: they come from a queue.
    pub(crate) dead_letters: QueueResult,
}

impl WorkQueue {
    /// The URNs of all that a message passes here.
    pub(crate) fn urns(&self) -> [&Output<String>; 2] {
        [&self.queue.urn, &self.dead_letters.urn]
    }
}

/// A queue for a function that may take `timeout` seconds for a batch. A message that was received `receives` times
/// without being deleted goes to the dead-letter queue.
///
/// A received message is hidden for six times the function's time-out, as AWS advises: Lambda tries a throttled batch
/// again meanwhile (<https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html>).
pub(crate) fn work_queue(flow: &Flow, name: &str, timeout: i32, receives: u32) -> WorkQueue {
    let dead_letters = failure_queue(flow, &format!("{name}-dead-letters"));
    let redrive_policy = dead_letters.arn.map(move |arn| {
        json!({ "deadLetterTargetArn": arn, "maxReceiveCount": receives }).to_string()
    });
    let queue = queue::create_with_options(
        flow.ctx,
        name,
        QueueArgs::builder()
            .name(flow.physical(name))
            .message_retention_seconds(WORK_RETENTION_SECONDS)
            .visibility_timeout_seconds(TIMEOUTS_IN_VISIBILITY * timeout)
            .redrive_policy(redrive_policy)
            .build_struct(),
        flow.options(),
    );
    alarm(
        flow,
        &format!("{name}-age"),
        "Messages wait longer than 15 minutes: the function behind the queue is throttled, failing or gone. See its \
         log. They are kept for 4 days.",
        of_queue("ApproximateAgeOfOldestMessage", &queue),
        Above::Maximum(LATE_SECONDS),
    );
    WorkQueue {
        queue,
        dead_letters,
    }
}

/// A queue that keeps failures until somebody looks at them, and the alarm that makes somebody look.
pub(crate) fn failure_queue(flow: &Flow, name: &str) -> QueueResult {
    let queue = queue::create_with_options(
        flow.ctx,
        name,
        QueueArgs::builder()
            .name(flow.physical(name))
            .message_retention_seconds(RETENTION_SECONDS)
            .build_struct(),
        flow.options(),
    );
    alarm(
        flow,
        &format!("{name}-messages"),
        "Events failed and wait in this queue for at most 14 days: mend the cause, then redrive them.",
        of_queue("ApproximateNumberOfMessagesVisible", &queue),
        Above::Maximum(0.0),
    );
    queue
}

pub(crate) fn of_queue(metric: &'static str, queue: &QueueResult) -> Metric {
    Metric::of("AWS/SQS", metric, "QueueName", &queue.name)
}

/// Lets EventBridge put into the queue what this rule sends or could not deliver, and nothing else. Without it such
/// events are lost (<https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html>).
pub(crate) fn accept_from_rule(
    flow: &Flow,
    name: &str,
    queue: &QueueResult,
    rule: &EventRuleResult,
) -> QueuePolicyResult {
    accept_from_rules(flow, name, queue, [rule])
}

/// As above for several rules: a queue has one policy.
pub(crate) fn accept_from_rules<'a>(
    flow: &Flow,
    name: &str,
    queue: &QueueResult,
    rules: impl IntoIterator<Item = &'a EventRuleResult>,
) -> QueuePolicyResult {
    let statements = rules.into_iter().map(|rule| {
        pulumi_combine!(queue.arn.clone(), rule.arn.clone()).map(|(queue, rule)| {
            let send = Statement::allow(&["sqs:SendMessage"])
                .for_service("events.amazonaws.com")
                .on(queue)
                .when("ArnEquals", "aws:SourceArn", rule);
            vec![send]
        })
    });
    let policy = statements
        .fold(Output::new(Vec::new()), |all, more| {
            pulumi_combine!(all, more).map(|(mut all, more)| {
                all.extend(more);
                all
            })
        })
        .map(|all| Policy::of(all).json());
    queue_policy::create_with_options(
        flow.ctx,
        &format!("{name}-policy"),
        QueuePolicyArgs::builder()
            .queue_url(queue.url.clone())
            .policy(policy)
            .build_struct(),
        flow.options(),
    )
}
