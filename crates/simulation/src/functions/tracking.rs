use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use order_tracking::status::Tracked;
use order_tracking::store::{NotTracked, Outcome, Tracking};

use crate::observation::Observation;
use crate::scenario::FaultKind;
use crate::world::Ground;

/// The items of the tracking table: the sequence of each order's status. A kill does not touch them.
#[derive(Debug, Default)]
pub(crate) struct Statuses(Mutex<BTreeMap<String, String>>);

/// The tracking table, in memory: it takes a status on the condition that the function's own table has.
pub(super) struct TrackingTable<'a>(pub(super) &'a Ground);

impl Tracking for TrackingTable<'_> {
    async fn keep(&self, status: &Tracked) -> Result<Outcome, NotTracked> {
        let Self(ground) = self;
        ground.takes(1, 10).await;
        let failed = |reason: &str| NotTracked {
            id: status.id.clone(),
            reason: reason.to_owned(),
        };
        if ground.strikes(&FaultKind::TrackingUnreachable) {
            return Err(failed("connection refused"));
        }
        let outcome = ground.statuses.keep(status, ground);
        ground.takes(1, 10).await;
        if ground.strikes(&FaultKind::TrackingAnswerLost) {
            return Err(failed("connection reset"));
        }
        Ok(outcome)
    }
}

impl Statuses {
    fn keep(&self, status: &Tracked, ground: &Ground) -> Outcome {
        let sequence = status.sequence.padded();
        let mut statuses = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Padded sequences compare as text, as in the condition of the real table.
        let is_newer = statuses.get(&status.id).is_none_or(|old| *old < sequence);
        if !is_newer && ground.variant.tracks_the_newest() {
            return Outcome::Outdated;
        }
        statuses.insert(status.id.clone(), sequence);
        ground.observe(Observation::Tracked {
            order: status.id.clone(),
            status: status.status.to_string(),
            sequence: status.sequence.to_string(),
        });
        Outcome::Kept
    }
}
