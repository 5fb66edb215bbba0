use std::io;
use std::path::PathBuf;

use thiserror::Error;

/// Why a measurement could not be made.
#[derive(Debug, Error)]
pub enum Error {
    /// The function can't be built.
    #[error(transparent)]
    Build(#[from] workspace::Error),
    /// The function's process could not be started.
    #[error("{} can't be started; nothing was measured", binary.display())]
    Start {
        /// The program.
        binary: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The function ended or refused before it asked for its first event.
    #[error("{} ended before its first poll; its last log line: {last_line}", binary.display())]
    NotStarted {
        /// The program.
        binary: PathBuf,
        /// The last line of its log.
        last_line: String,
    },
    /// The function's process ended during the measurement.
    #[error("the function ended after {records} of the records; its last log line: {last_line}")]
    Ended {
        /// How many records were answered before.
        records: usize,
        /// The last line of its log.
        last_line: String,
    },
    /// The function gave an answer that Lambda would not understand.
    #[error("the function's answer is no batch response: {answer}")]
    Answer {
        /// What it answered.
        answer: String,
    },
    /// The same records were sent again and again without getting anywhere.
    #[error(
        "record {sequence_number} was still not published after {attempts} attempts; the last error: {reason}"
    )]
    Stuck {
        /// The first record that was not finished.
        sequence_number: String,
        /// How often it was sent.
        attempts: usize,
        /// What the function said last.
        reason: String,
    },
    /// The operating system did not tell what the process has used.
    #[error("what the process has used can't be read")]
    Usage(#[from] io::Error),
    /// Standard output was closed, or the like.
    #[error("the report can't be printed")]
    Output(#[source] io::Error),
}
