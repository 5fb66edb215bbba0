//! The port to the bus.

use std::fmt;
use std::time::Duration;

use crate::Entry;

/// Puts events on a bus.
pub trait Publish {
    /// Publishes up to 10 entries in one call and tells what became of each: as many answers as entries, in their
    /// order.
    ///
    /// # Errors
    /// [`CallError`] when the call as a whole gave no answer per entry. Whether entries were accepted is then unknown
    /// or known to be no; the relay decides what to do, so an implementation doesn't retry.
    fn publish(
        &self,
        entries: &[&Entry],
    ) -> impl Future<Output = Result<Vec<Answer>, CallError>> + Send;
}

impl<P: Publish + Sync> Publish for &P {
    fn publish(
        &self,
        entries: &[&Entry],
    ) -> impl Future<Output = Result<Vec<Answer>, CallError>> + Send {
        (**self).publish(entries)
    }
}

/// What the bus says to one entry.
pub type Answer = Result<(), Refusal>;

/// The bus did not accept an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The code, such as `ThrottlingException`.
    pub code: String,
    /// AWS's text.
    pub message: String,
}

/// A call that gave no answer per entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CallError {
    /// The call never left, for a reason that lies in its settings.
    NotSent(String),
    /// A time-out, a broken connection or an answer that can't be read: the entries may have been accepted.
    NoAnswer(String),
    /// The service refused the call as a whole.
    Refused {
        /// The HTTP status.
        status: u16,
        /// The code, such as `AccessDeniedException`; empty when the answer has none.
        code: String,
        /// AWS's text.
        message: String,
    },
}

impl CallError {
    pub(crate) fn no_answer_within(patience: Duration) -> Self {
        Self::NoAnswer(format!("nothing within {} ms", patience.as_millis()))
    }
}

impl fmt::Display for CallError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotSent(reason) => write!(formatter, "the call was not sent: {reason}"),
            Self::NoAnswer(reason) => write!(formatter, "the call got no answer: {reason}"),
            Self::Refused {
                status,
                code,
                message,
            } => write!(formatter, "{code} (HTTP {status}): {message}"),
        }
    }
}

impl std::error::Error for CallError {}
