use thiserror::Error;

use crate::{StoreError, mapping};

/// Pipes can't be started.
#[derive(Debug, Error)]
pub enum Error {
    /// Its stream is not there.
    #[error(
        "the pipe {pipe:?} reads the stream {stream}, which no declared table has; nothing was started"
    )]
    NoStream {
        /// The pipe's name.
        pipe: String,
        /// The stream's ARN.
        stream: String,
    },
    /// Its stream can't be read.
    #[error(transparent)]
    Reading(#[from] mapping::Error),
    /// The progress can't be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
}
