//! What the tracking needs of the place where statuses are kept.

use thiserror::Error;

use crate::status::Tracked;

/// Keeps the latest status of each order.
pub trait Tracking {
    /// Keeps a status if it is newer than the one that is there, in one step.
    fn keep(&self, status: &Tracked) -> impl Future<Output = Result<Outcome, NotTracked>>;
}

/// What became of a status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is the latest one now.
    Kept,
    /// The same or a newer one was there: nothing changed.
    Outdated,
}

/// Nobody knows whether a status is kept. The event comes again, and the condition makes that safe.
#[derive(Debug, Error)]
#[error("the status of the order {id:?} was not tracked: {reason}; its event comes again")]
pub struct NotTracked {
    /// The order's id.
    pub id: String,
    /// `DynamoDB`'s error code and message, or what happened instead of an answer.
    pub reason: String,
}
