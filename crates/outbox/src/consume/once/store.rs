use jiff::Timestamp;

use super::{Claim, Claimed};
use crate::publish::CallError;

/// Where [`Once`](super::Once) keeps its records, one per consumer and event id. Each operation is atomic and makes
/// one attempt; a repeat of the same one with the same owner gives the same answer.
pub trait IdempotencyStore {
    /// Writes a record in progress, unless there is one already. One that has expired does not count, and one in
    /// progress with the same data does not when its lease is over or is the claim's own.
    ///
    /// # Errors
    /// [`CallError`] when it is unknown whether the claim was granted, or known that the store can't be used.
    fn claim(&self, claim: &Claim<'_>) -> impl Future<Output = Result<Claimed, CallError>> + Send;

    /// Turns the record into a completed one with a result (JSON), if the claim's owner still is the record's, and
    /// tells whether it was.
    ///
    /// # Errors
    /// [`CallError`] as above.
    fn complete(
        &self,
        claim: &Claim<'_>,
        result: &str,
        expires_at: Timestamp,
    ) -> impl Future<Output = Result<bool, CallError>> + Send;

    /// Ends the lease if the claim's owner has it, so that the next delivery may run.
    ///
    /// # Errors
    /// [`CallError`] as above.
    fn release(&self, claim: &Claim<'_>) -> impl Future<Output = Result<(), CallError>> + Send;
}

impl<S: IdempotencyStore + Sync> IdempotencyStore for &S {
    fn claim(&self, claim: &Claim<'_>) -> impl Future<Output = Result<Claimed, CallError>> + Send {
        (**self).claim(claim)
    }

    fn complete(
        &self,
        claim: &Claim<'_>,
        result: &str,
        expires_at: Timestamp,
    ) -> impl Future<Output = Result<bool, CallError>> + Send {
        (**self).complete(claim, result, expires_at)
    }

    fn release(&self, claim: &Claim<'_>) -> impl Future<Output = Result<(), CallError>> + Send {
        (**self).release(claim)
    }
}
