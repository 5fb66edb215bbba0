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

pub use declared::{Pipe, declared};
pub use delivery::pipe::CallError;
pub use error::Error;
pub use pipes::{Pipes, State};
pub use publish::PutEvents;
