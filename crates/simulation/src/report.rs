use std::collections::BTreeMap;
use std::time::Duration;

use crate::observation::Observed;

/// What a run came to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// Everything that happened, in order.
    pub observations: Vec<Observed>,
    /// How much of what happened.
    pub counts: Counts,
    /// How long it took in virtual time.
    pub virtual_time: Duration,
    /// Whether nothing happened any more at the end; if not, something was still going on 30 h after the last fault.
    pub quiet: bool,
}

/// How much happened in a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Changes that the table took.
    pub changes: u64,
    /// Entries that the bus took.
    pub accepted: u64,
    /// Invocations of all functions.
    pub invocations: u64,
    /// How often each kind of fault struck.
    pub faults: BTreeMap<&'static str, u64>,
    /// Kills.
    pub kills: u64,
    /// Shard splits.
    pub splits: u64,
}
