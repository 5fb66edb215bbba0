use std::fmt::Write as _;
use std::io;
use std::path::PathBuf;

use thiserror::Error;

/// Why a command could not do what it was asked.
#[derive(Debug, Error)]
pub(crate) enum Error {
    /// No Pulumi program where we stand.
    #[error(
        "no Pulumi.yaml in {directory} or above it: run this inside the project, or name it with --directory"
    )]
    NoProject { directory: PathBuf },
    /// A file or directory of the user's.
    #[error("can't {action} {path}")]
    File {
        action: &'static str,
        path: PathBuf,
        source: io::Error,
    },
    /// A file for the demo with nothing in it.
    #[error("{path} holds no event: expected one JSON object on each line; nothing was started")]
    NoEvents { path: PathBuf },
    /// The workspace can't be read, or a build failed.
    #[error(transparent)]
    Workspace(#[from] workspace::Error),
    /// The Pulumi program is no binary of the workspace.
    #[error(
        "Pulumi.yaml's runtime.options.binary is {path}, but no package of the workspace has a binary {binary:?}"
    )]
    UnknownProgram { path: PathBuf, binary: String },
    /// A function whose archive belongs to no package.
    #[error(
        "the function {resource:?} has the code {path:?}, but no package of the workspace has a binary {binary:?}: \
         expected target/lambda/<package>/bootstrap.zip"
    )]
    UnknownPackage {
        resource: String,
        path: String,
        binary: String,
    },
    /// A `--binary` for a package that no function runs.
    #[error("--binary names the package {name:?}, but the stack's functions run {}", .declared.join(", "))]
    UnusedBinary { name: String, declared: Vec<String> },
    /// The stack lacks what the demo is about.
    #[error("the demo needs {what}, but the stack does not declare it")]
    NotDeclared { what: String },
    /// The program could not be read or run, or a resource was refused.
    #[error("can't bring the stack {stack:?} up")]
    Stack { stack: String, source: stack::Error },
    /// The emulator could not start or go on.
    #[error("can't run the stack {stack:?} on this machine")]
    Emulator {
        stack: String,
        source: emulator::Error,
    },
    /// Nothing to talk to.
    #[error(transparent)]
    NotRunning(#[from] emulator::state::RunningError),
    /// Forgetting the state under a running stack would break it.
    #[error(
        "the state in {state} is in use by a running `cargo outbox`: end that first, nothing was deleted"
    )]
    StillRunning { state: PathBuf },
    /// A directory that is not ours to delete.
    #[error(
        "{state} has no file `version`, so it is no state of `cargo outbox`: nothing was deleted"
    )]
    NotState { state: PathBuf },
    /// Nobody there to ask.
    #[error("this deletes {state} and there is no terminal to ask on: say --yes if you mean it")]
    NotConfirmed { state: PathBuf },
    /// No answer over HTTP.
    #[error("no answer from {address}")]
    Unreachable {
        address: String,
        source: reqwest::Error,
    },
    /// An answer over HTTP that is not what AWS answers.
    #[error("{address} answered {status}: {body}")]
    Answer {
        address: String,
        status: u16,
        body: String,
    },
    /// A function's name with a slash or the like.
    #[error(
        "{name:?} can't be a function's name (answered with status {status}); nothing was invoked"
    )]
    NoFunctionName { name: String, status: u16 },
    /// An event that is no JSON.
    #[error("the event is no JSON, nothing was invoked")]
    Event(#[source] serde_json::Error),
    /// Logs of what wrote none.
    #[error("no logs of {name:?} in {directory}: {}", known_logs(.known))]
    NoLogs {
        name: String,
        directory: PathBuf,
        known: Vec<String>,
    },
    /// A measurement that did not come about.
    #[error(transparent)]
    Bench(#[from] bench::Error),
    /// No settings for AWS.
    #[error("{source}; without --aws the running stack is looked at")]
    NoSettings {
        source: outbox::environment::MissingVariable,
    },
    /// A verification of nothing.
    #[error("{source}; to look at a table on AWS, say --aws")]
    NothingToVerify {
        source: emulator::state::RunningError,
    },
    /// A name that no table of the running stack has.
    #[error("the running stack has no table {name:?}: it has {}; to look at one on AWS, say --aws", .known.join(", "))]
    NoTable { name: String, known: Vec<String> },
    /// Nothing that could be meant without a name.
    #[error(
        "the running stack has no outbox: no function whose variable OUTBOX_TABLE_NAME names a table reads that \
         table's stream; name the table if it is one"
    )]
    NoOutbox,
    /// Too much that could be meant without a name.
    #[error("the running stack has several outboxes: name one of {}", .tables.join(", "))]
    SeveralOutboxes { tables: Vec<String> },
    /// What a verification looks at gave no answer that helps.
    #[error(
        "can't read {what}: {reason}; the verification is not complete and nothing was published: {advice}"
    )]
    Unverified {
        what: String,
        reason: String,
        advice: &'static str,
    },
    /// Ctrl-C or SIGTERM before the end.
    #[error("interrupted before all was counted")]
    Interrupted,
    /// Standard input or output.
    #[error("can't use the terminal")]
    Terminal(#[source] io::Error),
    /// More happened than could be counted.
    #[error(
        "{missed} deliveries could not be counted because this machine was too slow: try fewer of them or a --rate"
    )]
    Overrun { missed: u64 },
}

fn known_logs(known: &[String]) -> String {
    if known.is_empty() {
        "nothing has been logged yet".to_owned()
    } else {
        format!("there are logs of {}", known.join(", "))
    }
}

/// The error and everything it comes from, one line each.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = format!("error: {error}");
    let mut shown = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let line = cause.to_string();
        if !shown.contains(&line) {
            let _ = write!(text, "\n  because: {line}");
        }
        shown = line;
        source = cause.source();
    }
    text
}
