//! Brings a declared stack up: the one place that knows how the parts fit together.

mod emulating;
mod emulator;
mod error;
mod options;
mod parts;
mod readers;
mod resources;

pub use emulating::Emulating;
pub use emulator::Emulator;
pub use error::Error;
pub use options::Options;
pub use resources::{INERT, Unsupported, check};
