use std::io;
use std::path::PathBuf;

use thiserror::Error;

/// Why something could not be built.
#[derive(Debug, Error)]
pub enum Error {
    /// Cargo itself could not be started.
    #[error("can't start {program}: is Rust installed and on the PATH?")]
    CargoMissing {
        /// The cargo that was to run.
        program: String,
        /// Why.
        source: io::Error,
    },
    /// `cargo metadata` failed.
    #[error("cargo can't read the workspace around {directory}: {message}")]
    Unreadable {
        /// Where it looked.
        directory: PathBuf,
        /// What cargo said.
        message: String,
    },
    /// `cargo metadata` printed what this version can't read.
    #[error("cargo described the workspace in a form that this version can't read")]
    Form(#[source] serde_json::Error),
    /// Compiler errors; cargo has printed them.
    #[error("the build of {} failed: cargo's messages are above, nothing was started", .targets.join(", "))]
    Build {
        /// The binaries, examples or packages.
        targets: Vec<String>,
    },
    /// Cargo succeeded but named no executable.
    #[error("cargo built {target} but named no executable for it")]
    NoExecutable {
        /// The binary, example or package.
        target: String,
    },
}
