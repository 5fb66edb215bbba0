//! Event source mappings on queues, run: the machine of [`delivery::queue_mapping`] between a queue
//! and a function.
//!
//! [`declared`] reads the stack, [`QueueMappings`] runs one task per mapping (`poller`). A task keeps
//! nothing: what it has received and not deleted shows again in the queue when its visibility timeout
//! ends, so it can be ended at any moment.

mod advice;
mod declared;
mod message;
mod poller;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use delivery::target::Backoff;
use delivery::undocumented::QUEUE_THROTTLE_PAUSES;
use tokio::task::JoinSet;

use crate::mapping::Polling;
use crate::sqs::{Queues, Refusal};
use crate::{Chance, Clock, Invoke, Journal};

pub use declared::{Mapping, declared};

pub(crate) use declared::QUEUE_ARN;

use poller::Poller;

/// What mappings on queues work with.
#[derive(Clone)]
pub struct Surroundings {
    /// The queues they read.
    pub queues: Queues,
    /// What time it is.
    pub clock: Clock,
    /// Where ids come from.
    pub chance: Chance,
    /// Where they tell what a person should see.
    pub journal: Journal,
    /// Runs the functions.
    pub invoke: Arc<dyn Invoke>,
    /// Whether a batching window may take as long as on AWS.
    pub polling: Polling,
    /// The pauses between attempts to run a throttled function, which AWS does not document.
    pub pauses: Backoff,
}

impl Surroundings {
    /// The usual pauses between attempts to run a throttled function.
    pub const PAUSES: Backoff = QUEUE_THROTTLE_PAUSES;
}

/// Running mappings. Dropping this ends them at once; what was under way comes again.
#[derive(Debug)]
pub struct QueueMappings {
    _tasks: JoinSet<()>,
}

impl QueueMappings {
    /// Starts every enabled mapping.
    ///
    /// # Errors
    /// A mapping's queue is not there: none is started then.
    pub fn start(mappings: Vec<Mapping>, surroundings: &Surroundings) -> Result<Self, Refusal> {
        let mut pollers = Vec::new();
        for mapping in mappings {
            let queue = surroundings
                .queues
                .with_arn(&mapping.queue_arn)
                .ok_or_else(|| Refusal::NoQueue(mapping.queue_arn.clone()))?;
            if mapping.settings.enabled {
                pollers.push(Poller::new(mapping, queue.clone(), surroundings.clone()));
            }
        }
        let mut tasks = JoinSet::new();
        for poller in pollers {
            tasks.spawn(poller.run());
        }
        Ok(Self { _tasks: tasks })
    }
}
