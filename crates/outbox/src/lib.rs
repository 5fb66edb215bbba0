//! A transactional outbox toolkit for AWS: relay, quarantine, consumers.

#[cfg(feature = "aws")]
mod aws;
mod change;
#[cfg(feature = "aws")]
pub mod consume;
pub mod entry;
pub mod environment;
#[cfg(feature = "aws")]
mod error;
mod events;
#[cfg(feature = "aws")]
pub mod function;
mod panics;
pub mod publish;
pub mod quarantine;
mod record;
pub mod relay;
#[cfg(feature = "aws")]
pub mod sdk;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod verdict;

#[cfg(feature = "aws")]
pub use aws::{EventBus, QuarantineQueue};
pub use change::Change;
pub use entry::Entry;
#[cfg(feature = "aws")]
pub use error::Error;
pub use events::{Events, IntoEvents};
pub use publish::Publish;
pub use quarantine::Quarantine;
pub use record::Batch;
pub use relay::Relay;
