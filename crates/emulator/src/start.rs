//! Brings a declared stack up: the one place that knows how the parts fit together.

mod emulating;
mod emulator;
mod error;
mod options;
mod parts;
mod resources;

use stack::Stack;

pub use emulating::Emulating;
pub use emulator::Emulator;
pub use error::Error;
pub use options::Options;
pub use resources::{INERT, Unsupported, check};

use crate::lambda::{self, FunctionError};

/// The packages whose binaries a stack needs, in the order of its functions.
pub fn packages(stack: &Stack) -> Result<Vec<String>, FunctionError> {
    let mut packages = Vec::new();
    for function in lambda::declared(stack)? {
        if !packages.contains(&function.package) {
            packages.push(function.package);
        }
    }
    Ok(packages)
}
