//! What the consumer of a queue does with one event.

use std::future::pending;
use std::sync::Arc;

use contract::Received;
use delivery::Time;
use events::{OrderDetailsChanged, OrderPlaced};
use notify_restaurant::notify;
use order_tracking::track;
use outbox::consume::{FromEvent, OnceError, OrFrom};
use serde_json::Value;
use thiserror::Error;
use tokio::sync::Notify;

use super::panic_at_once;
use super::tracking::TrackingTable;
use crate::observation::{Observation, Once, Ordered, Step, Target, Turn};
use crate::scenario::{Crash, FaultKind};
use crate::world::Ground;

#[derive(Debug, Error)]
#[error("{0}")]
pub(super) struct Unconsumed(String);

impl Unconsumed {
    fn unavailable() -> Self {
        Self("what the consumer needs is not there".to_owned())
    }

    pub(super) fn of(error: &OnceError<Self>) -> Self {
        Self(error.to_string())
    }
}

/// An event as the application's own consumers get it.
pub(super) fn read(event: &Value) -> Result<Received<OrderDetailsChanged>, Unconsumed> {
    let read = OrFrom::<OrderDetailsChanged, OrderPlaced>::from_event(event.clone());
    let OrFrom(event, _) = read.map_err(|misfit| Unconsumed(misfit.to_string()))?;
    Ok(event)
}

/// The producer's id of an event.
pub(super) fn event_id(event: &Value) -> Arc<str> {
    let id = event["detail"]["metadata"]["eventId"].as_str();
    id.unwrap_or_default().into()
}

/// What a consumer does with one event, and what goes wrong in it.
#[derive(Clone, Copy)]
pub(super) struct Work<'a> {
    pub(super) ground: &'a Ground,
    pub(super) target: Target,
    /// The process exits.
    pub(super) exits: &'a Notify,
    /// When nobody else has to wait for this work any more.
    pub(super) until: Time,
}

impl Work<'_> {
    pub(super) async fn complete(&self, event: &Value) -> Result<(), Unconsumed> {
        let Self { ground, target, .. } = *self;
        self.began(event);
        ground.takes(1, 10).await;
        let failing = ground.strike(|kind| match kind {
            FaultKind::QueueConsumerFails(failing, crash) if *failing == target => Some(*crash),
            _ => None,
        });
        let mut done = self.fails(failing).await;
        if done.is_ok() {
            done = self.take_effect(event).await;
        }
        if done.is_ok() {
            let ending = ground.strike(|kind| match kind {
                FaultKind::QueueConsumerEndsBeforeRecording(ending, crash) if *ending == target => {
                    Some(*crash)
                }
                _ => None,
            });
            done = self.fails(ending).await;
        }
        if done.is_ok() && ground.strikes(&FaultKind::QueueConsumerForgets(target)) {
            done = Err(Unconsumed::unavailable());
        }
        self.ended(event, done.is_ok());
        done
    }

    async fn fails(&self, crash: Option<Crash>) -> Result<(), Unconsumed> {
        match crash {
            None => Ok(()),
            Some(Crash::Errors) => Err(Unconsumed::unavailable()),
            Some(Crash::Panics) => {
                panic_at_once();
                Ok(())
            }
            Some(Crash::TimesOut) => pending().await,
            Some(Crash::Exits) => {
                self.exits.notify_one();
                pending().await
            }
        }
    }

    async fn take_effect(&self, event: &Value) -> Result<(), Unconsumed> {
        let Self { ground, target, .. } = *self;
        match target {
            Target::Consumer | Target::Queue | Target::Audit | Target::History => {}
            Target::Notify => {
                let Ok(()) = notify(&read(event)?).await;
            }
            Target::Tracking => {
                let tracked = track(&read(event)?, &TrackingTable(ground)).await;
                tracked.map_err(|error| Unconsumed(error.to_string()))?;
            }
        }
        ground.observe(Observation::Delivered {
            target,
            event: event.to_string().into(),
        });
        Ok(())
    }

    fn began(&self, event: &Value) {
        let until = self.until;
        let sequence = sequence(event);
        self.tell(
            event,
            Step::Began { until },
            Turn::Began { sequence, until },
        );
    }

    fn ended(&self, event: &Value, well: bool) {
        let sequence = sequence(event);
        self.tell(event, Step::Ended, Turn::Ended { sequence, well });
    }

    /// Of those who work on each event once, or in its order.
    fn tell(&self, event: &Value, step: Step, turn: Turn) {
        let Self { ground, target, .. } = *self;
        match target {
            Target::Consumer | Target::Queue | Target::Audit => {}
            Target::Notify | Target::Tracking => ground.observe(Observation::Once(Once {
                target,
                event_id: event_id(event),
                step,
            })),
            Target::History => ground.observe(Observation::Ordered(Ordered {
                key: key(event).into(),
                step: turn,
            })),
        }
    }
}

fn key(event: &Value) -> &str {
    let key = event["detail"]["metadata"]["key"].as_str();
    key.unwrap_or_default()
}

/// The sequence of an event of a counter.
fn sequence(event: &Value) -> u64 {
    let sequence = event["detail"]["metadata"]["sequence"].as_str();
    sequence
        .and_then(|sequence| sequence.parse().ok())
        .unwrap_or_default()
}
