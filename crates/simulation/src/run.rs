//! Plays a scenario.

use std::collections::BTreeMap;
use std::sync::Once;
use std::time::Duration;

use thiserror::Error;

use crate::observation::Observed;
use crate::play::play;
use crate::world::LifeError;
use crate::{Scenario, Variant};

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

/// A run that could not be made; no fault of the scenario leads to it.
#[derive(Debug, Error)]
#[error("the simulation can't run: {0}")]
pub struct RunError(Box<dyn std::error::Error + Send + Sync>);

impl From<LifeError> for RunError {
    fn from(error: LifeError) -> Self {
        Self(Box::new(error))
    }
}

/// What simulated functions panic with.
pub(crate) const SIMULATED_PANIC: &str = "simulated";

/// Panics of simulated functions print nothing from now on, others as before. For the whole process.
pub fn silence_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if panic.payload_as_str() != Some(SIMULATED_PANIC) {
                usual(panic);
            }
        }));
    });
}

/// Plays a scenario with a variant of the product to its end.
///
/// # Errors
/// The machine can't do it, or the simulated application is declared wrongly.
pub fn run(scenario: &Scenario, variant: Variant) -> Result<Report, RunError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .map_err(|error| RunError(Box::new(error)))?;
    Ok(runtime.block_on(play(scenario, variant))?)
}
