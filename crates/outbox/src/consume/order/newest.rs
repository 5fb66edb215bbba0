use std::fmt;

use contract::{Event, Received};

use super::{LaneKey, OrderError, SeenStore};
use crate::OrderTable;
use crate::consume::retry;
use crate::environment::required;
use crate::sdk::sdk_config;

/// Hands over no event that is older than one of its key seen before.
///
/// An event counts as seen when it is begun; one that fails and comes again is handed over again, unless a newer one
/// came in between. Two handlers of one key may run at a time, so an effect that takes long can still end after that
/// of a newer event.
///
/// ```
/// # use contract::Event;
/// # use outbox::consume::{self, Received, order::Newest};
/// # async fn show<E>(parcel: &E) -> Result<(), std::io::Error> { Ok(()) }
/// # async fn start<ParcelMoved: Event>() -> Result<(), outbox::Error> {
/// let newest = Newest::from_env("map")?; // ORDER_TABLE_NAME
/// consume::run(async |event: Received<ParcelMoved>| {
///     newest.run(&event, async || show(&event.detail).await).await.map(drop)
/// })
/// .await
/// # }
/// ```
pub struct Newest<S = OrderTable> {
    store: S,
    consumer: String,
}

impl Newest<OrderTable> {
    /// For one consumer, with its keys in the table that the environment variable `ORDER_TABLE_NAME` names.
    ///
    /// # Errors
    /// [`Error::MissingVariable`](crate::Error::MissingVariable) names the variable.
    pub fn from_env(consumer: impl Into<String>) -> Result<Self, crate::Error> {
        let table = required("ORDER_TABLE_NAME", "the name of the order table")?;
        Ok(Self::new(OrderTable::new(&sdk_config()?, table), consumer))
    }
}

impl<S: SeenStore> Newest<S> {
    /// For one consumer, with its keys in `store`.
    pub fn new(store: S, consumer: impl Into<String>) -> Self {
        Self {
            store,
            consumer: consumer.into(),
        }
    }

    /// Runs `work` unless the event is older than the last one seen of its key: then there is no result, and a log
    /// line.
    ///
    /// # Errors
    /// [`OrderError::Handler`] and [`OrderError::Store`].
    pub async fn run<E: Event, A, R>(
        &self,
        event: &Received<E>,
        work: impl AsyncFnOnce() -> Result<A, R>,
    ) -> Result<Option<A>, OrderError<R>> {
        let metadata = &event.metadata;
        let lane = LaneKey {
            consumer: &self.consumer,
            key: &metadata.key,
        };
        let seen = retry::transient(|| self.store.see(lane, &metadata.sequence)).await;
        let seen = seen.map_err(|error| OrderError::Store {
            key: metadata.key.clone(),
            error,
        })?;
        if !seen {
            tracing::info!(
                event_id = metadata.event_id,
                key = metadata.key,
                sequence = metadata.sequence.as_str(),
                "older than the last one seen of its key: not consumed"
            );
            return Ok(None);
        }
        work().await.map(Some).map_err(OrderError::Handler)
    }
}

impl<S: fmt::Debug> fmt::Debug for Newest<S> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Newest")
            .field("store", &self.store)
            .field("consumer", &self.consumer)
            .finish()
    }
}
