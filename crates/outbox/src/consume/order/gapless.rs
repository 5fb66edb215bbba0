use std::fmt;
use std::marker::PhantomData;
use std::time::SystemTime;

use contract::{Aggregate, NotAllTypes, SequenceKind};
use jiff::Timestamp;

use super::turn::{Clock, Entered, Taken, Turn};
use super::{Bounds, LaneKey, LaneStore, OrderError, Parkable, timestamp};
use crate::OrderTable;
use crate::consume::owners::Owners;
use crate::consume::{FromEvent, retry};
use crate::environment::required;
use crate::function::with_causes;
use crate::sdk::sdk_config;

/// Hands over every event of an aggregate in its order, one after the other, each completed once.
///
/// An event that comes before its predecessors is parked in the store and its delivery succeeds: no message fails for
/// coming early. The delivery that fills the gap consumes what is parked behind it as well. When the [`Bounds`] are
/// reached the gap is given up: what waits is handed over, an error is logged that names the gap, and what still
/// arrives of it is handed over late, so that nothing is lost. Whether the time is up shows when the key's next event
/// comes, or a schedule: without one a last event waits for ever.
///
/// An event that fails blocks its key, as order demands: its delivery and later ones fail until it is consumed. One
/// that was parked has no delivery any more; the key's next one tries it again, or the schedule.
/// Parked events lie in the table with all their data.
///
/// ```
/// # use contract::{Aggregate, Event, EventPattern, Misfit, Received};
/// # use outbox::consume::{FromEvent, order::Gapless};
/// # async fn start<Packed: Event, Shipped: Event>() -> Result<(), outbox::Error> {
/// enum Notice<Packed, Shipped> {
///     Packed(Received<Packed>),
///     Shipped(Received<Shipped>),
/// }
///
/// impl<Packed: Event, Shipped: Event> FromEvent for Notice<Packed, Shipped> {
///     fn from_event(event: serde_json::Value) -> Result<Self, Misfit> {
///         if event["detail-type"] == Shipped::DETAIL_TYPE {
///             Received::read(event).map(Self::Shipped)
///         } else {
///             Received::read(event).map(Self::Packed)
///         }
///     }
///
///     fn patterns() -> Vec<EventPattern> {
///         vec![EventPattern::of::<Packed>(), EventPattern::of::<Shipped>()]
///     }
/// }
/// # struct Parcel<P, S>(std::marker::PhantomData<(P, S)>);
/// # impl<P: Event, S: Event> Aggregate for Parcel<P, S> {
/// #     fn patterns() -> Vec<EventPattern> { vec![EventPattern::of::<P>(), EventPattern::of::<S>()] }
/// # }
///
/// // ORDER_TABLE_NAME. An error if the aggregate has a kind of event that a notice does not read.
/// let gapless = Gapless::from_env::<Parcel<Packed, Shipped>>("printer")?;
/// gapless
///     .run(|notice: Notice<Packed, Shipped>| async move {
///         match notice {
///             Notice::Packed(event) => println!("{} is packed", event.metadata.key),
///             Notice::Shipped(event) => println!("{} is on its way", event.metadata.key),
///         }
///         Ok::<(), std::io::Error>(())
///     })
///     .await
/// # }
/// ```
pub struct Gapless<T, S = OrderTable> {
    store: S,
    consumer: String,
    bounds: Bounds,
    owners: Owners,
    clock: Clock,
    reads: PhantomData<fn() -> T>,
}

impl<T: FromEvent> Gapless<T, OrderTable> {
    /// For one consumer, with its keys in the table that the environment variable `ORDER_TABLE_NAME` names.
    ///
    /// # Errors
    /// [`Error::MissingVariable`](crate::Error::MissingVariable) names the variable,
    /// [`Error::NotAllTypes`](crate::Error::NotAllTypes) the events of `A` that `T` does not read.
    pub fn from_env<A: Aggregate>(consumer: impl Into<String>) -> Result<Self, crate::Error> {
        let table = required("ORDER_TABLE_NAME", "the name of the order table")?;
        let store = OrderTable::new(&sdk_config()?, table);
        Ok(Self {
            owners: Owners::of_this_process(),
            ..Self::new::<A>(store, consumer)?
        })
    }
}

impl<T: FromEvent, S: LaneStore> Gapless<T, S> {
    /// For one consumer, with its keys in `store`.
    ///
    /// # Errors
    /// [`NotAllTypes`] names the events of the aggregate that `T` does not read ([`FromEvent::patterns`]): a gap would
    /// mean nothing then. Check the rule as well, with [`Aggregate::all_taken_by`].
    pub fn new<A: Aggregate>(store: S, consumer: impl Into<String>) -> Result<Self, NotAllTypes> {
        A::all_taken_by(&T::patterns())?;
        Ok(Self {
            store,
            consumer: consumer.into(),
            bounds: Bounds::default(),
            owners: Owners::seeded(0),
            clock: Box::new(SystemTime::now),
            reads: PhantomData,
        })
    }

    /// Other bounds.
    #[must_use]
    pub fn with_bounds(mut self, bounds: Bounds) -> Self {
        self.bounds = bounds;
        self
    }

    /// The seed of the names that mark a lease as one's own. Environments that run at the same time need different
    /// ones.
    #[must_use]
    pub fn with_seed(mut self, seed: u64) -> Self {
        self.owners = Owners::seeded(seed);
        self
    }

    /// Another clock than the machine's, for tests.
    #[must_use]
    pub fn with_clock(mut self, clock: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.clock = Box::new(clock);
        self
    }

    /// Takes one delivery: parks its event, and consumes all that is ready, in order.
    ///
    /// # Errors
    /// [`OrderError`]: the delivery fails and comes again. What was consumed before stays so.
    pub async fn take<F, R>(
        &self,
        event: Parkable<T>,
        handler: impl Fn(T) -> F,
    ) -> Result<Taken, OrderError<R>>
    where
        F: Future<Output = Result<(), R>>,
    {
        let metadata = &event.metadata;
        let counter = metadata.sequence.as_str().parse().ok();
        let is_counter = metadata.sequence_kind == SequenceKind::Counter;
        let Some(sequence) = counter.filter(|n: &u64| is_counter && (1..u64::MAX).contains(n))
        else {
            return Err(OrderError::NotACounter {
                event_id: metadata.event_id.clone(),
                sequence: metadata.sequence.to_string(),
            });
        };
        let turn = self.turn(&metadata.key);
        let entered = turn.enter(Some((sequence, &event.as_it_came))).await?;
        match entered {
            Entered::Held(lane) => turn.drain(lane, &handler).await,
            Entered::Not(taken) => {
                if taken == Taken::Parked {
                    tracing::info!(
                        event_id = metadata.event_id,
                        key = metadata.key,
                        sequence,
                        "came before its turn: parked"
                    );
                }
                Ok(taken)
            }
        }
    }

    /// Hands over what has waited longer than the bounds allow, for all keys of the consumer, and tells how many
    /// events that were. For a schedule: it reads the whole table.
    ///
    /// # Errors
    /// The first [`OrderError`]; a key that fails does not hold up the others.
    pub async fn release_overdue<F, R>(
        &self,
        handler: impl Fn(T) -> F,
    ) -> Result<usize, OrderError<R>>
    where
        F: Future<Output = Result<(), R>>,
        R: std::error::Error,
    {
        let parked_by = self.now().saturating_sub(self.bounds.patience);
        let parked_by = parked_by.unwrap_or(Timestamp::MIN);
        let overdue = retry::transient(|| self.store.overdue(&self.consumer, parked_by)).await;
        let overdue = overdue.map_err(|error| OrderError::Store {
            key: "*".to_owned(),
            error,
        })?;
        let (mut released, mut failed) = (0, None);
        for overdue in overdue {
            match self.release(&overdue.key, &handler).await {
                Ok(events) => released += events,
                Err(error) => {
                    tracing::error!(
                        key = overdue.key,
                        error = with_causes(&error),
                        "what waits was not handed over, and waits on"
                    );
                    failed.get_or_insert(error);
                }
            }
        }
        failed.map_or(Ok(released), Err)
    }

    async fn release<F, R>(
        &self,
        key: &str,
        handler: &impl Fn(T) -> F,
    ) -> Result<usize, OrderError<R>>
    where
        F: Future<Output = Result<(), R>>,
    {
        let turn = self.turn(key);
        match turn.enter(None).await? {
            Entered::Not(_) => Ok(0),
            Entered::Held(lane) => match turn.drain(lane, handler).await? {
                Taken::Consumed { events, .. } => Ok(events),
                Taken::Parked | Taken::Repeat => Ok(0),
            },
        }
    }

    fn now(&self) -> Timestamp {
        timestamp(&self.clock)
    }

    fn turn<'a>(&'a self, key: &'a str) -> Turn<'a, S> {
        Turn {
            store: &self.store,
            bounds: &self.bounds,
            clock: &self.clock,
            key: LaneKey {
                consumer: &self.consumer,
                key,
            },
            owner: self.owners.draw(),
        }
    }
}

impl<T, S: fmt::Debug> fmt::Debug for Gapless<T, S> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Gapless")
            .field("store", &self.store)
            .field("consumer", &self.consumer)
            .field("bounds", &self.bounds)
            .finish_non_exhaustive()
    }
}
