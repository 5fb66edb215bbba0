use std::sync::Arc;

use delivery::target::Backoff;
use delivery::undocumented::STREAM_RETRY_PAUSES;

use super::Polling;
use crate::{Chance, Clock, FailureDestination, Journal, Store};

/// What reading streams works with, for mappings and for pipes.
#[derive(Clone)]
pub struct Surroundings {
    /// Where the progress is kept.
    pub store: Store,
    /// What time it is.
    pub clock: Clock,
    /// Where ids come from.
    pub chance: Chance,
    /// Where it is told what fails and what is given up.
    pub journal: Journal,
    /// Takes what is given up.
    pub failures: Arc<dyn FailureDestination>,
    /// How streams are read.
    pub polling: Polling,
    /// The pauses between attempts with one batch, which AWS does not document.
    pub pauses: Backoff,
}

impl Surroundings {
    /// The usual pauses between attempts.
    pub const PAUSES: Backoff = STREAM_RETRY_PAUSES;
}
