use contract::Misfit;
use thiserror::Error;

use crate::publish::CallError;

/// Why an event was neither consumed nor parked: its delivery fails and comes again.
#[derive(Debug, Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "each field is named in its variant's text")]
pub enum OrderError<R> {
    /// The handler failed, for this event or for one before it.
    #[error(transparent)]
    Handler(R),
    /// Another delivery has the key, and no more can be parked.
    #[error(
        "key `{key}` is being consumed by another delivery, and there is no room to park more: nothing was done"
    )]
    Busy { key: String },
    /// The lease ended before the handler did.
    #[error(
        "key `{key}`: the lease ended before the handler did, and another delivery has begun: an event may have been \
         consumed twice"
    )]
    LeaseLost { key: String },
    /// The event has no place in a gapless order.
    #[error(
        "event `{event_id}` has the sequence {sequence}, which is no counter (1, 2, 3 …): gapless order was not \
         possible, and nothing was done"
    )]
    NotACounter { event_id: String, sequence: String },
    /// A parked event does not fit any more.
    #[error("a parked event of key `{key}` can't be read by this version: {misfit}")]
    Unreadable { key: String, misfit: Misfit },
    /// The store can't be used.
    #[error("the order of key `{key}` can't be kept: {error}")]
    Store { key: String, error: CallError },
}
