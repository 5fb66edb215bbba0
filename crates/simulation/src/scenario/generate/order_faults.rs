use std::time::Duration;

use super::Draw;
use super::checkout_faults::of_queue;
use super::faults::{crash, for_hours, lasting, no_dead_letter_queue, with_others};
use super::shape::{Reason, Shape};
use crate::observation::Target;
use crate::scenario::{Fault, FaultKind, Flow};

/// What goes wrong in a seed of the flow of orders.
pub(super) fn faults(draw: &mut Draw, shape: Shape) -> Vec<Fault> {
    let faults = match shape {
        Shape::Short(_) | Shape::BadDeployment(_) => Vec::new(),
        Shape::Long(span) => vec![outage(draw, span)],
        Shape::Leaving(reason) => leaving(draw, reason),
    };
    with_others(draw, shape, faults, 7, kind)
}

/// The bus takes nothing, or a target does not.
fn outage(draw: &mut Draw, most: Duration) -> Fault {
    let kind = match draw.index(6) {
        0 | 1 => FaultKind::EntryRefused("InternalFailure"),
        2 => FaultKind::CallRefused {
            status: 503,
            code: "ServiceUnavailable",
        },
        3 => FaultKind::CallLost,
        4 => FaultKind::EntryRefused("ThrottlingException"),
        _ => FaultKind::TargetRefuses {
            target: draw.pick(Target::of(Flow::Orders)),
            code: "ERROR_FROM_TARGET",
        },
    };
    lasting(draw, kind, Duration::ZERO, most)
}

/// The faults without which nothing would be lost.
fn leaving(draw: &mut Draw, reason: Reason) -> Vec<Fault> {
    match reason {
        Reason::Trimmed => {
            let until = u64::from(draw.between(21, 26));
            let refused = FaultKind::CallRefused {
                status: 503,
                code: "ServiceUnavailable",
            };
            let hours = u64::from(draw.between(23, 27));
            vec![
                for_hours(draw, refused, until),
                for_hours(draw, FaultKind::FailureDestinationUnreachable, hours),
            ]
        }
        Reason::NoConsumerDestination | Reason::PipeStops => {
            let hours = u64::from(draw.between(1, 3));
            let refused = FaultKind::CallRefused {
                status: 400,
                code: "AccessDeniedException",
            };
            vec![for_hours(draw, refused, hours)]
        }
        Reason::NoDeadLetterQueue => no_dead_letter_queue(draw, Flow::Orders),
    }
}

/// Refusals for missing rights stop a pipe, so they are no fault that it bridges.
fn kind(draw: &mut Draw) -> FaultKind {
    let target = draw.pick(Target::of(Flow::Orders));
    match draw.index(32) {
        0..5 => FaultKind::EntryRefused(draw.pick(&[
            "ThrottlingException",
            "ThrottlingException",
            "InternalFailure",
            // Never passes.
            "MalformedDetail",
        ])),
        5..7 => {
            let (status, code) = draw.pick(&[
                (500, "InternalException"),
                (503, "ServiceUnavailable"),
                (429, "TooManyRequestsException"),
                (400, "ThrottlingException"),
            ]);
            FaultKind::CallRefused { status, code }
        }
        7 | 8 => {
            FaultKind::CallSlow(draw.magnitude(Duration::from_millis(100), Duration::from_mins(6)))
        }
        9 | 10 => FaultKind::AnswerLost,
        11 => FaultKind::CallLost,
        12 | 13 => FaultKind::FailureDestinationUnreachable,
        14 => FaultKind::StreamUnreadable,
        15 => FaultKind::TargetRefuses {
            target,
            code: draw.pick(&["THROTTLING", "ERROR_FROM_TARGET", "TIMEOUT"]),
        },
        16 => FaultKind::TargetGone(target),
        17 => FaultKind::TargetTwice(target),
        18..20 => FaultKind::TargetLate(target),
        20..23 => FaultKind::QueueConsumerFails(target, crash(draw)),
        23 => FaultKind::QueueConsumerForgets(target),
        24 | 25 => FaultKind::QueueConsumerEndsBeforeAnswering(target, crash(draw)),
        26 => FaultKind::QueueConsumerThrottled(target),
        27 => FaultKind::QuarantineUnreachable,
        28 => FaultKind::QuarantineAnswerLost,
        29 => FaultKind::TrackingUnreachable,
        30 => of_queue(draw, target),
        _ => FaultKind::TrackingAnswerLost,
    }
}
