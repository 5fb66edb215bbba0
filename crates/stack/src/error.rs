use std::path::PathBuf;
use std::time::Duration;

/// Why a program could not be run to its end.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such file to run.
    #[error("there is no program at {}; build it first, for example with `cargo build`", .0.display())]
    Missing(PathBuf),
    /// The file is there and can't be started.
    #[error("can't start the program {}: {source}", program.display())]
    Start {
        /// The file.
        program: PathBuf,
        /// What the operating system says.
        source: std::io::Error,
    },
    /// The engine's own port could not be opened.
    #[error("can't open a loopback port for the engine: {0}")]
    Listen(std::io::Error),
    /// A resource was refused; nothing declared after it was recorded.
    #[error("{urn} was refused: {reason}")]
    Refused {
        /// The resource.
        urn: String,
        /// The provider's reason.
        reason: String,
        /// How the program ended then, for example `exit status: 1`.
        status: String,
        /// What the program said itself.
        lines: Vec<String>,
    },
    /// The program reported errors or ended with an exit code other than 0.
    #[error("the program failed ({status}): {}", if lines.is_empty() { "it said nothing".to_owned() } else { lines.join("; ") })]
    Failed {
        /// How it ended, for example `exit status: 1`.
        status: String,
        /// The program's own error lines, the last 50.
        lines: Vec<String>,
    },
    /// The program ended with exit code 0 before it said that its declarations were complete.
    #[error("the program ended with success but never completed its stack: it must return through `run`; {} resources were declared until then", .declared)]
    Incomplete {
        /// How many resources it had declared.
        declared: usize,
    },
    /// The program made no step for too long and was ended.
    #[error("the program made no step for {} s and was ended; its last step: {last}", limit.as_secs_f64())]
    Hanging {
        /// The time without a step.
        limit: Duration,
        /// The last thing it did, for example a registration.
        last: String,
    },
    /// `Pulumi.yaml` or `Pulumi.<stack>.yaml` can't be used.
    #[error("{}: {reason}", file.display())]
    Project {
        /// The file.
        file: PathBuf,
        /// What is wrong with it and what to do.
        reason: String,
    },
}
