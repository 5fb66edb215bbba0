//! The order table of the consumer that takes each key's events in their order.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use outbox::consume::order::{Lane, LaneKey, LaneStore, Overdue, Versioned};
use outbox::publish::CallError;

use crate::observation::{KeptLane, Observation, Ordered, Turn};
use crate::scenario::FaultKind;
use crate::world::Ground;

/// The table, by consumer and key. A kill does not touch it.
#[derive(Debug, Default)]
pub(crate) struct Lanes(Mutex<BTreeMap<(String, String), Row>>);

/// The lane of a key, as the real table has it.
#[derive(Debug, Default)]
struct Row {
    version: u64,
    /// JSON.
    lane: String,
    parked_since: Option<Timestamp>,
}

impl Lanes {
    /// Whether any event is parked.
    pub(crate) fn has_parked(&self) -> bool {
        let rows = self.rows();
        rows.values().any(|row| row.parked_since.is_some())
    }

    fn rows(&self) -> MutexGuard<'_, BTreeMap<(String, String), Row>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Row {
    fn versioned(&self) -> Result<Versioned, CallError> {
        let lane = serde_json::from_str(&self.lane);
        Ok(Versioned {
            lane: lane.map_err(|error| CallError::NoAnswer(error.to_string()))?,
            version: self.version,
        })
    }
}

/// The table, as the consumer reaches it.
pub(super) struct LanesOf(pub(super) Arc<Ground>);

impl LanesOf {
    /// Does something, unless a fault keeps it away; its answer may be lost.
    async fn call<A>(
        &self,
        work: impl FnOnce(&Ground) -> Result<A, CallError> + Send,
    ) -> Result<A, CallError> {
        let Self(ground) = self;
        ground.takes(1, 10).await;
        let failed = |reason: &str| Err(CallError::NoAnswer(reason.to_owned()));
        if ground.strikes(&FaultKind::OrderTableUnreachable) {
            return failed("connection refused");
        }
        if ground.strikes(&FaultKind::OrderTableThrottled) {
            return Err(CallError::Refused {
                status: 400,
                code: "ProvisionedThroughputExceededException".to_owned(),
                message: "the simulation wants it so".to_owned(),
            });
        }
        let answer = work(ground);
        if ground.strikes(&FaultKind::OrderTableAnswerLost) {
            return failed("connection reset");
        }
        ground.takes(1, 10).await;
        answer
    }
}

impl LaneStore for LanesOf {
    async fn load(&self, key: LaneKey<'_>) -> Result<Versioned, CallError> {
        self.call(|ground| {
            let rows = ground.lanes.rows();
            let loaded = rows
                .get(&owned(key))
                .map_or_else(|| Ok(Versioned::default()), Row::versioned);
            loaded.map(|versioned| ground.variant.loaded(versioned))
        })
        .await
    }

    async fn save(&self, key: LaneKey<'_>, lane: &Lane, version: u64) -> Result<bool, CallError> {
        self.call(|ground| {
            let mut rows = ground.lanes.rows();
            let there = rows.get(&owned(key));
            let there = there.map_or_else(|| Ok(Versioned::default()), Row::versioned)?;
            let Some(lane) = ground.variant.keeps(&there, lane, version) else {
                return Ok(false);
            };
            let row = Row {
                version: there.version + 1,
                parked_since: lane.parked_since(),
                lane: serde_json::to_string(&lane)
                    .map_err(|error| CallError::NotSent(error.to_string()))?,
            };
            rows.insert(owned(key), row);
            ground.observe(Observation::Ordered(Ordered {
                key: key.key.into(),
                step: Turn::Kept(kept(&lane)),
            }));
            Ok(true)
        })
        .await
    }

    async fn overdue(
        &self,
        consumer: &str,
        parked_by: Timestamp,
    ) -> Result<Vec<Overdue>, CallError> {
        self.call(|ground| {
            let rows = ground.lanes.rows();
            let overdue = rows.iter().filter(|((of, _), row)| {
                of == consumer && row.parked_since.is_some_and(|since| since <= parked_by)
            });
            let keys = overdue.map(|((_, key), _)| Overdue { key: key.clone() });
            Ok(keys.collect())
        })
        .await
    }
}

fn owned(lane: LaneKey<'_>) -> (String, String) {
    (lane.consumer.to_owned(), lane.key.to_owned())
}

fn kept(lane: &Lane) -> KeptLane {
    let parked = lane.parked.iter();
    let given_up = lane.given_up.iter();
    KeptLane {
        seen: lane.seen,
        held: lane.hold.is_some(),
        parked: parked
            .map(|(it, parked)| (*it, parked.event.len()))
            .collect(),
        given_up: given_up.map(|gap| (gap.first, gap.last)).collect(),
    }
}
