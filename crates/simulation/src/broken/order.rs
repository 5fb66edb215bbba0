//! Where the consumer that takes each key's events in their order asks its variant.

use std::time::Duration;

use outbox::consume::order::{Bounds, Lane, Versioned};

use super::Variant;

impl Variant {
    /// The bounds of what is parked, given what they should be.
    pub(crate) fn bounds(self, bounds: Bounds) -> Bounds {
        match self {
            Self::GivesUpAtOnce => Bounds {
                patience: Duration::ZERO,
                ..bounds
            },
            _ => bounds,
        }
    }

    /// Whether a schedule looks for what has waited too long.
    pub(crate) fn has_schedule(self) -> bool {
        self != Self::HasNoSchedule
    }

    /// What the consumer reads in place of a lane.
    pub(crate) fn loaded(self, mut versioned: Versioned) -> Versioned {
        if self == Self::IgnoresHold {
            versioned.lane.hold = None;
        }
        versioned
    }

    /// What the order table has after the save of a lane that had `version` when it was read; nothing if it refuses it.
    pub(crate) fn keeps(self, there: &Versioned, lane: &Lane, version: u64) -> Option<Lane> {
        let is_current = there.version == version;
        let mut kept = lane.clone();
        match self {
            Self::SavesUnchecked => return Some(kept),
            Self::LetsGoBlindly if !is_current => return let_go(&there.lane, lane),
            Self::DropsParked if lane.given_up.len() > there.lane.given_up.len() => {
                kept.parked.clear();
            }
            Self::ForgetsGaps => kept.given_up.clear(),
            _ => {}
        }
        is_current.then_some(kept)
    }
}

/// What is there, with what the delivery that lets go of it has consumed; what was parked meanwhile stays so. Nothing
/// if it is no such delivery.
fn let_go(there: &Lane, lane: &Lane) -> Option<Lane> {
    let lets_go = there.hold.is_some() && lane.hold.is_none() && lane.seen > there.seen;
    let mut kept = Lane {
        parked: there.parked.clone(),
        ..lane.clone()
    };
    kept.parked.retain(|sequence, _| *sequence > lane.seen);
    lets_go.then_some(kept)
}
