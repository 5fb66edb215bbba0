//! What the machine of a shard is told, and what it wants to happen.

use crate::Time;
use crate::undocumented::RECORD_AGE_EXCEEDED;

use super::{Ending, Progress, SequenceNumber};

/// One stream record that passed the filters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record<P> {
    /// Its place in the shard.
    pub sequence_number: SequenceNumber,
    /// The item's full primary key, in any form that is the same for the same item.
    pub item: String,
    /// When the change was made.
    pub created_at: Time,
    /// How many bytes of the function's event it takes.
    pub bytes: usize,
    /// Whatever the caller needs to make the event from.
    pub payload: P,
}

/// What the machine is told.
#[derive(Clone, Debug)]
pub enum Input<P> {
    /// What an [`Effect::Read`] found.
    Records {
        /// In order, behind the place that was asked for, without those that were filtered out.
        records: Vec<Record<P>>,
        /// Everything up to here was looked at; `None` if there was nothing.
        read_to: Option<SequenceNumber>,
        /// Whether this was all there is at the moment.
        exhausted: bool,
        /// Whether nothing will ever come behind this: the shard was split, or is gone.
        closed: bool,
    },
    /// An [`Effect::Invoke`] ended.
    Ended {
        /// The lane it was for.
        lane: usize,
        /// The request id of the invocation.
        request_id: String,
        /// How it ended.
        ending: Ending,
    },
    /// An [`Effect::Discard`] was done, or could not be.
    Discarded {
        /// The lane it was for.
        lane: usize,
        /// Whether the records are where they belong now.
        stored: bool,
    },
    /// The time of an [`Effect::Wake`] has come, or the machine starts.
    Woken,
}

/// What the machine wants to happen, in this order.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect<P> {
    /// Make the progress durable before doing what follows.
    Commit(Progress),
    /// Read the shard, at once if the last read left something, else when there may be more.
    Read {
        /// From behind this record; `None`: from the oldest.
        after: Option<SequenceNumber>,
        /// At most so many records.
        limit: usize,
    },
    /// Run the function with these records.
    Invoke {
        /// The lane they are of: one invocation at a time each.
        lane: usize,
        /// In order.
        records: Vec<Record<P>>,
    },
    /// Put these records into the failure destination.
    Discard(Discard<P>),
    /// Tell that these records are lost: the stream dropped them before they were done.
    Expired(Vec<Record<P>>),
    /// Come back at this time if nothing happens before; it replaces the time asked for before.
    Wake(Time),
}

/// Records that are given up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Discard<P> {
    /// The lane they are of.
    pub lane: usize,
    /// In order.
    pub records: Vec<Record<P>>,
    /// Which limit was reached.
    pub condition: Condition,
    /// How often the function ran with them.
    pub invocations: u32,
    /// The request id of the last run; `None` if there was none.
    pub request_id: Option<String>,
    /// Whether the last run ended with a function error.
    pub function_error: bool,
}

/// The limit that made a mapping give up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// The batch failed once more than it may be retried.
    RetryAttemptsExhausted,
    /// The record is older than the mapping takes.
    RecordAgeExceeded,
}

impl Condition {
    /// AWS's name for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::RetryAttemptsExhausted => "RetryAttemptsExhausted",
            Self::RecordAgeExceeded => RECORD_AGE_EXCEEDED,
        }
    }
}
