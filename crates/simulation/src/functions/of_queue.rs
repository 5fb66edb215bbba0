//! The functions that read queues.

use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use contract::{Misfit, Received};
use delivery::{Outcome, Time};
use emulator::Invocation;
use events::{OrderDetailsChanged, OrderPlaced};
use notify_restaurant::notify;
use order_tracking::track;
use outbox::consume::{FromEvent, LEASE_MARGIN, Once, OnceError, OrFrom, QueueBatch, handle_queue};
use serde::Deserialize;
use serde_json::Value;
use thiserror::Error;
use tokio::sync::Notify;
use tokio::time::Instant;

use super::records::{RecordsOf, once};
use super::tracking::TrackingTable;
use super::{answered, crashed, ended, panic_at_once, throttled};
use crate::observation::{Function, Observation, Once as Happened, Step, Target};
use crate::scenario::{Crash, FaultKind};
use crate::world::Ground;

/// The time-out of these functions; no queue hides a message for less.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(5);

#[derive(Debug, Error)]
#[error("{0}")]
struct Unconsumed(String);

impl Unconsumed {
    fn unavailable() -> Self {
        Self("what the consumer needs is not there".to_owned())
    }

    fn of(error: &OnceError<Self>) -> Self {
        Self(error.to_string())
    }
}

/// What is read of a batch beside what the function reads.
#[derive(Deserialize)]
struct Identified {
    #[serde(rename = "Records")]
    records: Vec<Record>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Record {
    message_id: Arc<str>,
    body: String,
}

/// An event of any kind, as it came.
struct Anything(Value);

impl FromEvent for Anything {
    fn from_event(event: Value) -> Result<Self, Misfit> {
        Ok(Self(event))
    }
}

/// An event as the application's own consumers get it.
fn read(event: &Value) -> Result<Received<OrderDetailsChanged>, Unconsumed> {
    let read = OrFrom::<OrderDetailsChanged, OrderPlaced>::from_event(event.clone());
    let OrFrom(event, _) = read.map_err(|misfit| Unconsumed(misfit.to_string()))?;
    Ok(event)
}

/// The producer's id of an event.
fn event_id(event: &Value) -> Arc<str> {
    let id = event["detail"]["metadata"]["eventId"].as_str();
    id.unwrap_or_default().into()
}

/// The functions of one life of the emulator. They keep nothing from one run to the next but where the names of their
/// leases come from, so all environments of one are one.
pub(super) struct OfQueues {
    ground: Arc<Ground>,
    notify: Once<RecordsOf>,
    tracking: Once<RecordsOf>,
}

impl OfQueues {
    /// `seed` is another one in each life.
    pub(super) fn new(ground: &Arc<Ground>, seed: u32) -> Self {
        Self {
            ground: Arc::clone(ground),
            notify: once(ground, Target::Notify, "notify-restaurant", seed),
            tracking: once(ground, Target::Tracking, "order-tracking", seed),
        }
    }

    /// Runs the function of a target's queue once.
    pub(super) async fn invoke(&self, target: Target, invocation: Invocation) -> Outcome {
        invoke(self, target, invocation).await
    }
}

async fn invoke(functions: &OfQueues, target: Target, invocation: Invocation) -> Outcome {
    let ground = &*functions.ground;
    let function = Function::OfQueue(target);
    let throttling = FaultKind::QueueConsumerThrottled(target);
    if ground.strikes(&throttling) {
        let outcome = throttled();
        answered(ground, function, 0, invocation.request_id, &outcome);
        return outcome;
    }
    let records = serde_json::from_slice(&invocation.payload)
        .map_or_else(|_| Vec::new(), |identified: Identified| identified.records);
    ground.observe(Observation::Invoked {
        function,
        environment: 1,
        request_id: invocation.request_id.clone(),
        events: records.iter().map(Record::event_id).collect(),
        messages: records.into_iter().map(|it| it.message_id).collect(),
    });
    let outcome = run(functions, target, &invocation.payload).await;
    ground.alive().await;
    let outcome = ground.variant.of_queue(outcome);
    answered(ground, function, 1, invocation.request_id, &outcome);
    outcome
}

impl Record {
    /// The producer's id of the event in it.
    fn event_id(&self) -> Arc<str> {
        event_id(&serde_json::from_str(&self.body).unwrap_or_default())
    }
}

async fn run(functions: &OfQueues, target: Target, payload: &[u8]) -> Outcome {
    let ground = &*functions.ground;
    let started = Instant::now();
    ground.takes(0, 3).await;
    let Ok(batch) = serde_json::from_slice::<QueueBatch>(payload) else {
        return crashed(Crash::Errors);
    };
    let exits = Notify::new();
    let until = ground.clock.now().plus(TIMEOUT + LEASE_MARGIN);
    let handler = async |Anything(event): Anything| {
        let work = Work {
            ground,
            target,
            exits: &exits,
            until,
        };
        match target {
            Target::Consumer | Target::Queue | Target::Audit => work.complete(&event).await,
            Target::Notify => functions
                .notify
                .run(&read(&event)?, async || work.complete(&event).await)
                .await
                .map_err(|error| Unconsumed::of(&error)),
            Target::Tracking => functions
                .tracking
                .run(&read(&event)?, async || work.complete(&event).await)
                .await
                .map_err(|error| Unconsumed::of(&error)),
        }
    };
    let running = handle_queue(batch, started + TIMEOUT, handler);
    let failures = tokio::select! {
        biased;
        () = exits.notified() => return crashed(Crash::Exits),
        failures = running => failures,
    };
    let ending = ground.strike(|kind| match kind {
        FaultKind::QueueConsumerEndsBeforeAnswering(ending, crash) if *ending == target => {
            Some(*crash)
        }
        _ => None,
    });
    match ending {
        Some(crash) => ended(crash, started + TIMEOUT).await,
        None => Outcome::Answered(serde_json::to_vec(&failures).unwrap_or_default().into()),
    }
}

/// What a consumer does with one event, and what goes wrong in it.
struct Work<'a> {
    ground: &'a Ground,
    target: Target,
    /// The process exits.
    exits: &'a Notify,
    /// When nobody else has to wait for this work any more.
    until: Time,
}

impl Work<'_> {
    async fn complete(&self, event: &Value) -> Result<(), Unconsumed> {
        let Self { ground, target, .. } = *self;
        let event_id = event_id(event);
        self.tell(&event_id, Step::Began { until: self.until });
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
        self.tell(&event_id, Step::Ended);
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
            Target::Consumer | Target::Queue | Target::Audit => {}
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

    /// Of those who work on each event once.
    fn tell(&self, event_id: &Arc<str>, step: Step) {
        if !matches!(self.target, Target::Notify | Target::Tracking) {
            return;
        }
        self.ground.observe(Observation::Once(Happened {
            target: self.target,
            event_id: Arc::clone(event_id),
            step,
        }));
    }
}
