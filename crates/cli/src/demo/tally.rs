use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use delivery::{Outcome, Time};
use emulator::Occurrence;
use serde_json::{Map, Value};

use super::acknowledged::{acknowledged, object};
use super::change::{Change, Identity};
use super::latency::Latency;
use super::report::{Altered, Report};

/// Which occurrences matter, by the names the stack gave.
#[derive(Clone, Debug)]
pub(crate) struct Names {
    /// The physical name of the function that writes, if one does.
    pub(crate) writer: Option<String>,
    /// Where events must arrive.
    pub(crate) consumers: Vec<Consumer>,
    /// What tells changes apart, in the items and in the events' details.
    pub(crate) identity: Identity,
    /// Fields of items that events don't have.
    pub(crate) untold: &'static [&'static str],
}

/// A function in which events must arrive.
#[derive(Clone, Debug)]
pub(crate) struct Consumer {
    /// Its physical name.
    pub(crate) function: String,
    /// What its row in the report is called.
    pub(crate) row: String,
    /// The only state of items that it hears of; none for all.
    pub(crate) only: Option<&'static str>,
}

impl Consumer {
    fn wants(&self, change: &Change) -> bool {
        self.only.is_none() || self.only == change.state.as_deref()
    }
}

/// Counts what was written and what arrived. Pure: it is told everything.
#[derive(Debug)]
pub(crate) struct Tally {
    names: Names,
    written: BTreeMap<Change, Written>,
    /// When the writer's environment was handed the event that became this change.
    started: HashMap<Change, Time>,
    /// What each consumer acknowledged of each change.
    arrived: HashMap<Change, Vec<Vec<Arrival>>>,
    /// Written changes of which every consumer has acknowledged what it must.
    delivered: usize,
    /// Deliveries of written changes that are still to come.
    outstanding: usize,
    put_events_calls: usize,
    given_up: BTreeMap<(String, String), usize>,
}

/// A change that was answered as stored.
#[derive(Debug)]
struct Written {
    item: Map<String, Value>,
    /// When it was asked for, where the writer does not tell.
    at: Option<Time>,
    /// Consumers that have still to acknowledge it.
    left: usize,
}

/// One event that a consumer's environment received and acknowledged.
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
            written: BTreeMap::new(),
            started: HashMap::new(),
            arrived: HashMap::new(),
            delivered: 0,
            outstanding: 0,
            put_events_calls: 0,
            given_up: BTreeMap::new(),
        }
    }

    /// This item was answered as stored, having been asked for at `at`. False if it has no key.
    pub(crate) fn wrote(&mut self, item: Map<String, Value>, at: Option<Time>) -> bool {
        let Some(change) = self.names.identity.of(&item) else {
            return false;
        };
        if self.written.contains_key(&change) {
            return true;
        }
        let wanted = self.wanted_by(&change);
        let left = wanted
            .filter(|consumer| self.arrivals(&change, *consumer).is_empty())
            .count();
        self.outstanding += left;
        self.delivered += usize::from(left == 0);
        self.written.insert(change, Written { item, at, left });
        true
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
                outcome: Outcome::Answered(answer),
                started_at,
                ended_at,
                ..
            } => {
                if self.names.writer.as_ref() == Some(function) {
                    let change = object(answer).and_then(|item| self.names.identity.of(&item));
                    if let Some(change) = change {
                        self.started.entry(change).or_insert(*started_at);
                    }
                }
                let mut consumers = self.names.consumers.iter();
                if let Some(consumer) = consumers.position(|known| known.function == *function) {
                    for detail in acknowledged(payload, answer) {
                        self.arrive(consumer, detail, *ended_at);
                    }
                }
            }
            _ => {}
        }
    }

    fn arrive(&mut self, consumer: usize, mut data: Map<String, Value>, at: Time) {
        data.remove("metadata");
        let Some(change) = self.names.identity.of(&data) else {
            return;
        };
        let wanted = self.wanted_by(&change).any(|wanted| wanted == consumer);
        let consumers = self.names.consumers.len();
        let arrived = self.arrived.entry(change.clone()).or_default();
        arrived.resize_with(consumers, Vec::new);
        let Some(arrivals) = arrived.get_mut(consumer) else {
            return;
        };
        let first = arrivals.is_empty();
        arrivals.push(Arrival { data, at });
        if let Some(written) = self.written.get_mut(&change).filter(|_| first && wanted) {
            written.left -= 1;
            self.outstanding -= 1;
            self.delivered += usize::from(written.left == 0);
        }
    }

    /// The consumers that must hear of a change, by their positions.
    fn wanted_by(&self, change: &Change) -> impl Iterator<Item = usize> {
        let consumers = self.names.consumers.iter().enumerate();
        consumers
            .filter(|(_, consumer)| consumer.wants(change))
            .map(|(position, _)| position)
    }

    fn arrivals(&self, change: &Change, consumer: usize) -> &[Arrival] {
        let arrived = self.arrived.get(change);
        let arrivals = arrived.and_then(|arrived| arrived.get(consumer));
        arrivals.map(Vec::as_slice).unwrap_or_default()
    }

    /// How many different changes were written.
    pub(crate) fn written(&self) -> usize {
        self.written.len()
    }

    /// All written changes, and the items as they were answered.
    pub(crate) fn items(&self) -> impl Iterator<Item = (&Change, &Map<String, Value>)> {
        let items = self.written.iter();
        items.map(|(change, written)| (change, &written.item))
    }

    /// How many of the written changes have arrived wherever they must.
    pub(crate) fn delivered(&self) -> usize {
        self.delivered
    }

    /// Whether nothing more can be expected: all has arrived or was given up.
    pub(crate) fn settled(&self) -> bool {
        self.outstanding <= self.given_up.values().sum()
    }

    /// Compares what arrived with what should be: `truth` answers the item that a change made, or
    /// nothing if it is lost.
    pub(crate) fn report<'a>(
        &'a self,
        truth: impl Fn(&Change, &'a Map<String, Value>) -> Option<&'a Map<String, Value>>,
    ) -> Report {
        let consumers = self.names.consumers.iter();
        let mut report = Report {
            written: self.written.len(),
            delivered: consumers.map(|known| (known.row.clone(), 0)).collect(),
            put_events_calls: self.put_events_calls,
            given_up: self.given_up.clone(),
            ..Report::default()
        };
        let mut durations: Vec<Duration> = Vec::new();
        for (change, written) in &self.written {
            let Some(item) = truth(change, &written.item) else {
                report.missing.push(change.to_string());
                continue;
            };
            let mut last = None;
            let mut missing = false;
            for consumer in self.wanted_by(change) {
                let arrivals = self.arrivals(change, consumer);
                let Some(first) = arrivals.first() else {
                    missing = true;
                    continue;
                };
                last = last.max(Some(first.at));
                if let Some((_, delivered)) = report.delivered.get_mut(consumer) {
                    *delivered += 1;
                }
                report.duplicates += arrivals.len() - 1;
                let differs =
                    |arrival: &Arrival| difference(item, &arrival.data, self.names.untold);
                let difference = arrivals.iter().find_map(differs);
                report.altered.extend(difference.map(|field| Altered {
                    key: change.to_string(),
                    field,
                }));
            }
            if missing {
                report.missing.push(change.to_string());
                continue;
            }
            let started = written.at.or_else(|| self.started.get(change).copied());
            if let (Some(started), Some(last)) = (started, last) {
                durations.push(last.since(started));
            }
        }
        report.latency = Latency::of(durations);
        report
    }
}

/// The name of a field that only one side has, or that differs.
fn difference(
    item: &Map<String, Value>,
    data: &Map<String, Value>,
    untold: &[&str],
) -> Option<String> {
    let told = item.keys().filter(|name| !untold.contains(&name.as_str()));
    told.chain(data.keys())
        .find(|name| item.get(*name) != data.get(*name))
        .cloned()
}

#[cfg(test)]
mod tests;
