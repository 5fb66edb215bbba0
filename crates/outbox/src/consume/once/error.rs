use jiff::Timestamp;
use thiserror::Error;

use crate::publish::CallError;

/// Why a delivery has no result. Each is a failure of the delivery, so that the event comes again or ends where a
/// person looks: never a silent skip.
#[derive(Debug, Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "each field is named in its variant's text")]
pub enum OnceError<R> {
    /// The work itself failed; the next delivery runs it again.
    #[error(transparent)]
    Handler(R),
    /// Another delivery is at work, or died while it was.
    #[error(
        "event `{event_id}` is being consumed by another delivery, until {lease_until} at most: this one did nothing \
         and has to come again"
    )]
    InProgress {
        event_id: String,
        lease_until: Timestamp,
    },
    /// The producer gave one id to two different events.
    #[error(
        "event `{event_id}` was delivered before with other data: this one was not consumed; its producer must give \
         each event an id of its own"
    )]
    Changed { event_id: String },
    /// The work took longer than its lease, and another delivery has begun.
    #[error(
        "event `{event_id}`: the lease ended before the work did, and another delivery has begun: the work may have \
         been done twice"
    )]
    LeaseLost { event_id: String },
    /// The work was not begun, for the store can't be used.
    #[error(
        "event `{event_id}` was not consumed, for its idempotency record can't be written: {error}"
    )]
    NotBegun { event_id: String, error: CallError },
    /// The work was done, and nobody will know.
    #[error(
        "event `{event_id}`: the work was done but could not be recorded as completed, so it is done again when the \
         lease is over: {reason}"
    )]
    NotCompleted { event_id: String, reason: String },
    /// The result of an earlier version of the consumer.
    #[error(
        "event `{event_id}` was consumed before, and its kept result can't be read as this version's: {reason}"
    )]
    Unreadable { event_id: String, reason: String },
}
