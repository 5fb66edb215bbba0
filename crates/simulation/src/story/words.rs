//! One step of a story in words, if it is about the key concerned.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use serde_json::Value;

use crate::observation::{
    Change, Ending, Function, Kind, Meaning, Observation, Observed, Shopping, Target,
};
use crate::scenario::{Flow, Scenario, Write};
use crate::trace::{line, named, shop, verb};

/// What a story needs to know of the whole run.
pub(super) struct Words<'a> {
    scenario: &'a Scenario,
    /// Nothing: everything is told.
    key: Option<&'a str>,
    /// The changes of the key by event id, counted from 1.
    changes: HashMap<Arc<str>, usize>,
    /// Those that made rows of the outbox, by the rows' keys, which are the ids of their events.
    rows: HashMap<&'a str, usize>,
    /// The callers of the shop who want the key.
    calls: HashSet<u32>,
    /// The requests that carried them.
    requests: HashSet<&'a str>,
}

impl<'a> Words<'a> {
    pub(super) fn about(
        scenario: &'a Scenario,
        observations: &'a [Observed],
        key: Option<&'a str>,
    ) -> Self {
        let mut words = Self {
            scenario,
            key,
            changes: HashMap::new(),
            rows: HashMap::new(),
            calls: HashSet::new(),
            requests: HashSet::new(),
        };
        for observed in observations {
            match &observed.what {
                Observation::Committed(change)
                    if Some(change.subject()) == key || words.rows.contains_key(&*change.key) =>
                {
                    let number = words.changes.len() + 1;
                    words.changes.insert(Arc::clone(&change.event_id), number);
                    if change.kind == Kind::Insert && scenario.flow == Flow::Checkout {
                        words.rows.insert(change.key.as_str(), number);
                    }
                }
                Observation::Shopping(shopping) => {
                    words.calls.extend(caller(scenario, shopping, key));
                }
                Observation::Invoked {
                    request_id, events, ..
                } if events.iter().any(|id| words.number(id).is_some()) => {
                    words.requests.insert(request_id);
                }
                _ => {}
            }
        }
        words
    }

    /// What happened, if it concerns the key.
    pub(super) fn tell(&self, what: &Observation) -> Option<String> {
        match what {
            Observation::FaultBegan { fault } => {
                Some(format!("from now on: {}", named(self.scenario, *fault)))
            }
            Observation::FaultEnded { .. }
            | Observation::Split { .. }
            | Observation::Killed
            | Observation::Restarted
            | Observation::SweeperDied
            | Observation::PipeStopped { .. }
            | Observation::Held { .. } => Some(line(self.scenario, what)),
            _ if self.key.is_none() => Some(line(self.scenario, what)),
            Observation::Committed(change) => self.committed(change),
            Observation::Trimmed { event_id } => {
                Some(format!("the stream forgot {}", self.one(event_id)?))
            }
            Observation::Invoked {
                function, events, ..
            } => Some(format!(
                "{} was given {}",
                name(*function),
                self.several(events)?
            )),
            Observation::Answered {
                function,
                request_id,
                ending,
                ..
            } => {
                self.requests.get(request_id.as_str())?;
                let ending = match ending {
                    Ending::Answered(body) => format!("answered {}", short(body)),
                    Ending::Failed(error) => format!("failed: {}", short(error)),
                    Ending::NotRun(reason) => format!("was not run: {}", short(reason)),
                };
                Some(format!("{} {ending}", name(*function)))
            }
            Observation::Accepted {
                detail_type,
                event_id,
                ..
            } => Some(format!(
                "the bus took {} as {detail_type}",
                self.one(event_id)?
            )),
            Observation::Refused { event_ids, code } => {
                let events: Vec<_> = event_ids.iter().filter_map(|id| self.one(id)).collect();
                (!events.is_empty())
                    .then(|| format!("the bus: {code} for {}", events.join(" and ")))
            }
            Observation::Quarantined { body } => {
                let message: Value = serde_json::from_str(body).unwrap_or_default();
                let record = self.record(&message["record"])?;
                Some(format!(
                    "the quarantine holds {record}: {}",
                    message["reason"]["kind"]
                ))
            }
            Observation::FailureRecord { record, .. } => {
                let event: Value =
                    serde_json::from_str(record["payload"].as_str()?).unwrap_or_default();
                let records = event["Records"].as_array()?;
                let held: Vec<_> = records.iter().filter_map(|it| self.record(it)).collect();
                let condition = &record["requestContext"]["condition"];
                (!held.is_empty())
                    .then(|| format!("a failure record holds {}: {condition}", held.join(" and ")))
            }
            Observation::TargetRefused {
                target,
                event_id,
                code,
            } => Some(format!(
                "{target:?} refused {}: {code}",
                self.one(event_id)?
            )),
            Observation::Delivered { target, event } => {
                Some(format!("{target:?} completed {}", self.envelope(event)?))
            }
            Observation::DeadLettered {
                target,
                queue,
                event,
                ..
            } => Some(format!(
                "{queue} holds what {target:?} did not take: {}",
                self.envelope(event)?
            )),
            Observation::Tracked { order, .. } => {
                (Some(order.as_str()) == self.key).then(|| line(self.scenario, what))
            }
            Observation::Ordered(ordered) => {
                (Some(&*ordered.key) == self.key).then(|| line(self.scenario, what))
            }
            Observation::Shopping(_) | Observation::Once(_) | Observation::Verified { .. } => {
                self.of_checkout(what)
            }
            Observation::Waits { .. } | Observation::Warned(_) => None,
        }
    }

    fn committed(&self, change: &Change) -> Option<String> {
        let number = self.number(&change.event_id)?;
        let meaning = match change.meaning {
            Meaning::Event => "",
            Meaning::Unmappable => ", which can't be mapped",
            Meaning::Panics => ", on which the mapping panics",
            Meaning::TooLarge => ", too large to publish",
            Meaning::Nothing => ", which means no event",
        };
        Some(format!(
            "the table: {} {}: its change {number}, number {}{meaning}",
            verb(change.kind),
            change.key,
            change.sequence_number,
        ))
    }

    /// A text in which the key's changes have their numbers in place of their ids.
    pub(super) fn renamed(&self, text: &str) -> String {
        let text = text.to_owned();
        let ids = self.changes.iter().map(|(id, number)| (&**id, number));
        let rows = self.rows.iter().map(|(id, number)| (*id, number));
        ids.chain(rows).fold(text, |text, (id, number)| {
            text.replace(id, &format!("change {number}"))
        })
    }

    fn of_checkout(&self, what: &Observation) -> Option<String> {
        let text = match what {
            Observation::Shopping(shopping) if self.concerns(shopping) => {
                shop::shopping(self.scenario, shopping)
            }
            Observation::Once(once) => {
                self.number(&once.event_id)?;
                shop::once(once)
            }
            Observation::Verified { found, last } => shop::verified(found, *last),
            _ => return None,
        };
        Some(self.renamed(&text))
    }

    fn concerns(&self, shopping: &Shopping) -> bool {
        match shopping {
            Shopping::Asked { call, .. }
            | Shopping::Sent { call, .. }
            | Shopping::Stored { call, .. }
            | Shopping::Heard { call, .. }
            | Shopping::Left { call } => self.calls.contains(call),
        }
    }

    fn number(&self, event_id: &str) -> Option<usize> {
        // A consumer's events are named as the producer names them.
        let id = event_id.split(':').next().unwrap_or(event_id);
        let row = self.rows.get(event_id);
        self.changes.get(id).or(row).copied()
    }

    fn one(&self, event_id: &str) -> Option<String> {
        self.number(event_id)
            .map(|number| format!("change {number}"))
    }

    fn several(&self, events: &[Arc<str>]) -> Option<String> {
        let numbers: Vec<_> = events
            .iter()
            .filter_map(|id| self.number(id))
            .map(|number| number.to_string())
            .collect();
        let what = match numbers.len() {
            0 => return None,
            1 => "change",
            _ => "changes",
        };
        let others = match events.len() - numbers.len() {
            0 => String::new(),
            others => format!(" and {others} of other keys"),
        };
        Some(format!("{what} {}{others}", numbers.join(", ")))
    }

    fn record(&self, record: &Value) -> Option<String> {
        self.one(record["eventID"].as_str()?)
    }

    fn envelope(&self, event: &str) -> Option<String> {
        let event: Value = serde_json::from_str(event).ok()?;
        self.one(event["detail"]["metadata"]["eventId"].as_str()?)
    }
}

/// The caller of the shop, if it asks for what the key is.
fn caller(scenario: &Scenario, shopping: &Shopping, key: Option<&str>) -> Option<u32> {
    let Shopping::Asked { call, operation } = shopping else {
        return None;
    };
    let operation = scenario.operations.get(*operation)?;
    let wanted = match &operation.write {
        Write::Restock { line, .. } => format!("product#{}", line.sku()),
        _ => format!("order#order-{}", operation.key),
    };
    (Some(wanted.as_str()) == key).then_some(*call)
}

fn name(function: Function) -> &'static str {
    match function {
        Function::Relay => "the relay",
        Function::Consumer => "the consumer",
        Function::OfQueue(target) => match target {
            Target::Consumer | Target::Queue => "the consumer of Queue",
            Target::Audit => "the consumer of Audit",
            Target::Notify => "the consumer of Notify",
            Target::Tracking => "the consumer of Tracking",
            Target::History => "the consumer of History",
        },
        Function::Recovery => "the recovery",
        Function::Pipe => "the pipe",
    }
}

fn short(text: &str) -> String {
    const SHOWN: usize = 120;
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
