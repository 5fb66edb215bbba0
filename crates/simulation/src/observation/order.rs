use std::sync::Arc;

use delivery::Time;

/// How far a consumer is that takes the events of each key in their order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ordered {
    /// The key: `metadata.key`.
    pub key: Arc<str>,
    /// What happened.
    pub step: Turn,
}

/// A step of a consumer that takes the events of each key in their order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Turn {
    /// The handler was given an event.
    Began {
        /// Its sequence.
        sequence: u64,
        /// When the lease is over, unless it ends before.
        until: Time,
    },
    /// The handler came to an end.
    Ended {
        /// The event's sequence.
        sequence: u64,
        /// Whether it said that it has succeeded.
        well: bool,
    },
    /// The order table took this, whether or not the consumer heard of it.
    Kept(KeptLane),
    /// The consumer reported that it does not wait for these events any more.
    GaveUp {
        /// The sequence of the first of them.
        first: u64,
        /// The sequence of the last of them.
        last: u64,
    },
}

/// What the order table has of a key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeptLane {
    /// The sequence of the last event that was consumed.
    pub seen: u64,
    /// Whether a delivery has the key, or had it when it died.
    pub held: bool,
    /// The events that wait: the sequence of each, and how many bytes it has.
    pub parked: Vec<(u64, usize)>,
    /// The first and last of those that were given up.
    pub given_up: Vec<(u64, u64)>,
}
