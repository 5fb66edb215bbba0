//! The ARNs and URLs of the simulated application.

use crate::observation::Target;

/// The stream of the table of either flow.
pub(crate) const STREAM: &str =
    "arn:aws:dynamodb:us-east-1:000000000000:table/items/stream/2026-11-21T05:17:00.000";
pub(crate) const RELAY: &str = "arn:aws:lambda:us-east-1:000000000000:function:users-relay";
pub(crate) const OUTBOX_RELAY: &str = "arn:aws:lambda:us-east-1:000000000000:function:outbox-relay";
pub(crate) const CONSUMER: &str =
    "arn:aws:lambda:us-east-1:000000000000:function:user-created-consumer";
pub(crate) const BUCKET: &str = "arn:aws:s3:::users-stream-failures";
pub(crate) const BUS: &str = "events";
pub(crate) const QUARANTINE: &str = "quarantine";
pub(crate) const PIPE: &str = "arn:aws:pipes:us-east-1:000000000000:pipe/orders";
pub(crate) const PIPE_FAILURES: &str = "orders-pipe-dead-letters";
pub(crate) const RECOVERY: &str = "arn:aws:lambda:us-east-1:000000000000:function:orders-recovery";
pub(crate) const CONSUMER_FAILURES: &str = "consumer-failures";

/// A queue's ARN.
pub(crate) fn queue_arn(name: &str) -> String {
    format!("arn:aws:sqs:us-east-1:000000000000:{name}")
}

/// A queue's URL.
pub(crate) fn queue_url(name: &str) -> String {
    format!("http://localhost/000000000000/{name}")
}

/// The queue that a target is, if it is one.
pub(crate) fn queue_of(target: Target) -> Option<&'static str> {
    match target {
        Target::Consumer => None,
        Target::Queue => Some("changes"),
        Target::Audit => Some("audit"),
        Target::Notify => Some("notify-restaurant"),
        Target::Tracking => Some("order-tracking"),
        Target::History => Some("order-history"),
    }
}

/// The function that reads a target's queue.
pub(crate) fn function_of(target: Target) -> Option<String> {
    queue_of(target).map(|name| format!("{name}-consumer"))
}

/// A function's ARN.
pub(crate) fn function_arn(name: &str) -> String {
    format!("arn:aws:lambda:us-east-1:000000000000:function:{name}")
}

/// What the bus calls a target.
pub(crate) fn target_arn(target: Target) -> String {
    queue_of(target).map_or_else(|| CONSUMER.to_owned(), queue_arn)
}

/// The queue for what the bus can't hand to a target.
pub(crate) fn dead_letters_of(target: Target) -> &'static str {
    match target {
        Target::Consumer => "consumer-dead-letters",
        Target::Queue => "changes-dead-letters",
        Target::Audit => "audit-dead-letters",
        Target::Notify => "notify-restaurant-dead-letters",
        Target::Tracking => "order-tracking-dead-letters",
        Target::History => "order-history-dead-letters",
    }
}

/// The queue for messages that were received too often, if the target is a queue.
pub(crate) fn redrive_of(target: Target) -> Option<&'static str> {
    match target {
        Target::Consumer => None,
        Target::Queue => Some("changes-redrive"),
        Target::Audit => Some("audit-redrive"),
        Target::Notify => Some("notify-restaurant-redrive"),
        Target::Tracking => Some("order-tracking-redrive"),
        Target::History => Some("order-history-redrive"),
    }
}
