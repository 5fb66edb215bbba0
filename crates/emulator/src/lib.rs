//! AWS's delivery made real on one machine: storage, HTTP and processes around the state machines
//! of `delivery`, for exactly the resources that a Pulumi program declares.

pub mod asynchronous;
mod background;
mod chance;
mod clock;
mod declaration;
pub mod destination;
pub mod dynamodb;
pub mod events;
pub mod front;
mod function;
mod journal;
pub mod lambda;
mod logs;
pub mod mapping;
mod outage;
pub mod pipe;
pub mod queue_mapping;
pub mod rest;
pub mod sqs;
mod start;
pub mod state;
mod storage;
#[cfg(test)]
mod testing;

pub use background::Background;
pub use chance::Chance;
pub use clock::Clock;
pub use declaration::DeclarationError;
pub use destination::FailureDestination;
pub use function::{Invocation, Invoke};
pub use journal::{Journal, Occurrence};
pub use logs::Logs;
pub use outage::Outage;
pub use start::{Emulating, Emulator, Error, INERT, Options, Unsupported, check};
pub use storage::{Store, StoreError};
