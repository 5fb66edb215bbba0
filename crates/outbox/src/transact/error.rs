//! How a transaction may end without being known to be written.

use super::action::Action;
use super::store::{CancellationReason, ReasonCode};
use super::token::Token;

/// Why a transaction was not, or is not known to be, written.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A check before sending failed. Nothing was sent.
    #[error("{0}; nothing was written")]
    Invalid(#[from] Invalid),
    /// DynamoDB cancelled it. Nothing was written.
    #[error("DynamoDB cancelled the transaction: {0}; nothing was written")]
    Cancelled(Cancelled),
    /// DynamoDB refused it. Nothing was written.
    #[error("DynamoDB refused the transaction: {code}: {message}; nothing was written")]
    Refused {
        /// The code, such as `AccessDeniedException`.
        code: String,
        /// AWS's text.
        message: String,
    },
    /// DynamoDB was too busy, or could not be reached, for as long as it was tried. Nothing was written.
    #[error(
        "DynamoDB was too busy or could not be reached: {reason}; nothing was written, try again later"
    )]
    Busy {
        /// The last answer.
        reason: String,
    },
    /// Another request was sent under this token in the last ten minutes, by this or an earlier run of the caller.
    /// This one was not written; whether that one was shows in the items that it wrote.
    #[error(
        "the token {:?} was used for other actions in the last ten minutes; this request was not written, look \
         whether the earlier one was",
        token.as_str()
    )]
    TokenUsed {
        /// The token.
        token: Token,
    },
    /// Nobody knows whether it was written: no answer settled it in the time given. It was if a row with one of
    /// these ids is in the outbox table ([`is_written`](super::is_written)), and may still be for a short time if
    /// none is.
    #[error(
        "whether the transaction was written is unknown: {reason}; look for the outbox rows {}",
        event_ids.join(", ")
    )]
    Unknown {
        /// The token of the last attempt.
        token: Token,
        /// The keys of the outbox rows.
        event_ids: Vec<String>,
        /// The last answer.
        reason: String,
    },
}

/// Why DynamoDB cancelled a transaction: the reason of each action.
#[derive(Debug, Clone, PartialEq)]
pub struct Cancelled {
    /// Each action with its reason, those that did not fail too: first the caller's actions in their order, then the
    /// counters, then the events.
    pub reasons: Vec<(Action, CancellationReason)>,
    /// How often it was sent.
    pub attempts: u32,
}

impl Cancelled {
    /// The reason of an action that the caller gave; 1 is the first.
    #[must_use]
    pub fn reason(&self, position: usize) -> Option<&CancellationReason> {
        let of = |action: &Action| matches!(action, Action::Given { position: at, .. } if *at == position);
        let mut reasons = self.reasons.iter();
        reasons
            .find(|(action, _)| of(action))
            .map(|(_, reason)| reason)
    }

    /// The actions that failed.
    pub fn failed(&self) -> impl Iterator<Item = &(Action, CancellationReason)> {
        let reasons = self.reasons.iter();
        reasons.filter(|(_, reason)| reason.code != ReasonCode::None)
    }
}

impl std::fmt::Display for Cancelled {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (nth, (action, reason)) in self.failed().enumerate() {
            let separator = if nth == 0 { "" } else { ", " };
            write!(formatter, "{separator}{action}: {}", reason.code.as_str())?;
            if let Some(message) = &reason.message {
                write!(formatter, " ({message})")?;
            }
        }
        match self.attempts {
            1 => Ok(()),
            attempts => write!(formatter, " (sent {attempts} times)"),
        }
    }
}

/// A transaction that AWS would refuse.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Invalid {
    /// Without an event there is nothing for an outbox to do.
    #[error("the transaction has no event; write it with TransactWriteItems itself")]
    NoEvent,
    /// DynamoDB takes tokens of 1 to 36 characters.
    #[error("the token is empty; it must hold 1 to 36 characters, such as the id of the request")]
    EmptyToken,
    /// More actions than a transaction may have.
    #[error(
        "the transaction has {given} actions, {events} events and {counters} counters of aggregates, {limit} actions \
         are allowed: {first_too_many} is one too many"
    )]
    TooManyActions {
        /// The caller's actions.
        given: usize,
        /// The events.
        events: usize,
        /// The aggregates of the events.
        counters: usize,
        /// How many are allowed.
        limit: usize,
        /// The first that does not fit.
        first_too_many: Action,
    },
    /// The actions together are too large.
    #[error(
        "the transaction has {bytes} bytes, {limit} are allowed: {largest} is the largest of it"
    )]
    TooLarge {
        /// How large it is, at least.
        bytes: usize,
        /// How large it may be.
        limit: usize,
        /// The largest action.
        largest: Action,
    },
    /// One item is too large.
    #[error("the item of {action} has {bytes} bytes, {limit} are allowed")]
    ItemTooLarge {
        /// Where.
        action: Action,
        /// How large it is.
        bytes: usize,
        /// How large it may be.
        limit: usize,
    },
    /// Two actions on one item.
    #[error(
        "{second} is for the same item as {first}; a transaction may have one action an item, join the two to one"
    )]
    SameItemTwice {
        /// The first action.
        first: Action,
        /// The second one.
        second: Action,
    },
    /// An aggregate must be the key of a counter.
    #[error("the aggregate of {event} has {bytes} bytes, 1 to {limit} are allowed")]
    Aggregate {
        /// Where.
        event: Action,
        /// How long it is.
        bytes: usize,
        /// How long it may be.
        limit: usize,
    },
    /// The event can't be published.
    #[error("{event}: {problem}")]
    Event {
        /// Which.
        event: Action,
        /// Why.
        problem: String,
    },
    /// An action of a kind that is not known here.
    #[error("action {position} is none of Put, Update, Delete and ConditionCheck")]
    UnknownAction {
        /// 1 for the first one.
        position: usize,
    },
    /// A counter in the table is not what it should be.
    #[error("the counter of the aggregate {aggregate:?} is damaged: {problem}")]
    Counter {
        /// Whose.
        aggregate: String,
        /// What is wrong.
        problem: String,
    },
}
