use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use contract::Sequence;
use jiff::Timestamp;
use tokio::task::yield_now;

use crate::consume::order::{Lane, LaneKey, LaneStore, Overdue, SeenStore, Versioned};
use crate::publish::CallError;
use crate::relay::lock;

/// A [`SeenStore`] and [`LaneStore`] in memory, which gives way to other tasks before each step. Clones share what they
/// keep.
#[derive(Debug, Clone, Default)]
pub struct Lanes(Arc<Mutex<Inside>>);

/// By consumer and key.
#[derive(Debug, Default)]
struct Inside {
    seen: BTreeMap<(String, String), Sequence>,
    lanes: BTreeMap<(String, String), Versioned>,
}

impl Lanes {
    /// No keys yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl SeenStore for Lanes {
    async fn see(&self, lane: LaneKey<'_>, sequence: &Sequence) -> Result<bool, CallError> {
        yield_now().await;
        let mut inside = lock(&self.0);
        let seen = inside
            .seen
            .entry(owned(lane))
            .or_insert_with(|| sequence.clone());
        let newest = *seen <= *sequence;
        if newest {
            *seen = sequence.clone();
        }
        Ok(newest)
    }
}

impl LaneStore for Lanes {
    async fn load(&self, key: LaneKey<'_>) -> Result<Versioned, CallError> {
        yield_now().await;
        let inside = lock(&self.0);
        Ok(inside.lanes.get(&owned(key)).cloned().unwrap_or_default())
    }

    async fn save(&self, key: LaneKey<'_>, lane: &Lane, version: u64) -> Result<bool, CallError> {
        yield_now().await;
        let mut inside = lock(&self.0);
        let stored = inside.lanes.entry(owned(key)).or_default();
        let unchanged = stored.version == version;
        if unchanged {
            *stored = Versioned {
                lane: lane.clone(),
                version: version + 1,
            };
        }
        Ok(unchanged)
    }

    async fn overdue(
        &self,
        consumer: &str,
        parked_by: Timestamp,
    ) -> Result<Vec<Overdue>, CallError> {
        yield_now().await;
        let inside = lock(&self.0);
        let overdue = inside.lanes.iter().filter(|((of, _), stored)| {
            of == consumer && stored.lane.parked_since().is_some_and(|at| at <= parked_by)
        });
        Ok(overdue
            .map(|((_, key), _)| Overdue { key: key.clone() })
            .collect())
    }
}

fn owned(lane: LaneKey<'_>) -> (String, String) {
    (lane.consumer.to_owned(), lane.key.to_owned())
}
