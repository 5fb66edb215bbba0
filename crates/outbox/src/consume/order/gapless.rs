use std::fmt;
use std::hash::{BuildHasher as _, RandomState};
use std::marker::PhantomData;
use std::sync::Mutex;
use std::time::{Duration, SystemTime};

use contract::{Aggregate, NotAllTypes, SequenceKind};
use jiff::Timestamp;

use super::lane::{Gap, Hold, Next};
use super::{LaneKey, LaneStore, OrderError, Parkable, Versioned, timestamp};
use crate::OrderTable;
use crate::consume::once::lease;
use crate::consume::{FromEvent, retry};
use crate::environment::required;
use crate::publish::CallError;
use crate::relay::lock;
use crate::sdk::sdk_config;

/// How much is parked for one key, and how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// The most events.
    pub events: usize,
    /// Their most bytes as JSON; an item of DynamoDB holds 400 KB.
    pub bytes: usize,
    /// How long the missing events are waited for.
    pub patience: Duration,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            events: 100,
            bytes: 256 * 1024,
            patience: Duration::from_mins(15),
        }
    }
}

/// What became of a delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taken {
    /// The event was consumed before.
    Repeat,
    /// The event waits in the store, for those before it or for the delivery that is at work; that one will find it.
    Parked,
    /// Events were consumed: this one, and parked ones that were ready.
    Consumed {
        /// How many.
        events: usize,
        /// The gaps that were given up before one of them.
        given_up: Vec<Gap>,
    },
}

/// Hands over every event of an aggregate in its order, one after the other, each completed once.
///
/// An event that comes before its predecessors is parked in the store and its delivery succeeds: no message fails for
/// coming early. The delivery that fills the gap consumes what is parked behind it as well. When the [`Bounds`] are
/// reached the gap is given up: what waits is handed over, an error is logged that names the gap, and what still
/// arrives of it is handed over late, so that nothing is lost. Whether the time is up shows when the key's next event
/// comes; [`Gapless::release_overdue`] is for a schedule, so that a last event does not wait for ever.
///
/// An event that fails blocks its key, as order demands: its delivery and later ones fail until it is consumed.
/// Parked events lie in the table with all their data.
pub struct Gapless<T, S = OrderTable> {
    store: S,
    consumer: String,
    bounds: Bounds,
    owners: Mutex<fastrand::Rng>,
    clock: Box<dyn Fn() -> SystemTime + Send + Sync>,
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
        let gapless = Self::new::<A>(store, consumer)?;
        // The standard library's hasher is seeded by the operating system, differently in each process.
        let seed = RandomState::new().hash_one(&gapless.consumer);
        Ok(gapless.with_seed(seed))
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
            owners: Mutex::new(fastrand::Rng::with_seed(0)),
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
        self.owners = Mutex::new(fastrand::Rng::with_seed(seed));
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
    /// The first [`OrderError`]; other keys are left for the next time.
    pub async fn release_overdue<F, R>(
        &self,
        handler: impl Fn(T) -> F,
    ) -> Result<usize, OrderError<R>>
    where
        F: Future<Output = Result<(), R>>,
    {
        let parked_by = self.now().saturating_sub(self.bounds.patience);
        let parked_by = parked_by.unwrap_or(Timestamp::MIN);
        let overdue = retry::transient(|| self.store.overdue(&self.consumer, parked_by)).await;
        let overdue = overdue.map_err(|error| OrderError::Store {
            key: "*".to_owned(),
            error,
        })?;
        let mut released = 0;
        for overdue in overdue {
            let turn = self.turn(&overdue.key);
            if let Entered::Held(lane) = turn.enter(None).await?
                && let Taken::Consumed { events, .. } = turn.drain(lane, &handler).await?
            {
                released += events;
            }
        }
        Ok(released)
    }

    fn now(&self) -> Timestamp {
        timestamp(&self.clock)
    }

    fn turn<'a>(&'a self, key: &'a str) -> Turn<'a, T, S> {
        Turn {
            gapless: self,
            key: LaneKey {
                consumer: &self.consumer,
                key,
            },
            owner: format!("{:032x}", lock(&self.owners).u128(..)),
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

/// One delivery at one key.
struct Turn<'a, T, S> {
    gapless: &'a Gapless<T, S>,
    key: LaneKey<'a>,
    owner: String,
}

enum Entered {
    /// This delivery has the key.
    Held(Versioned),
    /// There is nothing to do.
    Not(Taken),
}

impl<T: FromEvent, S: LaneStore> Turn<'_, T, S> {
    /// Parks the event, and takes the key if something is ready and nobody has it.
    ///
    /// A lane changes under the eyes of others only by a save that fails, so whoever loses reads again. The one who
    /// has the key can't let go of it without having seen what was parked meanwhile.
    async fn enter<R>(&self, event: Option<(u64, &str)>) -> Result<Entered, OrderError<R>> {
        loop {
            let Versioned { mut lane, version } = self.load().await?;
            let now = self.gapless.now();
            let mut not_held = Taken::Repeat;
            if let Some((sequence, event)) = event
                && !lane.has_consumed(sequence)
            {
                lane.park(sequence, event, now);
                not_held = Taken::Parked;
            }
            let held_by_another = lane.is_held_by_another(&self.owner, now);
            let bounds = &self.gapless.bounds;
            if held_by_another && not_held == Taken::Parked && lane.is_over(bounds) {
                let key = self.key.key.to_owned();
                return Err(OrderError::Busy { key });
            }
            // A repeat as well: its first delivery may have failed at what was parked behind it.
            let enters = !held_by_another && lane.next(bounds, now) != Next::Wait;
            if enters {
                let until = now.saturating_add(lease()).unwrap_or(Timestamp::MAX);
                let owner = self.owner.clone();
                lane.hold = Some(Hold { owner, until });
            } else if not_held == Taken::Repeat {
                return Ok(Entered::Not(Taken::Repeat));
            }
            if self.save(&lane, version).await? {
                let version = version + 1;
                return Ok(if enters {
                    Entered::Held(Versioned { lane, version })
                } else {
                    Entered::Not(not_held)
                });
            }
        }
    }

    /// Consumes what is ready, and lets go of the key.
    async fn drain<F, R>(
        &self,
        mut held: Versioned,
        handler: &impl Fn(T) -> F,
    ) -> Result<Taken, OrderError<R>>
    where
        F: Future<Output = Result<(), R>>,
    {
        let (mut events, mut given_up) = (0, Vec::new());
        while held.lane.hold.is_some() {
            let next = held.lane.next(&self.gapless.bounds, self.gapless.now());
            let sequence = match next {
                Next::Wait => {
                    // Somebody else parked something, or nothing at all is ready any more.
                    let mut lane = held.lane.clone();
                    lane.hold = None;
                    if self.save(&lane, held.version).await? {
                        break;
                    }
                    held = self.reload().await?;
                    continue;
                }
                Next::Consume(sequence) => sequence,
                Next::GiveUp(gap, sequence) => {
                    tracing::error!(
                        key = self.key.key,
                        consumer = self.key.consumer,
                        first = gap.first,
                        last = gap.last,
                        "events did not come in time: the gap is given up, and what waits behind it is handed over"
                    );
                    given_up.push(gap);
                    sequence
                }
            };
            if let Err(error) = self.consume(&held, sequence, handler).await {
                self.let_go(held).await;
                return Err(error);
            }
            events += 1;
            held = self.consumed(held, sequence).await?;
        }
        Ok(Taken::Consumed { events, given_up })
    }

    async fn consume<F, R>(
        &self,
        held: &Versioned,
        sequence: u64,
        handler: &impl Fn(T) -> F,
    ) -> Result<(), OrderError<R>>
    where
        F: Future<Output = Result<(), R>>,
    {
        if held.lane.is_late(sequence) {
            tracing::warn!(
                key = self.key.key,
                sequence,
                "arrived after its gap was given up: handed over late"
            );
        }
        let parked = held.lane.parked.get(&sequence);
        let event = parked.map_or("null", |parked| &parked.event);
        let event = serde_json::from_str(event).unwrap_or_default();
        let event = T::from_event(event).map_err(|misfit| OrderError::Unreadable {
            key: self.key.key.to_owned(),
            misfit,
        })?;
        handler(event).await.map_err(OrderError::Handler)
    }

    /// Notes that an event was consumed; lets go of the key at once if nothing more is ready.
    async fn consumed<R>(
        &self,
        mut held: Versioned,
        sequence: u64,
    ) -> Result<Versioned, OrderError<R>> {
        loop {
            let mut lane = held.lane.clone();
            lane.consumed(sequence);
            if lane.next(&self.gapless.bounds, self.gapless.now()) == Next::Wait {
                lane.hold = None;
            }
            if self.save(&lane, held.version).await? {
                let version = held.version + 1;
                return Ok(Versioned { lane, version });
            }
            held = self.reload().await?;
        }
    }

    /// Lets the next delivery begin at once; if that fails, the lease runs out.
    async fn let_go(&self, mut held: Versioned) {
        held.lane.hold = None;
        let saved: Result<bool, OrderError<()>> = self.save(&held.lane, held.version).await;
        if !matches!(saved, Ok(true)) {
            tracing::warn!(
                key = self.key.key,
                "the key was not let go of: its lease runs out by itself"
            );
        }
    }

    /// The lane after somebody else has changed it, if this delivery still has it.
    async fn reload<R>(&self) -> Result<Versioned, OrderError<R>> {
        let now = self.load().await?;
        if now.lane.is_held_by(&self.owner) {
            Ok(now)
        } else {
            let key = self.key.key.to_owned();
            Err(OrderError::LeaseLost { key })
        }
    }

    async fn load<R>(&self) -> Result<Versioned, OrderError<R>> {
        let loaded = retry::transient(|| self.gapless.store.load(self.key)).await;
        loaded.map_err(|error| self.store_error(error))
    }

    async fn save<R>(&self, lane: &super::Lane, version: u64) -> Result<bool, OrderError<R>> {
        let saved = retry::transient(|| self.gapless.store.save(self.key, lane, version)).await;
        saved.map_err(|error| self.store_error(error))
    }

    fn store_error<R>(&self, error: CallError) -> OrderError<R> {
        OrderError::Store {
            key: self.key.key.to_owned(),
            error,
        }
    }
}
