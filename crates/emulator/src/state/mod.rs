//! Where an emulator keeps what must outlive it.

mod directory;
mod running;

pub use directory::{State, StateError};
pub use running::{Running, RunningError, StreamReader};
