//! Asynchronous invocation: events that wait, durably, for their function.
//!
//! See <https://docs.aws.amazon.com/lambda/latest/dg/invocation-async.html>.

mod attempt;
mod declared;
mod driver;
mod events;
mod letters;
mod post;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use delivery::asynchronous::{Delays, MAXIMUM_BYTES, Passes};
use rusqlite::Transaction;
use thiserror::Error;
use tokio::sync::Notify;

use crate::background::Background;
use crate::{Chance, Clock, FailureDestination, Invoke, Journal, Store, StoreError};

pub use declared::{AsynchronousFunction, declared};

/// What may differ from AWS so that a person need not wait for minutes, or sees more of what AWS
/// may do.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// The pauses between attempts.
    pub delays: Delays,
    /// How many events one function works on at once.
    pub concurrency: usize,
    /// The share of events, from 0 to 1, that their function gets twice, as AWS's queue may give
    /// them. An event that was under way when the emulator was killed comes again in any case.
    pub duplicates: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            delays: Delays::default(),
            concurrency: 10,
            duplicates: 0.0,
        }
    }
}

/// The events of all functions that were invoked asynchronously. Cheap to clone: clones are the
/// same queue.
#[derive(Clone, Debug)]
pub struct Asynchronous(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    functions: BTreeMap<String, AsynchronousFunction>,
    store: Store,
    clock: Clock,
    chance: Chance,
    journal: Journal,
    settings: Settings,
    arrived: Notify,
}

/// An event that was not queued.
#[derive(Debug, Error)]
pub enum EnqueueError {
    /// No such function.
    #[error("Function not found: {0}")]
    NoFunction(String),
    /// The event is larger than an asynchronous invocation takes.
    #[error(
        "{0} byte payload is too large for the Event invocation type (limit {MAXIMUM_BYTES} bytes)"
    )]
    TooLarge(usize),
    /// The state can't be written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Asynchronous {
    /// The declared functions over their waiting events in the store.
    pub fn new(
        declared: Vec<AsynchronousFunction>,
        store: Store,
        clock: Clock,
        chance: Chance,
        journal: Journal,
        settings: Settings,
    ) -> Result<Self, StoreError> {
        store.create(events::SCHEMA)?;
        store.create(letters::SCHEMA)?;
        store.commit(events::upgrade)?;
        let functions = declared
            .into_iter()
            .map(|function| (function.arn.clone(), function))
            .collect();
        Ok(Self(Arc::new(Inner {
            functions,
            store,
            clock,
            chance,
            journal,
            settings,
            arrived: Notify::new(),
        })))
    }

    /// Queues an event (JSON text) for a function and returns the request id once it is committed.
    pub fn enqueue(&self, function_arn: &str, payload: &Bytes) -> Result<String, EnqueueError> {
        let request_id = self
            .0
            .store
            .commit(|transaction| self.enqueue_in(transaction, function_arn, payload))??;
        self.announce();
        Ok(request_id)
    }

    /// Queues an event within a transaction of another part. Call [`Self::announce`] after its
    /// commit.
    pub(crate) fn enqueue_in(
        &self,
        transaction: &Transaction<'_>,
        function_arn: &str,
        payload: &[u8],
    ) -> Result<Result<String, EnqueueError>, StoreError> {
        self.continue_in(transaction, function_arn, payload, &Passes::default())
    }

    /// Queues an event that follows from others.
    fn continue_in(
        &self,
        transaction: &Transaction<'_>,
        function_arn: &str,
        payload: &[u8],
        passes: &Passes,
    ) -> Result<Result<String, EnqueueError>, StoreError> {
        let arn = unqualified(function_arn);
        if !self.0.functions.contains_key(arn) {
            return Ok(Err(EnqueueError::NoFunction(function_arn.to_owned())));
        }
        if payload.len() > MAXIMUM_BYTES {
            return Ok(Err(EnqueueError::TooLarge(payload.len())));
        }
        let request_id = self.0.chance.uuid().to_string();
        let event = events::New {
            request_id: &request_id,
            function_arn: arn,
            payload,
            passes,
            now: self.0.clock.now(),
        };
        events::insert(transaction, &event)?;
        let duplicates = self.0.settings.duplicates;
        if duplicates > 0.0 && self.0.chance.fraction() < duplicates {
            events::insert(transaction, &event)?;
        }
        Ok(Ok(request_id))
    }

    /// Lets the driver look for new events.
    pub(crate) fn announce(&self) {
        self.0.arrived.notify_one();
    }

    /// Gives the events to their functions, and what becomes of them to `destination` (or to another
    /// function), until the answer is dropped.
    pub fn start(
        &self,
        invoke: Arc<dyn Invoke>,
        destination: Arc<dyn FailureDestination>,
    ) -> Background {
        Background::start(driver::drive(self.clone(), invoke, destination))
    }
}

/// A function's ARN without a version or alias.
fn unqualified(arn: &str) -> &str {
    arn.match_indices(':')
        .nth(6)
        .map_or(arn, |(end, _)| &arn[..end])
}
