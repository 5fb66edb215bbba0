use contract::Sequence;
use jiff::Timestamp;

use super::{Lane, LaneKey};
use crate::publish::CallError;

/// Where [`Newest`](super::Newest) keeps the last sequence of each key.
pub trait SeenStore {
    /// Keeps a sequence unless a greater one is kept, in one atomic step, and tells whether it was kept. The same one
    /// once more is kept again.
    ///
    /// # Errors
    /// [`CallError`] when that is unknown or can't be done.
    fn see(
        &self,
        lane: LaneKey<'_>,
        sequence: &Sequence,
    ) -> impl Future<Output = Result<bool, CallError>> + Send;
}

/// A lane as it was read, with the number by which a store knows whether it has changed since.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Versioned {
    /// What was read.
    pub lane: Lane,
    /// Grows with every change; 0 for a lane that is not there yet.
    pub version: u64,
}

/// A key of which an event has waited too long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overdue {
    /// `metadata.key`.
    pub key: String,
}

/// Where [`Gapless`](super::Gapless) keeps its lanes. Each operation is atomic and makes one attempt.
pub trait LaneStore {
    /// The lane of a key as it is now, also when it changed a moment ago.
    ///
    /// # Errors
    /// [`CallError`] when it can't be read.
    fn load(&self, key: LaneKey<'_>) -> impl Future<Output = Result<Versioned, CallError>> + Send;

    /// Replaces the lane of a key if it still has `version`, by one with the next version, and tells whether it had.
    ///
    /// # Errors
    /// [`CallError`] when that is unknown or can't be done.
    fn save(
        &self,
        key: LaneKey<'_>,
        lane: &Lane,
        version: u64,
    ) -> impl Future<Output = Result<bool, CallError>> + Send;

    /// The keys of a consumer with an event that was parked at `parked_by` or before.
    ///
    /// # Errors
    /// [`CallError`] when they can't be read.
    fn overdue(
        &self,
        consumer: &str,
        parked_by: Timestamp,
    ) -> impl Future<Output = Result<Vec<Overdue>, CallError>> + Send;
}

impl<S: LaneStore + Sync> LaneStore for &S {
    fn load(&self, key: LaneKey<'_>) -> impl Future<Output = Result<Versioned, CallError>> + Send {
        (**self).load(key)
    }

    fn save(
        &self,
        key: LaneKey<'_>,
        lane: &Lane,
        version: u64,
    ) -> impl Future<Output = Result<bool, CallError>> + Send {
        (**self).save(key, lane, version)
    }

    fn overdue(
        &self,
        consumer: &str,
        parked_by: Timestamp,
    ) -> impl Future<Output = Result<Vec<Overdue>, CallError>> + Send {
        (**self).overdue(consumer, parked_by)
    }
}
