//! Measures what the functions' release binaries take and give: time, calls, CPU and memory.

pub mod binary;
mod error;
pub mod relay;

pub use error::Error;
