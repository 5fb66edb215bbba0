//! Judges a run by what was seen of it, and by nothing else.
//!
//! ```text
//!   Committed ──▶ what must become of it (oracle)
//!                     │ compared with
//!   Accepted, Quarantined, FailureRecord, Delivered, DeadLettered, Invoked, Answered …
//!                     │
//!                     ▼ at once: Violations          at the end: Verdict, with every lost event by name
//! ```
//!
//! It shares no code with the relay, the engine or the bus: what a change means, what an answer acknowledges and
//! what a record looks like are written down here a second time.

mod invocations;
mod lanes;
mod ledger;
mod once;
mod oracle;
mod pipe;
mod published;
mod queues;
mod record;
mod records;
mod shop;
mod targets;
#[cfg(test)]
mod tests;
mod tracking;
mod verdict;
mod verified;
mod violation;
mod waiting;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use delivery::Time;

use crate::observation::{Ending, Function, Observation};
use crate::scenario::Scenario;

use lanes::Lanes;
use ledger::Ledger;
use once::Works;
use queues::Held;
use shop::Shop;
use tracking::Tracked;
pub use verdict::{Ends, Lost, Verdict};
pub use violation::{Violation, ViolationKind};

/// Watches one run.
#[derive(Debug)]
pub struct Checker {
    scenario: Arc<Scenario>,
    ledger: Ledger,
    /// The batches that the relay has, by request id.
    flights: HashMap<String, Vec<usize>>,
    /// What was acknowledged at the time of the last acknowledgement.
    just_acknowledged: Vec<usize>,
    kills: u32,
    /// How often the consumer ran with each asynchronous event, by request id.
    runs: HashMap<String, u32>,
    /// The batches that consumers of queues have, by request id.
    batches: HashMap<String, Vec<Held>>,
    /// How often each message of a queue was given to its consumer, by message id.
    receives: HashMap<Arc<str>, u64>,
    /// What the tracking table has.
    tracking: Tracked,
    /// What callers of the shop ask for, and what is left of it.
    shop: Shop,
    /// How far consumers are that work on each event once.
    works: Works,
    /// How far the consumer is that takes each key's events in their order.
    lanes: Lanes,
    /// Why the pipe does not run any more.
    stopped: Option<String>,
    /// How many entries the bus took.
    accepted: u64,
    /// How many messages the quarantine took.
    kept: usize,
    /// The faults that began, with the time of their end.
    faults: Vec<(usize, Time, Option<Time>)>,
    violations: Vec<Violation>,
}

impl Checker {
    /// A checker of a run of this scenario.
    #[must_use]
    pub fn new(scenario: Arc<Scenario>) -> Self {
        Self {
            ledger: Ledger::new(scenario.flow),
            shop: Shop::new(Arc::clone(&scenario)),
            works: Works::default(),
            lanes: Lanes::new(scenario.settings.order_bounds),
            scenario,
            flights: HashMap::new(),
            just_acknowledged: Vec::new(),
            kills: 0,
            runs: HashMap::new(),
            batches: HashMap::new(),
            receives: HashMap::new(),
            tracking: Tracked::default(),
            stopped: None,
            accepted: 0,
            kept: 0,
            faults: Vec::new(),
            violations: Vec::new(),
        }
    }

    /// Looks at what happened; answers which promises it broke.
    pub fn observe(&mut self, at: Time, what: &Observation) -> Vec<Violation> {
        let violations = self.look(at, what);
        self.violations.extend_from_slice(&violations);
        violations
    }

    fn look(&mut self, at: Time, what: &Observation) -> Vec<Violation> {
        match what {
            Observation::Committed(change) => {
                let outbox = self.outbox_changed(at, change);
                let twice = self.ledger.commit(change.clone(), at);
                outbox.into_iter().chain(twice).collect()
            }
            Observation::Trimmed { event_id } => {
                if let Some(index) = self.ledger.find(event_id) {
                    self.ledger.changes[index].trimmed = true;
                }
                Vec::new()
            }
            Observation::Invoked {
                function,
                request_id,
                events,
                messages,
                ..
            } => self.invoked(at, *function, request_id, events, messages),
            Observation::Answered {
                function,
                request_id,
                ending,
                ..
            } => self.answered(at, *function, request_id, ending),
            Observation::Accepted {
                source,
                detail_type,
                detail,
                event_id,
            } => self.accepted(at, source, detail_type, detail, event_id),
            Observation::Refused { event_ids, code } => {
                self.refused(event_ids, code);
                Vec::new()
            }
            Observation::Quarantined { body } => {
                self.kept += 1;
                self.quarantined(at, body)
            }
            Observation::Held { queue, messages } => {
                self.held(at, queue, *messages).into_iter().collect()
            }
            Observation::Waits { waiting, at_end } => self.waits(at, *waiting, *at_end),
            Observation::FailureRecord { record, .. } => self.failure_record(at, record),
            Observation::TargetRefused {
                target, event_id, ..
            } => self.target_refused(at, *target, event_id),
            Observation::Tracked {
                order,
                status,
                sequence,
            } => self
                .tracking
                .take(at, &self.ledger, order, status, sequence)
                .into_iter()
                .collect(),
            Observation::Shopping(shopping) => self.shop.look(at, shopping),
            Observation::Once(once) => self.once(at, once).into_iter().collect(),
            Observation::Ordered(ordered) => self.lanes.look(at, ordered).into_iter().collect(),
            Observation::Verified { found, last } => self.verified(at, found, *last),
            Observation::PipeStopped { reason } => {
                self.stopped = Some(reason.clone());
                Vec::new()
            }
            Observation::Restarted => {
                self.stopped = None;
                Vec::new()
            }
            Observation::Delivered { target, event } => self.delivered(at, *target, event),
            Observation::DeadLettered {
                target,
                event,
                attributes,
                ..
            } => self.dead_lettered(at, *target, event, attributes),
            Observation::FaultBegan { fault } => {
                self.faults.push((*fault, at, None));
                Vec::new()
            }
            Observation::FaultEnded { fault } => {
                let ended = self.faults.iter_mut().find(|(index, ..)| index == fault);
                if let Some((_, _, end)) = ended {
                    *end = Some(at);
                }
                Vec::new()
            }
            Observation::Killed => {
                self.killed(at);
                Vec::new()
            }
            Observation::Split { .. } | Observation::SweeperDied | Observation::Warned(_) => {
                Vec::new()
            }
        }
    }

    /// A function was given something, or the pipe calls the bus.
    fn invoked(
        &mut self,
        at: Time,
        function: Function,
        request_id: &str,
        events: &[Arc<str>],
        messages: &[Arc<str>],
    ) -> Vec<Violation> {
        match function {
            Function::Relay => self.relay_invoked(at, request_id, events),
            Function::Consumer => self.consumer_invoked(at, request_id, events),
            Function::OfQueue(target) => {
                self.queue_invoked(at, target, request_id, events, messages)
            }
            Function::Pipe => self.pipe_called(at, request_id, events),
            Function::Recovery => Vec::new(),
        }
    }

    /// It ended.
    fn answered(
        &mut self,
        at: Time,
        function: Function,
        request_id: &str,
        ending: &Ending,
    ) -> Vec<Violation> {
        let answer = match ending {
            Ending::Answered(body) => Some(body.as_str()),
            Ending::Failed(_) | Ending::NotRun(_) => None,
        };
        match (function, answer) {
            (Function::Relay, answer) => self.relay_answered(at, request_id, answer),
            (Function::OfQueue(target), Some(body)) => {
                self.queue_answered(at, target, request_id, body)
            }
            (Function::Pipe, _) => self.pipe_answered(at, request_id, ending),
            _ => Vec::new(),
        }
    }
}

/// A duration for people: `2 h 3 min`, `1.5 s`.
fn span(duration: Duration) -> String {
    let milliseconds = duration.as_millis();
    match milliseconds {
        0..60_000 => format!("{}.{:03} s", milliseconds / 1000, milliseconds % 1000),
        60_000..3_600_000 => format!(
            "{} min {} s",
            milliseconds / 60_000,
            milliseconds / 1000 % 60
        ),
        _ => format!(
            "{} h {} min",
            milliseconds / 3_600_000,
            milliseconds / 60_000 % 60
        ),
    }
}
