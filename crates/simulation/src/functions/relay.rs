use std::sync::atomic::AtomicU32;
use std::sync::{Arc, Mutex, PoisonError};

use delivery::Outcome;
use emulator::Invocation;
use emulator::events::Buses;
use emulator::sqs::Queues;
use events::{User, UserKey};
use outbox::quarantine::Function as Release;
use outbox::row::row_events;
use outbox::{Batch, Change, Events, Relay};
use serde::Deserialize;
use serde_json::Value;
use tokio::time::{Instant, timeout};

use super::bus::Bus;
use super::marks::{Marks, mark};
use super::quarantine::QuarantineQueue;
use super::{answered, crashed, next, throttled};
use crate::Variant;
use crate::observation::{Function, Observation};
use crate::panic::SIMULATED_PANIC;
use crate::scenario::{Crash, FaultKind, Flow};
use crate::table::PANICS;
use crate::world::Ground;

/// The relay's environments: each keeps its memory until it crashes.
pub(super) struct Environments {
    ground: Arc<Ground>,
    buses: Buses,
    queues: Queues,
    count: Arc<AtomicU32>,
    idle: Mutex<Vec<Environment>>,
}

struct Environment {
    number: u32,
    relay: Relay<Bus, QuarantineQueue, Marks>,
}

/// What is read of a batch beside what the relay reads.
#[derive(Deserialize)]
struct Identified<'a> {
    #[serde(rename = "Records", borrow)]
    records: Vec<Record<'a>>,
}

#[derive(Deserialize)]
struct Record<'a> {
    #[serde(rename = "eventID")]
    event_id: &'a str,
    #[serde(borrow)]
    dynamodb: Data<'a>,
}

#[derive(Deserialize)]
struct Data<'a> {
    #[serde(rename = "SequenceNumber")]
    sequence_number: &'a str,
}

impl Environments {
    pub(super) fn new(
        ground: Arc<Ground>,
        buses: Buses,
        queues: Queues,
        count: Arc<AtomicU32>,
    ) -> Self {
        Self {
            ground,
            buses,
            queues,
            count,
            idle: Mutex::default(),
        }
    }

    pub(super) async fn invoke(&self, invocation: Invocation) -> Outcome {
        let ground = &self.ground;
        if ground.strikes(&FaultKind::RelayThrottled) {
            let outcome = throttled();
            answered(ground, Function::Relay, 0, invocation.request_id, &outcome);
            return outcome;
        }
        let environment = self.environment();
        let number = environment.number;
        let event = std::str::from_utf8(&invocation.payload).unwrap_or_default();
        let records = serde_json::from_str::<Identified<'_>>(event)
            .map_or_else(|_| Vec::new(), |identified| identified.records);
        let numbers: Vec<String> = records
            .iter()
            .map(|record| record.dynamodb.sequence_number.to_owned())
            .collect();
        ground.observe(Observation::Invoked {
            function: Function::Relay,
            environment: number,
            request_id: invocation.request_id.clone(),
            events: records
                .iter()
                .map(|record| record.event_id.into())
                .collect(),
            messages: Vec::new(),
        });
        let (outcome, environment) = self.run(environment, event).await;
        // Nobody hears what a killed emulator's function says.
        ground.alive().await;
        if let Some(environment) = environment {
            self.idle
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(environment);
        }
        let outcome = ground.variant.outcome(&numbers, outcome);
        answered(
            ground,
            Function::Relay,
            number,
            invocation.request_id,
            &outcome,
        );
        ground.variant.heard(&numbers, outcome)
    }

    /// The environment that was used last, or a new one.
    fn environment(&self) -> Environment {
        let idle = self
            .idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop();
        idle.unwrap_or_else(|| {
            let number = next(&self.count);
            let bus = Bus {
                ground: Arc::clone(&self.ground),
                buses: self.buses.clone(),
            };
            let quarantine = QuarantineQueue {
                ground: Arc::clone(&self.ground),
                queues: self.queues.clone(),
            };
            let name = match self.ground.flow {
                Flow::Checkout => "outbox-relay",
                Flow::Users | Flow::Orders => "users-relay",
            };
            let release = Release {
                name: name.to_owned(),
                version: "$LATEST".to_owned(),
            };
            let relay = Relay::new(bus, quarantine)
                .with_observer(Marks(Arc::clone(&self.ground)))
                .with_function(release)
                .with_seed(u64::from(number));
            Environment { number, relay }
        })
    }

    /// One run to its end, and the environment if it lives on.
    async fn run(&self, environment: Environment, event: &str) -> (Outcome, Option<Environment>) {
        let ground = &self.ground;
        ground.takes(0, 3).await;
        let before = |kind: &FaultKind| match kind {
            FaultKind::RelayEndsBeforePublishing(crash) => Some(*crash),
            _ => None,
        };
        if let Some(crash) = ground.strike(before) {
            return self.crash(environment, crash).await;
        }
        let event = ground.variant.batch(event);
        let Ok(batch) = serde_json::from_str::<Batch>(&event) else {
            return (crashed(Crash::Errors), Some(environment));
        };
        let variant = ground.variant;
        let deadline = Instant::now() + ground.relay_timeout;
        if variant.marks_first() {
            for id in row_ids(&event) {
                let _ = mark(ground, &id).await;
            }
        }
        let handling = async {
            let relay = &environment.relay;
            match ground.flow {
                Flow::Checkout => relay.handle(&batch, deadline, row_events).await,
                Flow::Users | Flow::Orders => {
                    let mapping = |change| mapping(variant, change);
                    relay.handle(&batch, deadline, mapping).await
                }
            }
        };
        let exits_after = ground.strike(|kind| match kind {
            FaultKind::RelayExitsAfter(time) => Some(*time),
            _ => None,
        });
        let (time, crash) = exits_after.map_or((ground.relay_timeout, Crash::TimesOut), |time| {
            (time, Crash::Exits)
        });
        let Ok(failures) = timeout(time, handling).await else {
            return (crashed(crash), None);
        };
        let after = |kind: &FaultKind| match kind {
            FaultKind::RelayEndsBeforeAnswering(crash) => Some(*crash),
            _ => None,
        };
        if let Some(crash) = ground.strike(after) {
            return self.crash(environment, crash).await;
        }
        let body = serde_json::to_vec(&failures).unwrap_or_default();
        (Outcome::Answered(body.into()), Some(environment))
    }

    async fn crash(
        &self,
        environment: Environment,
        crash: Crash,
    ) -> (Outcome, Option<Environment>) {
        let environment = match crash {
            Crash::Exits => None,
            Crash::TimesOut => {
                tokio::time::sleep(self.ground.relay_timeout).await;
                None
            }
            Crash::Panics | Crash::Errors => Some(environment),
        };
        (crashed(crash), environment)
    }
}

/// The keys of a batch's rows.
fn row_ids(event: &str) -> Vec<String> {
    let event: Value = serde_json::from_str(event).unwrap_or_default();
    let records = event["Records"].as_array().into_iter().flatten();
    let ids = records.filter_map(|record| record["dynamodb"]["Keys"]["id"]["S"].as_str());
    ids.map(str::to_owned).collect()
}

/// The application's mapping, and a bug of it that shows for one name only.
#[allow(clippy::panic, reason = "the relay has to live with mappings that do")]
fn mapping(variant: Variant, change: Change<User, UserKey>) -> Events {
    if let Change::Created(user) | Change::Updated { new: user, .. } = &change
        && user.username == PANICS
    {
        panic!("{SIMULATED_PANIC}");
    }
    variant.events(change)
}
