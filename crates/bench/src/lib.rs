//! Measures what the functions' release binaries take and give: time, calls, CPU and memory.

mod error;
pub mod relay;

pub use error::Error;
