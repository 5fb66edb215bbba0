use std::sync::Arc;

use delivery::Time;
use serde_json::Value;

use super::Target;

/// What callers of the shop ask for and hear, and what their transactions do.
#[derive(Clone, Debug, PartialEq)]
pub enum Shopping {
    /// A caller asked for an operation of the scenario.
    Asked {
        /// Counts callers from 1.
        call: u32,
        /// The operation's place in [`Scenario::operations`](crate::Scenario).
        operation: usize,
    },
    /// Its transaction was sent.
    Sent {
        /// Whose.
        call: u32,
        /// The idempotency token.
        token: Arc<str>,
        /// The same number for the same actions.
        request: u64,
        /// The keys of the rows in it.
        rows: Vec<Arc<str>>,
    },
    /// An item of the shop's table was written in its transaction.
    Stored {
        /// Whose.
        call: u32,
        /// The item's key.
        key: Arc<str>,
        /// The item as plain JSON.
        item: Arc<Value>,
    },
    /// The caller heard how it ended.
    Heard {
        /// Which caller.
        call: u32,
        /// How.
        answer: Answer,
    },
    /// The caller's process ended before it heard.
    Left {
        /// Which caller.
        call: u32,
    },
}

/// What a caller of the shop hears.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Its transaction is written.
    Written,
    /// The very order that it wanted was there.
    AlreadyThere,
    /// Nothing was written, for this reason.
    NotWritten(String),
    /// Nobody knows.
    Unknown {
        /// The keys of the rows to look for; absent if nothing was sent that may have been written.
        event_ids: Option<Vec<String>>,
        /// Why.
        reason: String,
    },
}

/// How far a consumer is that works on each event once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Once {
    /// Whose queue it reads.
    pub target: Target,
    /// The producer's id of the event.
    pub event_id: Arc<str>,
    /// What happened.
    pub step: Step,
}

/// A step of a consumer that works on each event once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// The record gave this delivery the lease.
    Claimed {
        /// Drawn for the delivery.
        owner: String,
    },
    /// Its work began.
    Began {
        /// When its lease is over, unless it ends before.
        until: Time,
    },
    /// Its work came to an end, well or not.
    Ended,
    /// The record took that the work is done.
    Completed {
        /// Who said so.
        owner: String,
    },
}

/// What the sweeper found in the outbox.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    /// Rows that are marked as published.
    pub published: u64,
    /// Rows that are too young to tell.
    pub young: u64,
    /// The ids of those in the quarantine.
    pub in_quarantine: Vec<String>,
    /// The ids of those in a failure record.
    pub in_failure_records: Vec<String>,
    /// The ids of those in no known place.
    pub nowhere: Vec<String>,
    /// The ids of rows that can't be read, and whether each lies nowhere.
    pub damaged: Vec<(String, bool)>,
}
