use delivery::mapping::SettingsError;
use thiserror::Error;

use crate::StoreError;

/// A declared event source mapping can't be run.
#[derive(Debug, Error)]
pub enum Error {
    /// A property that AWS would refuse.
    #[error("the event source mapping {resource} can't be run: {reason}; nothing was started")]
    Settings {
        /// The resource's URN.
        resource: String,
        /// Which, and what is allowed.
        reason: SettingsError,
    },
    /// An output that the stack should have answered.
    #[error("the event source mapping {resource} has no `{output}`; nothing was started")]
    Missing {
        /// The resource's URN.
        resource: String,
        /// The output.
        output: &'static str,
    },
    /// It reads neither a DynamoDB stream nor a queue.
    #[error(
        "the event source mapping {resource} reads {source_arn}; only streams of DynamoDB tables \
         and queues are read here, and nothing was started"
    )]
    Source {
        /// The resource's URN.
        resource: String,
        /// What it reads.
        source_arn: String,
    },
    /// What it names is not in the stack.
    #[error(
        "the event source mapping {resource} names {arn} as its {role}, which the stack does not \
         declare; nothing was started"
    )]
    NotDeclared {
        /// The resource's URN.
        resource: String,
        /// What it names.
        arn: String,
        /// What for.
        role: &'static str,
    },
    /// Its stream is not there.
    #[error(
        "the event source mapping {resource} reads the stream {stream}, which no declared table \
         has; nothing was started"
    )]
    NoStream {
        /// The resource's URN.
        resource: String,
        /// The stream's ARN.
        stream: String,
    },
    /// The progress can't be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The stream can't be read.
    #[error(transparent)]
    Stream(#[from] Box<dyn std::error::Error + Send + Sync>),
}
