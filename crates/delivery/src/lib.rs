//! AWS's delivery, as pure state machines: what happens next, never how.
//!
//! Each module is one hop of an event's way and has the same shape: a state, an input and the time
//! go in, effects come out. Nothing here reads a clock, sleeps, draws a random number or does I/O,
//! so the emulator can run it on real time and a simulation on virtual time.

pub mod asynchronous;
mod batch_item_failures;
pub mod bus;
pub mod document;
pub mod mapping;
mod outcome;
pub mod pattern;
pub mod pipe;
mod properties;
pub mod queue;
pub mod queue_mapping;
pub mod rest;
pub mod target;
mod time;
pub mod undocumented;

pub use outcome::Outcome;
pub use time::Time;
