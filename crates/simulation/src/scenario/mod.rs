//! What a seed means: settings, operations, faults, splits and kills, as data that can be shrunk and
//! told.

mod checkout;
mod envelope;
mod fault;
mod flow;
mod generate;
mod settings;
mod workload;

pub use checkout::{Call, Damage, Line};
pub use fault::{Crash, Fault, FaultKind};
pub use flow::Flow;
pub use settings::Settings;
pub use workload::{Content, Operation, Write};

use std::time::Duration;

/// Everything that a run does by itself. All times count from the run's start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scenario {
    /// The seed that it was made of; also that of all ids and jitter in the run.
    pub seed: u64,
    /// What is played.
    pub flow: Flow,
    /// How the application is set up.
    pub settings: Settings,
    /// What callers do to the table, in the order of time.
    pub operations: Vec<Operation>,
    /// What goes wrong, and when.
    pub faults: Vec<Fault>,
    /// When a shard splits, in the order of time; the run picks the shard by the number.
    pub splits: Vec<Split>,
    /// When the emulator is killed, in the order of time.
    pub kills: Vec<Kill>,
}

/// A shard splits into two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Split {
    /// When.
    pub at: Duration,
    /// Which: this number modulo the count of open shards.
    pub shard: usize,
}

/// The emulator dies and is started again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kill {
    /// When it dies, or from when on its commits are counted.
    pub at: Duration,
    /// If present, it dies right after so many further commits that changed something, 1 is the next one.
    pub after_commits: Option<u32>,
    /// How long it stays away.
    pub down: Duration,
}
