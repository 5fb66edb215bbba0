//! Event source mappings on DynamoDB streams, run: the machine of [`delivery::mapping`] between a
//! stream, a function and the durable state.
//!
//! [`declared`] reads the stack, [`Mappings`] runs one task per mapping (`coordinator`), which runs
//! the stream's shards side by side (`poller`) as their [`Stream`] lists them. A poller makes its
//! progress durable before it does what follows from it, so it can be ended at any moment: the next
//! start gives the function again what was under way. [`crate::pipe`] reads streams with the same engine: what
//! takes the batches (`reader`) is a function here and a bus there.

mod coordinator;
mod declared;
mod discards;
mod error;
mod function;
mod poller;
mod polling;
mod progress;
mod reader;
mod readiness;
mod record;
mod stream;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use delivery::target::Backoff;
use delivery::undocumented::STREAM_RETRY_PAUSES;
use tokio::task::JoinSet;

use crate::{Chance, Clock, Invoke, Journal, Occurrence, Store};

pub use crate::FailureDestination;
pub use crate::dynamodb::{Page, StreamRecord};
pub use delivery::mapping::ShardDescription;

pub use declared::{Mapping, declared};
pub use error::Error;
pub use polling::{Polling, UnknownPolling};
pub use stream::{Stream, Streams};

pub(crate) use coordinator::Coordinator;
pub(crate) use progress::Saved;
pub(crate) use reader::{Consumer, Engine, Payload, Reader};

/// As many filters as a mapping may have without a raised quota.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html>
const USUAL_FILTERS: usize = 5;

/// What mappings work with.
#[derive(Clone)]
pub struct Surroundings {
    /// Where their progress is kept.
    pub store: Store,
    /// What time it is.
    pub clock: Clock,
    /// Where ids come from.
    pub chance: Chance,
    /// Where they tell what they give up.
    pub journal: Journal,
    /// Runs the functions.
    pub invoke: Arc<dyn Invoke>,
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

/// Running mappings. Dropping this ends them at once; what was under way comes again at the next
/// start.
#[derive(Debug)]
pub struct Mappings {
    _tasks: JoinSet<()>,
}

impl Mappings {
    /// Starts every enabled mapping. A disabled one keeps its place.
    ///
    /// # Errors
    /// A mapping's stream is not there, or its progress can't be read: none is started then. A stream
    /// that can't be read now is tried again.
    pub fn start(
        mappings: Vec<Mapping>,
        streams: &dyn Streams,
        surroundings: &Surroundings,
    ) -> Result<Self, Error> {
        let saved = Saved::open(surroundings.store.clone())?;
        let mut coordinators = Vec::new();
        for mapping in mappings {
            let stream = streams
                .stream(&mapping.stream_arn)
                .ok_or_else(|| Error::NoStream {
                    resource: mapping.resource.clone(),
                    stream: mapping.stream_arn.clone(),
                })?;
            if mapping.settings.filters.len() > USUAL_FILTERS {
                surroundings.journal.tell(Occurrence::Warning(format!(
                    "the event source mapping {} has {} filters; AWS takes {USUAL_FILTERS} unless \
                     the account's quota was raised to 10",
                    mapping.resource,
                    mapping.settings.filters.len(),
                )));
            }
            if mapping.settings.enabled {
                let reader = function::reader(mapping, surroundings.clone());
                coordinators.push(Coordinator::new(
                    reader,
                    stream,
                    saved.clone(),
                    surroundings.engine(),
                )?);
            }
        }
        let mut tasks = JoinSet::new();
        for coordinator in coordinators {
            tasks.spawn(coordinator.run());
        }
        Ok(Self { _tasks: tasks })
    }
}
