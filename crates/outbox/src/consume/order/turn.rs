//! One delivery's turn at one key: to park its event, or to consume what is ready.

use std::time::SystemTime;

use jiff::Timestamp;

use super::lane::{Gap, Hold, Lane, Next};
use super::{Bounds, LaneKey, LaneStore, OrderError, Versioned, timestamp};
use crate::consume::once::lease;
use crate::consume::{FromEvent, retry};
use crate::publish::CallError;

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

pub(super) type Clock = Box<dyn Fn() -> SystemTime + Send + Sync>;

/// One delivery at one key.
pub(super) struct Turn<'a, S> {
    pub(super) store: &'a S,
    pub(super) bounds: &'a Bounds,
    pub(super) clock: &'a Clock,
    pub(super) key: LaneKey<'a>,
    /// The name that marks a lease as this delivery's.
    pub(super) owner: String,
}

/// What a delivery may do at a key.
pub(super) enum Entered {
    /// This delivery has the key.
    Held(Versioned),
    /// There is nothing to do.
    Not(Taken),
}

impl<S: LaneStore> Turn<'_, S> {
    /// Parks the event, and takes the key if something is ready and nobody has it.
    ///
    /// A lane changes under the eyes of others only by a save that fails, so whoever loses reads again. The one who
    /// has the key can't let go of it without having seen what was parked meanwhile.
    pub(super) async fn enter<R>(
        &self,
        event: Option<(u64, &str)>,
    ) -> Result<Entered, OrderError<R>> {
        loop {
            let Versioned { mut lane, version } = self.load().await?;
            let now = timestamp(self.clock);
            let mut not_held = Taken::Repeat;
            if let Some((sequence, event)) = event
                && !lane.has_consumed(sequence)
            {
                lane.park(sequence, event, now);
                not_held = Taken::Parked;
            }
            let held_by_another = lane.is_held_by_another(&self.owner, now);
            let bounds = self.bounds;
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
    pub(super) async fn drain<T, F, R>(
        &self,
        mut held: Versioned,
        handler: &impl Fn(T) -> F,
    ) -> Result<Taken, OrderError<R>>
    where
        T: FromEvent,
        F: Future<Output = Result<(), R>>,
    {
        let (mut events, mut given_up) = (0, Vec::new());
        while held.lane.hold.is_some() {
            let next = held.lane.next(self.bounds, timestamp(self.clock));
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

    async fn consume<T, F, R>(
        &self,
        held: &Versioned,
        sequence: u64,
        handler: &impl Fn(T) -> F,
    ) -> Result<(), OrderError<R>>
    where
        T: FromEvent,
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
            if lane.next(self.bounds, timestamp(self.clock)) == Next::Wait {
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
        let loaded = retry::transient(|| self.store.load(self.key)).await;
        loaded.map_err(|error| self.store_error(error))
    }

    async fn save<R>(&self, lane: &Lane, version: u64) -> Result<bool, OrderError<R>> {
        let saved = retry::transient(|| self.store.save(self.key, lane, version)).await;
        saved.map_err(|error| self.store_error(error))
    }

    fn store_error<R>(&self, error: CallError) -> OrderError<R> {
        OrderError::Store {
            key: self.key.key.to_owned(),
            error,
        }
    }
}
