use thiserror::Error;

use super::Unsupported;
use crate::front::BindError;
use crate::state::StateError;
use crate::{DeclarationError, StoreError, dynamodb, mapping, pipe, sqs};

/// The emulator can't start, or could not end cleanly.
#[derive(Debug, Error)]
pub enum Error {
    /// A port can't be opened.
    #[error(transparent)]
    Bind(#[from] BindError),
    /// The state directory can't be used.
    #[error(transparent)]
    State(#[from] StateError),
    /// The state can't be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The declared tables can't be brought up.
    #[error(transparent)]
    Tables(#[from] dynamodb::Error),
    /// A declared event source mapping can't be run.
    #[error(transparent)]
    Mapping(#[from] mapping::Error),
    /// A declared pipe can't be run.
    #[error(transparent)]
    Pipe(#[from] pipe::Error),
    /// A queue that something reads can't be read.
    #[error(transparent)]
    Queue(#[from] sqs::Refusal),
    /// A declared resource can't be brought up as declared.
    #[error(transparent)]
    Declaration(#[from] DeclarationError),
    /// The stack has a resource that can't be run.
    #[error(transparent)]
    Unsupported(#[from] Unsupported),
    /// A function's package has no binary.
    #[error(
        "the function {function:?} runs the package {package:?}, but no binary of it was built; built are {built:?}"
    )]
    NoBinary {
        /// The function's name in the program.
        function: String,
        /// The package in the path of its archive.
        package: String,
        /// The packages that have one.
        built: Vec<String>,
    },
    /// The operating system refused something else.
    #[error("{what}: {source}")]
    Io {
        /// What was attempted.
        what: &'static str,
        /// What it said.
        source: std::io::Error,
    },
}
