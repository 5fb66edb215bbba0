//! The functions that read queues.

use std::sync::Arc;
use std::time::Duration;

use contract::Misfit;
use delivery::Outcome;
use emulator::Invocation;
use outbox::consume::{FromEvent, LEASE_MARGIN, Once, QueueBatch, handle_queue};
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::Notify;
use tokio::time::Instant;

use super::history::{History, scheduled};
use super::records::{RecordsOf, once};
use super::work::{Unconsumed, Work, event_id, read};
use super::{answered, crashed, ended, throttled};
use crate::observation::{Function, Observation, Target};
use crate::scenario::{Crash, FaultKind};
use crate::world::Ground;

/// The time-out of these functions; no queue hides a message for less.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(5);

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

/// The functions of one life of the emulator. They keep nothing from one run to the next but where the names of their
/// leases come from, so all environments of one are one.
pub(super) struct OfQueues {
    ground: Arc<Ground>,
    notify: Once<RecordsOf>,
    tracking: Once<RecordsOf>,
    history: History,
}

impl OfQueues {
    /// `seed` is another one in each life.
    pub(super) fn new(ground: &Arc<Ground>, seed: u32) -> Self {
        Self {
            ground: Arc::clone(ground),
            notify: once(ground, Target::Notify, "notify-restaurant", seed),
            tracking: once(ground, Target::Tracking, "order-tracking", seed),
            history: History::new(ground, ground.order_bounds, seed),
        }
    }

    /// Runs the function of the orders' history for its schedule.
    pub(super) async fn run_scheduled(&self, invocation: Invocation) {
        let invocation = Invocation {
            payload: scheduled().to_string().into(),
            ..invocation
        };
        self.invoke(Target::History, invocation).await;
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
    let deadline = Instant::now() + TIMEOUT;
    let exits = Notify::new();
    let work = Work {
        ground,
        target,
        exits: &exits,
        until: ground.clock.now().plus(TIMEOUT + LEASE_MARGIN),
    };
    ground.takes(0, 3).await;
    let running = async {
        match target {
            Target::History => functions.history.run(payload, deadline, work).await,
            _ => run_batch(functions, payload, deadline, work).await,
        }
    };
    let outcome = tokio::select! {
        biased;
        () = exits.notified() => return crashed(Crash::Exits),
        outcome = running => outcome,
    };
    let ending = ground.strike(|kind| match kind {
        FaultKind::QueueConsumerEndsBeforeAnswering(ending, crash) if *ending == target => {
            Some(*crash)
        }
        _ => None,
    });
    match ending {
        Some(crash) => ended(crash, deadline).await,
        None => outcome,
    }
}

async fn run_batch(
    functions: &OfQueues,
    payload: &[u8],
    deadline: Instant,
    work: Work<'_>,
) -> Outcome {
    let Ok(batch) = serde_json::from_slice::<QueueBatch>(payload) else {
        return crashed(Crash::Errors);
    };
    let handler = async |Anything(event): Anything| match work.target {
        Target::Consumer | Target::Queue | Target::Audit | Target::History => {
            work.complete(&event).await
        }
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
    };
    let failures = handle_queue(batch, deadline, handler).await;
    Outcome::Answered(serde_json::to_vec(&failures).unwrap_or_default().into())
}
