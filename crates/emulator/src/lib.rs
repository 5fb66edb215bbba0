//! AWS's delivery made real on one machine: storage, HTTP and processes around the state machines
//! of `delivery`, for exactly the resources that a Pulumi program declares.

mod chance;
mod clock;
pub mod dynamodb;
pub mod front;
mod function;
mod journal;
pub mod lambda;
mod start;
pub mod state;
mod storage;

pub use chance::Chance;
pub use clock::Clock;
pub use function::{Invocation, Invoke};
pub use journal::{Journal, Occurrence};
pub use start::{Emulating, Emulator, Error, INERT, Options, Unsupported, check, packages};
pub use storage::{Store, StoreError};
