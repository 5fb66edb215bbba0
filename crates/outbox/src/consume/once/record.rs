use jiff::Timestamp;

/// One delivery that wants to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claim<'a> {
    /// The consumer: with the event's id the key of the record.
    pub consumer: &'a str,
    /// The id that the producer gave to the event.
    pub event_id: &'a str,
    /// Drawn for this delivery: who has the lease.
    pub owner: &'a str,
    /// The hash of the event's data.
    pub payload: &'a str,
    /// The time of the claim; stores compare with it and not with a clock of their own.
    pub now: Timestamp,
    /// When the lease ends; milliseconds count.
    pub lease_until: Timestamp,
    /// When the record is to be forgotten; whole seconds count.
    pub expires_at: Timestamp,
}

/// What became of a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claimed {
    /// The lease is the claim's, and nobody else's until it ends.
    Granted,
    /// Another delivery came first.
    Refused(Known),
}

/// What a record says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// The hash of the data that the event had.
    pub payload: String,
    /// How far the work is.
    pub state: State,
}

/// How far the work for an event is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// Begun, and not known to have ended.
    InProgress {
        /// The end of the lease.
        lease_until: Timestamp,
    },
    /// Done.
    Completed {
        /// What it gave, as JSON.
        result: String,
    },
}
