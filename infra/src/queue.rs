//! Queues for what could not be delivered.

use pulumi_gestalt_rust::pulumi_combine;

use crate::alarm::{Above, Metric, alarm};
use crate::aws::cloudwatch::event_rule::EventRuleResult;
use crate::aws::sqs::queue::{self, QueueArgs, QueueResult};
use crate::aws::sqs::queue_policy::{self, QueuePolicyArgs, QueuePolicyResult};
use crate::flow::Flow;
use crate::policy::{Policy, Statement};

/// 14 days, the longest that SQS keeps a message
/// (<https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html>): time to notice,
/// mend and redrive.
const RETENTION_SECONDS: i32 = 14 * 24 * 60 * 60;

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
        Metric::of(
            "AWS/SQS",
            "ApproximateNumberOfMessagesVisible",
            "QueueName",
            &queue.name,
        ),
        Above::Maximum(0.0),
    );
    queue
}

/// Lets EventBridge put into the queue what this rule could not deliver, and nothing else. Without it such events
/// are lost (<https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html>).
pub(crate) fn accept_from_rule(
    flow: &Flow,
    name: &str,
    queue: &QueueResult,
    rule: &EventRuleResult,
) -> QueuePolicyResult {
    let policy = pulumi_combine!(queue.arn.clone(), rule.arn.clone()).map(|(queue, rule)| {
        let send = Statement::allow(&["sqs:SendMessage"])
            .for_service("events.amazonaws.com")
            .on(queue)
            .when("ArnEquals", "aws:SourceArn", rule);
        Policy::of([send]).json()
    });
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
