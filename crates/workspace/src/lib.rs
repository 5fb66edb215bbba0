//! A cargo workspace: which binaries it has, how they are built, and where they are then.
//!
//! Cargo runs as it would from a shell, also where another cargo started this program.

mod cargo;
mod error;
mod messages;
mod workspace;

pub use error::Error;
pub use workspace::{Profile, Workspace};
