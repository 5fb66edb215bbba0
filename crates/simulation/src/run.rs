//! Plays a scenario.

use thiserror::Error;

use crate::play::play;
use crate::report::Report;
use crate::world::LifeError;
use crate::{Scenario, Variant};

/// A run that could not be made; no fault of the scenario leads to it.
#[derive(Debug, Error)]
#[error("the simulation can't run: {0}")]
pub struct RunError(Box<dyn std::error::Error + Send + Sync>);

impl From<LifeError> for RunError {
    fn from(error: LifeError) -> Self {
        Self(Box::new(error))
    }
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
