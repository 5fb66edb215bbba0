//! EventBridge pipes from a table's stream to an event bus, run: the engine of [`crate::mapping`] with
//! `PutEvents` in the function's place.
//!
//! [`declared`] reads the stack, [`Pipes`] runs one task per pipe, over the same
//! [`Streams`](crate::mapping::Streams) as mappings. A pipe's progress is durable before what follows from it
//! happens, so it may be ended at any moment: the next start publishes again what was under way.

mod declared;
mod error;
mod pipes;
mod publish;
mod to_bus;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use delivery::target::Backoff;
use delivery::undocumented::STREAM_RETRY_PAUSES;

use crate::mapping::{Engine, Polling};
use crate::{Chance, Clock, FailureDestination, Journal, Store};

pub use declared::{Pipe, declared};
pub use delivery::pipe::CallError;
pub use error::Error;
pub use pipes::{Pipes, State};
pub use publish::PutEvents;

/// What pipes work with.
#[derive(Clone)]
pub struct Surroundings {
    /// Where their progress is kept.
    pub store: Store,
    /// What time it is.
    pub clock: Clock,
    /// Where ids come from.
    pub chance: Chance,
    /// Where they tell what fails and what they give up.
    pub journal: Journal,
    /// Takes their events.
    pub buses: Arc<dyn PutEvents>,
    /// Takes what they give up.
    pub failures: Arc<dyn FailureDestination>,
    /// How streams are read.
    pub polling: Polling,
    /// The pauses between attempts with one batch, which AWS does not document.
    pub pauses: Backoff,
}

impl Surroundings {
    /// The usual pauses between attempts.
    pub const PAUSES: Backoff = STREAM_RETRY_PAUSES;

    fn engine(&self) -> Engine {
        Engine {
            clock: self.clock,
            chance: self.chance.clone(),
            journal: self.journal.clone(),
            polling: self.polling,
            pauses: self.pauses,
        }
    }
}
