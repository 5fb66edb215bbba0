use std::time::Duration;

use super::Draw;
use super::faults::{self, crash, lasting, no_dead_letter_queue, until_trimmed, with_others};
use super::shape::{Reason, Shape};
use crate::observation::Target;
use crate::scenario::{Fault, FaultKind, Flow};

/// What goes wrong in a seed of the flow of checkout.
pub(super) fn faults(draw: &mut Draw, shape: Shape) -> Vec<Fault> {
    let faults = match shape {
        Shape::Short(_) | Shape::BadDeployment(_) => Vec::new(),
        Shape::Long(span) => vec![outage(draw, span)],
        Shape::Leaving(Reason::NoDeadLetterQueue) => no_dead_letter_queue(draw, Flow::Checkout),
        Shape::Leaving(_) => {
            let outage = outage(draw, Duration::from_hours(1));
            until_trimmed(draw, outage)
        }
    };
    with_others(draw, shape, faults, 8, kind)
}

/// The relay can't do its work, or DynamoDB takes no marks.
fn outage(draw: &mut Draw, most: Duration) -> Fault {
    let kind = match draw.index(8) {
        0 => FaultKind::MarkUnreachable,
        1 => FaultKind::TransactionAnswerLost,
        2 => FaultKind::RecordsUnreachable,
        3 => FaultKind::OrderTableUnreachable,
        _ => return faults::outage(draw, Duration::ZERO, most),
    };
    lasting(draw, kind, Duration::ZERO, most)
}

fn kind(draw: &mut Draw) -> FaultKind {
    let target = draw.pick(Target::of(Flow::Checkout));
    match draw.index(44) {
        0 | 1 => FaultKind::TransactionThrottled,
        2 => FaultKind::TransactionFails,
        3 => FaultKind::TransactionFailsAfterwards,
        4 => FaultKind::TransactionLost,
        5 | 6 => FaultKind::TransactionAnswerLost,
        7 | 8 => FaultKind::TransactionLate(
            draw.magnitude(Duration::from_millis(500), Duration::from_mins(12)),
        ),
        9..=11 => FaultKind::TransactionSlow(
            draw.magnitude(Duration::from_millis(50), Duration::from_secs(30)),
        ),
        12 => FaultKind::TransactionConflicts,
        13 => FaultKind::ReadFails,
        14..=16 => FaultKind::MarkUnreachable,
        17 => FaultKind::MarkAnswerLost,
        18 => FaultKind::TargetRefuses {
            target,
            code: draw.pick(&["THROTTLING", "ERROR_FROM_TARGET", "TIMEOUT"]),
        },
        19 => FaultKind::TargetGone(target),
        20 | 21 => FaultKind::TargetTwice(target),
        22 => FaultKind::TargetLate(target),
        23 => FaultKind::TrackingUnreachable,
        24 => FaultKind::TrackingAnswerLost,
        25..=29 => of_queue(draw, target),
        30..=33 => of_history(draw),
        _ => faults::before_the_targets(draw),
    }
}

/// What befalls the consumer of a queue.
pub(super) fn of_queue(draw: &mut Draw, target: Target) -> FaultKind {
    match draw.index(8) {
        0 | 1 => FaultKind::QueueConsumerFails(target, crash(draw)),
        2 => FaultKind::QueueConsumerForgets(target),
        3 => FaultKind::QueueConsumerEndsBeforeAnswering(target, crash(draw)),
        4 => FaultKind::QueueConsumerThrottled(target),
        5 => FaultKind::QueueConsumerEndsBeforeRecording(target, crash(draw)),
        6 => FaultKind::RecordsUnreachable,
        _ => FaultKind::RecordsAnswerLost,
    }
}

/// What befalls the consumer that takes each order's events in their order.
fn of_history(draw: &mut Draw) -> FaultKind {
    match draw.index(6) {
        0 => FaultKind::OrderTableThrottled,
        1 => FaultKind::OrderTableUnreachable,
        2 => FaultKind::OrderTableAnswerLost,
        // So that events come early, and some not at all.
        3 | 4 => FaultKind::TargetLate(Target::History),
        _ => FaultKind::TargetGone(Target::History),
    }
}
