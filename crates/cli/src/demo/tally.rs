use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

use delivery::{Outcome, Time};
use emulator::Occurrence;
use serde_json::{Map, Value};

use super::latency::Latency;
use super::report::{Altered, Report};

/// Which occurrences matter, by the names the stack gave.
#[derive(Clone, Debug)]
pub(crate) struct Names {
    /// The writer's physical name.
    pub(crate) writer: String,
    /// The consumer's physical name.
    pub(crate) consumer: String,
    /// The table's partition key, in the item and in the event's detail.
    pub(crate) key: String,
}

/// Counts what was written and what arrived. Pure: it is told everything.
#[derive(Debug)]
pub(crate) struct Tally {
    names: Names,
    written: BTreeSet<String>,
    /// When the writer's environment was handed the event that became the item with this key.
    started: HashMap<String, Time>,
    arrived: HashMap<String, Vec<Arrival>>,
    put_events_calls: usize,
    given_up: BTreeMap<(String, String), usize>,
}

/// One event that the consumer's environment received and acknowledged.
#[derive(Debug)]
struct Arrival {
    /// The event's detail without its metadata: what the item should be.
    data: Map<String, Value>,
    at: Time,
}

impl Tally {
    pub(crate) fn new(names: Names) -> Self {
        Self {
            names,
            written: BTreeSet::new(),
            started: HashMap::new(),
            arrived: HashMap::new(),
            put_events_calls: 0,
            given_up: BTreeMap::new(),
        }
    }

    /// The writer answered this stored item: its key, or None if it is not in the answer.
    pub(crate) fn wrote(&mut self, answer: &str) -> Option<String> {
        let key = key_of(&self.names.key, &object(answer.as_bytes())?)?;
        self.written.insert(key.clone());
        Some(key)
    }

    /// Takes one occurrence into account.
    pub(crate) fn hear(&mut self, occurrence: &Occurrence) {
        match occurrence {
            Occurrence::PutEventsCall { .. } => self.put_events_calls += 1,
            Occurrence::Discarded {
                destination,
                condition,
                count,
                ..
            } => {
                let place = destination.clone().unwrap_or_else(|| "nowhere".to_owned());
                *self.given_up.entry((condition.clone(), place)).or_default() += count;
            }
            Occurrence::Invoked {
                function,
                payload,
                outcome,
                started_at,
                ended_at,
                ..
            } => {
                let Outcome::Answered(answer) = outcome else {
                    return;
                };
                if *function == self.names.writer {
                    let key = object(answer).and_then(|item| key_of(&self.names.key, &item));
                    if let Some(key) = key {
                        self.started.entry(key).or_insert(*started_at);
                    }
                } else if *function == self.names.consumer {
                    self.arrive(payload, *ended_at);
                }
            }
            _ => {}
        }
    }

    fn arrive(&mut self, payload: &[u8], at: Time) {
        let Some(Value::Object(mut data)) =
            object(payload).and_then(|mut event| event.remove("detail"))
        else {
            return;
        };
        data.remove("metadata");
        if let Some(key) = key_of(&self.names.key, &data) {
            self.arrived
                .entry(key)
                .or_default()
                .push(Arrival { data, at });
        }
    }

    /// How many different items were written.
    pub(crate) fn written(&self) -> usize {
        self.written.len()
    }

    /// The keys of all written items.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &String> {
        self.written.iter()
    }

    /// How many of the written items' events have arrived.
    pub(crate) fn delivered(&self) -> usize {
        let arrived = |key: &&String| self.arrived.contains_key(*key);
        self.written.iter().filter(arrived).count()
    }

    /// Whether nothing more can be expected: all has arrived or was given up.
    pub(crate) fn settled(&self) -> bool {
        let given_up: usize = self.given_up.values().sum();
        self.delivered() + given_up >= self.written.len()
    }

    /// Compares what is stored now with what arrived. `stored` holds each written item as it was
    /// read back, without an entry where there is none.
    pub(crate) fn report(&self, stored: &HashMap<String, Map<String, Value>>) -> Report {
        let mut report = Report {
            written: self.written.len(),
            put_events_calls: self.put_events_calls,
            given_up: self.given_up.clone(),
            ..Report::default()
        };
        let mut durations: Vec<Duration> = Vec::new();
        for key in &self.written {
            let arrivals = self.arrived.get(key).map(Vec::as_slice).unwrap_or_default();
            let (Some(first), Some(item)) = (arrivals.first(), stored.get(key)) else {
                report.missing.push(key.clone());
                continue;
            };
            report.delivered += 1;
            report.duplicates += arrivals.len() - 1;
            if let Some(started) = self.started.get(key) {
                durations.push(first.at.since(*started));
            }
            let difference = arrivals
                .iter()
                .find_map(|arrival| difference(item, &arrival.data));
            report.altered.extend(difference.map(|field| Altered {
                key: key.clone(),
                field,
            }));
        }
        report.latency = Latency::of(durations);
        report
    }
}

/// The name of a field that only one side has, or that differs.
fn difference(item: &Map<String, Value>, data: &Map<String, Value>) -> Option<String> {
    let names = item.keys().chain(data.keys());
    names
        .into_iter()
        .find(|name| item.get(*name) != data.get(*name))
        .cloned()
}

fn object(json: &[u8]) -> Option<Map<String, Value>> {
    serde_json::from_slice(json).ok()
}

fn key_of(name: &str, item: &Map<String, Value>) -> Option<String> {
    item.get(name)?.as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests;
