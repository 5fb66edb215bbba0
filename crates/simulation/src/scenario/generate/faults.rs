use std::time::Duration;

use super::Draw;
use super::shape::{Reason, Shape};
use crate::observation::Target;
use crate::scenario::{Crash, Fault, FaultKind, Flow};

/// What goes wrong in a seed.
pub(super) fn faults(draw: &mut Draw, shape: Shape) -> Vec<Fault> {
    let faults = match shape {
        Shape::Short(_) | Shape::BadDeployment(_) => Vec::new(),
        Shape::Long(span) if draw.chance(300) => vec![outage_behind_the_bus(draw, span * 2)],
        Shape::Long(span) => vec![outage(draw, Duration::ZERO, span)],
        Shape::Leaving(reason) => leaving(draw, reason),
    };
    with_others(draw, shape, faults, 7, kind)
}

/// These faults and up to `most` others, in the order in which they begin.
pub(super) fn with_others(
    draw: &mut Draw,
    shape: Shape,
    mut faults: Vec<Fault>,
    most: u32,
    kind: fn(&mut Draw) -> FaultKind,
) -> Vec<Fault> {
    let more = if draw.chance(120) {
        0
    } else {
        draw.small(most)
    };
    for _ in 0..more {
        faults.push(somewhere(draw, shape, kind));
    }
    faults.sort_by_key(|fault| fault.from);
    faults
}

/// The relay can't do its work at all.
pub(super) fn outage(draw: &mut Draw, from: Duration, most: Duration) -> Fault {
    let kind = match draw.index(9) {
        0 => FaultKind::EntryRefused("ThrottlingException"),
        1 => FaultKind::CallRefused {
            status: 503,
            code: "ServiceUnavailable",
        },
        2 => FaultKind::CallLost,
        3 => FaultKind::RelayEndsBeforePublishing(crash(draw)),
        4 => FaultKind::EntryRefused("AccessDeniedException"),
        _ => FaultKind::RelayThrottled,
    };
    lasting(draw, kind, from, most)
}

/// Something behind the bus can't do its work at all.
fn outage_behind_the_bus(draw: &mut Draw, most: Duration) -> Fault {
    let kind = match draw.index(3) {
        0 => FaultKind::ConsumerThrottled,
        1 => FaultKind::TargetRefuses {
            target: draw.pick(Target::of(Flow::Users)),
            code: "ERROR_FROM_TARGET",
        },
        _ => FaultKind::QuarantineUnreachable,
    };
    lasting(draw, kind, Duration::ZERO, most)
}

pub(super) fn lasting(draw: &mut Draw, kind: FaultKind, from: Duration, most: Duration) -> Fault {
    Fault {
        from,
        until: from + draw.duration(most / 2, most),
        per_mille: 1000,
        at_most: None,
        seed: draw.seed(),
        kind,
    }
}

/// From the beginning on, always, for so many hours.
pub(super) fn for_hours(draw: &mut Draw, kind: FaultKind, hours: u64) -> Fault {
    Fault {
        from: Duration::ZERO,
        until: Duration::from_hours(hours),
        per_mille: 1000,
        at_most: None,
        seed: draw.seed(),
        kind,
    }
}

/// The faults without which nothing would be lost.
fn leaving(draw: &mut Draw, reason: Reason) -> Vec<Fault> {
    match reason {
        Reason::Trimmed => {
            let outage = outage(draw, Duration::ZERO, Duration::from_hours(1));
            until_trimmed(draw, outage)
        }
        Reason::NoConsumerDestination | Reason::PipeStops => {
            let crash = crash(draw);
            let mut fault = for_hours(draw, FaultKind::ConsumerFails(crash), 1);
            fault.per_mille = draw.pick(&[500, 900, 1000]);
            vec![fault]
        }
        Reason::NoDeadLetterQueue => no_dead_letter_queue(draw, Flow::Users),
    }
}

/// An outage until the stream forgets records, which the failure destination can't take meanwhile.
pub(super) fn until_trimmed(draw: &mut Draw, mut outage: Fault) -> Vec<Fault> {
    outage.until = Duration::from_hours(u64::from(draw.between(21, 26)));
    let hours = u64::from(draw.between(23, 27));
    vec![
        outage,
        for_hours(draw, FaultKind::FailureDestinationUnreachable, hours),
    ]
}

/// A target is gone, and its dead-letter queue refuses.
pub(super) fn no_dead_letter_queue(draw: &mut Draw, flow: Flow) -> Vec<Fault> {
    let target = draw.pick(Target::of(flow));
    vec![
        for_hours(draw, FaultKind::TargetGone(target), 1),
        for_hours(draw, FaultKind::DeadLetterQueueRefuses(target), 1),
    ]
}

/// A fault of this kind, somewhere in the time in which callers write.
fn somewhere(draw: &mut Draw, shape: Shape, kind: fn(&mut Draw) -> FaultKind) -> Fault {
    let from = draw.duration(Duration::ZERO, shape.span());
    let single = draw.chance(250);
    let longest = match shape {
        Shape::Short(_) => Duration::from_mins(4),
        _ => Duration::from_mins(20),
    };
    Fault {
        from,
        until: from + draw.magnitude(Duration::from_millis(500), longest),
        per_mille: if single {
            1000
        } else {
            draw.pick(&[30, 100, 300, 500, 900, 1000])
        },
        at_most: single.then(|| draw.small(3)),
        seed: draw.seed(),
        kind: kind(draw),
    }
}

fn kind(draw: &mut Draw) -> FaultKind {
    let target = draw.pick(Target::of(Flow::Users));
    let queue = draw.pick(&[Target::Queue, Target::Audit]);
    match draw.index(32) {
        0..20 => before_the_targets(draw),
        20 => FaultKind::TargetRefuses {
            target,
            code: draw.pick(&["THROTTLING", "ERROR_FROM_TARGET", "TIMEOUT"]),
        },
        21 => FaultKind::TargetGone(target),
        22 => FaultKind::TargetTwice(target),
        23 => FaultKind::TargetLate(target),
        24 => FaultKind::ConsumerFails(crash(draw)),
        25 if draw.chance(300) => FaultKind::ConsumerThrottled,
        25 if draw.chance(500) => FaultKind::ConsumerDestinationUnreachable,
        25 => FaultKind::ConsumerEndsBeforeAnswering(crash(draw)),
        26..=28 => FaultKind::QueueConsumerFails(queue, crash(draw)),
        29 => FaultKind::RelayExitsAfter(
            draw.magnitude(Duration::from_millis(1), Duration::from_millis(500)),
        ),
        30 if draw.chance(500) => FaultKind::RecordsUnreachable,
        30 => FaultKind::RecordsAnswerLost,
        _ => match draw.index(3) {
            0 => FaultKind::QueueConsumerForgets(queue),
            1 => FaultKind::QueueConsumerEndsBeforeAnswering(queue, crash(draw)),
            _ => FaultKind::QueueConsumerThrottled(queue),
        },
    }
}

/// What befalls the relay, the stream, the bus and where failures go.
pub(super) fn before_the_targets(draw: &mut Draw) -> FaultKind {
    match draw.index(20) {
        0..4 => FaultKind::EntryRefused(draw.pick(&[
            "ThrottlingException",
            "ThrottlingException",
            "InternalFailure",
            "AccessDeniedException",
            // Never passes: poison.
            "MalformedDetail",
        ])),
        4 | 5 => {
            let (status, code) = draw.pick(&[
                (500, "InternalException"),
                (503, "ServiceUnavailable"),
                (502, ""),
                (429, "TooManyRequestsException"),
                (400, "ThrottlingException"),
                (400, "AccessDeniedException"),
            ]);
            FaultKind::CallRefused { status, code }
        }
        6 | 7 => {
            FaultKind::CallSlow(draw.magnitude(Duration::from_millis(100), Duration::from_secs(40)))
        }
        8 | 9 => FaultKind::AnswerLost,
        10 => FaultKind::CallLost,
        11 | 12 => FaultKind::RelayEndsBeforePublishing(crash(draw)),
        13..=15 => FaultKind::RelayEndsBeforeAnswering(crash(draw)),
        16 => FaultKind::RelayThrottled,
        17 => FaultKind::QuarantineUnreachable,
        18 if draw.chance(500) => FaultKind::QuarantineAnswerLost,
        18 => FaultKind::FailureDestinationUnreachable,
        _ => FaultKind::StreamUnreadable,
    }
}

pub(super) fn crash(draw: &mut Draw) -> Crash {
    draw.pick(&[Crash::Exits, Crash::Panics, Crash::TimesOut, Crash::Errors])
}
