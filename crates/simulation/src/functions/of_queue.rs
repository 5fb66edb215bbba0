//! The functions that read queues.

use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use contract::{Event, Misfit, Received};
use delivery::Outcome;
use emulator::Invocation;
use notify_restaurant::notify;
use order_tracking::track;
use outbox::consume::{FromEvent, QueueBatch, handle_queue};
use serde::Deserialize;
use serde_json::Value;
use thiserror::Error;
use tokio::sync::Notify;
use tokio::time::Instant;

use super::tracking::TrackingTable;
use super::{answered, crashed, ended, panic_at_once, throttled};
use crate::observation::{Function, Observation, Target};
use crate::scenario::{Crash, FaultKind};
use crate::world::Ground;

/// The time-out of these functions; no queue hides a message for less.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(5);

#[derive(Debug, Error)]
#[error("what the consumer needs is not there")]
struct Unavailable;

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
fn read<E: Event>(event: Value) -> Result<Received<E>, Unavailable> {
    Received::from_event(event).map_err(|_| Unavailable)
}

/// Runs the function of a target's queue once. It keeps nothing from one run to the next, so all its environments are
/// one.
pub(super) async fn invoke(ground: &Ground, target: Target, invocation: Invocation) -> Outcome {
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
    let outcome = run(ground, target, &invocation.payload).await;
    ground.alive().await;
    let outcome = ground.variant.of_queue(outcome);
    answered(ground, function, 1, invocation.request_id, &outcome);
    outcome
}

impl Record {
    /// The producer's id of the event in it.
    fn event_id(&self) -> Arc<str> {
        let event: Value = serde_json::from_str(&self.body).unwrap_or_default();
        let id = event["detail"]["metadata"]["eventId"].as_str();
        id.unwrap_or_default().into()
    }
}

async fn run(ground: &Ground, target: Target, payload: &[u8]) -> Outcome {
    let started = Instant::now();
    ground.takes(0, 3).await;
    let Ok(batch) = serde_json::from_slice::<QueueBatch>(payload) else {
        return crashed(Crash::Errors);
    };
    let exits = Notify::new();
    let handler = async |Anything(event): Anything| complete(ground, target, event, &exits).await;
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

/// Works on one event.
async fn complete(
    ground: &Ground,
    target: Target,
    event: Value,
    exits: &Notify,
) -> Result<(), Unavailable> {
    ground.takes(1, 10).await;
    let failing = ground.strike(|kind| match kind {
        FaultKind::QueueConsumerFails(failing, crash) if *failing == target => Some(*crash),
        _ => None,
    });
    match failing {
        None => {}
        Some(Crash::Errors) => return Err(Unavailable),
        Some(Crash::Panics) => panic_at_once(),
        Some(Crash::TimesOut) => return pending().await,
        Some(Crash::Exits) => {
            exits.notify_one();
            return pending().await;
        }
    }
    let text = event.to_string();
    match target {
        Target::Consumer | Target::Queue | Target::Audit => {}
        Target::Notify => {
            let Ok(()) = notify(&read(event)?).await;
        }
        Target::Tracking => {
            let tracked = track(&read(event)?, &TrackingTable(ground)).await;
            tracked.map_err(|_| Unavailable)?;
        }
    }
    ground.observe(Observation::Delivered {
        target,
        event: text.into(),
    });
    if ground.strikes(&FaultKind::QueueConsumerForgets(target)) {
        return Err(Unavailable);
    }
    Ok(())
}
