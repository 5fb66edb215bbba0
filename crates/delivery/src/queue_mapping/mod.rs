//! An event source mapping on a standard queue: which messages a function is given when, and what
//! becomes of them.
//!
//! ```text
//!            Receive              Invoke
//!   queue ───────────▶ gathering ─────────▶ function
//!     ▲                    │                   │ success ─▶ Delete
//!     │                    │ not wanted        │ failure ─▶ nothing: the message shows again when
//!     │                    ▼                   │            its visibility timeout ends
//!     └───────────────── Delete ◀──────────────┘ throttled ─▶ again, until that time
//! ```
//!
//! [`QueueMapping`] is the machine: inputs and the time go in, [`Effect`]s come out. It has nothing
//! that must survive a restart: what is not deleted stays in the queue.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html>

mod batch;
mod filter;
mod machine;
mod record;
mod response;
mod scaling;
mod settings;

#[cfg(test)]
mod tests;

pub use machine::{Effect, Input, Message, QueueMapping};
pub use record::{Parts, record};
pub use response::{Response, read_response};
pub use settings::Settings;

pub use crate::mapping::event;
pub use crate::properties::SettingsError;
