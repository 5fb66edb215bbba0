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
mod surroundings;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use tokio::task::JoinSet;

use crate::{Invoke, Occurrence};

pub use crate::FailureDestination;
pub use crate::dynamodb::{Page, StreamRecord};
pub use delivery::mapping::ShardDescription;

pub use declared::{Mapping, declared};
pub use error::Error;
pub use polling::{Polling, UnknownPolling};
pub use stream::{Stream, Streams};
pub use surroundings::Surroundings;

pub(crate) use coordinator::Coordinator;
pub(crate) use progress::Saved;
pub(crate) use reader::{Consumer, Payload, Reader};

/// As many filters as a mapping may have without a raised quota.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html>
const USUAL_FILTERS: usize = 5;

/// Running mappings. Dropping this ends them at once; what was under way comes again at the next
/// start.
#[derive(Debug)]
pub struct Mappings {
    _tasks: JoinSet<()>,
}

impl Mappings {
    /// Starts every enabled mapping: `invoke` runs their functions. A disabled one keeps its place.
    ///
    /// # Errors
    /// A mapping's stream is not there, or its progress can't be read: none is started then. A stream
    /// that can't be read now is tried again.
    pub fn start(
        mappings: Vec<Mapping>,
        streams: &dyn Streams,
        invoke: &Arc<dyn Invoke>,
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
                let reader = function::reader(mapping, Arc::clone(invoke), surroundings.clone());
                coordinators.push(Coordinator::new(
                    reader,
                    stream,
                    saved.clone(),
                    surroundings.clone(),
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
