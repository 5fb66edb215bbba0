use std::future::pending;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tonic::{Code, Status};

/// Why a program could not declare its stack.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The program was not started by an engine.
    #[error(
        "the environment variable {0} is not set; a Pulumi program is started by `pulumi up` or by \
         another engine, not by itself"
    )]
    NoEngine(&'static str),
    /// An environment variable that the engine sets has an unusable value.
    #[error("the environment variable {name} is {value:?}: {reason}")]
    Environment {
        /// The variable.
        name: &'static str,
        /// Its value.
        value: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The threads that talk to the engine could not be started.
    #[error("can't start the runtime: {0}")]
    Runtime(std::io::Error),
    /// The engine does not answer.
    #[error("can't reach the engine at {address}: {reason}")]
    Unreachable {
        /// Host and port.
        address: String,
        /// What the transport says.
        reason: String,
    },
    /// The engine refused a request, told nobody else why, and nothing after it was declared.
    #[error("{subject}: {reason}")]
    Refused {
        /// What was asked for, for example ``aws:sqs/queue:Queue `orders` ``.
        subject: String,
        /// The engine's words.
        reason: String,
    },
    /// A resource failed; the engine has told the user why.
    #[error("{subject}: the engine stopped the run and has said why")]
    Stopped {
        /// The request that met the end.
        subject: String,
    },
    /// An answer lacks a value or has one of another type than the schema says.
    #[error("{subject} was answered with an unusable `{field}`: {reason}")]
    Answer {
        /// The resource or call.
        subject: String,
        /// The output.
        field: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The program panicked; the panic has been told.
    #[error("the program panicked")]
    Panicked,
}

impl Failure {
    /// Tells a refusal that only this program knows of from one that the engine has reported.
    ///
    /// Once a resource has failed, the engine prints why and closes its monitor; whatever is asked
    /// then is answered with "resource monitor shut down", which says nothing to a user.
    pub(crate) fn from_status(subject: String, status: &Status) -> Self {
        let closed = match status.code() {
            Code::Cancelled => true,
            Code::Unavailable => status.message().contains("resource monitor shut down"),
            _ => false,
        };
        if closed {
            return Self::Stopped { subject };
        }
        let reason = match status.message() {
            "" => status.code().to_string(),
            message => message.to_owned(),
        };
        Self::Refused { subject, reason }
    }
}

/// Where tasks report failures; the first one ends the program.
#[derive(Clone)]
pub(crate) struct Failures(UnboundedSender<Failure>);

impl Failures {
    pub(crate) fn new() -> (Self, UnboundedReceiver<Failure>) {
        let (sender, receiver) = unbounded_channel();
        (Self(sender), receiver)
    }

    /// Reports and never returns: what waits for the value must not go on without it.
    pub(crate) async fn end<T>(&self, failure: Failure) -> T {
        // Nobody listens any more only when the program is ending already.
        let _ = self.0.send(failure);
        pending().await
    }
}
