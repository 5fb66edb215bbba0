//! Runs one function's binary as Lambda runs it: a process of its own that speaks the Runtime API
//! and calls AWS at an endpoint that the caller plays.
//!
//! It is what a function's own tests and `cargo outbox bench` stand on. It is not the emulator: one
//! environment, no retries, no delivery, and the endpoint's answers are whatever the caller says.

mod answer;
mod endpoint;
mod function;
mod runtime_api;
mod usage;

pub use answer::Answer;
pub use endpoint::{Call, Reply};
pub use function::Function;
pub use usage::Usage;
