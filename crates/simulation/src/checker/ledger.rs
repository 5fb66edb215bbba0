//! What is known of every committed change.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use delivery::Time;
use serde_json::Value;

use super::oracle::{self, Expected};
use super::violation::{Violation, ViolationKind};
use crate::observation::{Change, Target};
use crate::scenario::{Flow, Settings};

/// A committed change and what has become of it.
#[derive(Debug)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "facts that exclude each other in no way"
)]
pub(super) struct Changed {
    pub(super) change: Change,
    pub(super) committed_at: Time,
    /// The event it means; none for poison, and for what means no event.
    pub(super) expected: Option<Expected>,
    /// The pipe's filter leaves it out.
    pub(super) means_nothing: bool,
    /// How often the bus took its event.
    pub(super) accepted: u32,
    /// When it did so first.
    pub(super) accepted_at: Option<Time>,
    /// The bus refused its event in a way that will not change.
    pub(super) refused_for_good: bool,
    pub(super) quarantined: bool,
    /// A failure record holds it whole.
    pub(super) in_failure_record: bool,
    /// A failure record names its position.
    pub(super) given_up: bool,
    /// It lies between positions that a failure record names, given up or not.
    pub(super) in_named_range: bool,
    /// The quarantine has its position in place of it.
    pub(super) position_kept: bool,
    /// The stream has forgotten it.
    pub(super) trimmed: bool,
    /// Since when the mapping knows that it is done.
    pub(super) acknowledged: Option<Time>,
    /// A kill came in the same moment, so that this may or may not be durable.
    pub(super) may_come_again: bool,
    /// Since when its row is marked as published.
    pub(super) marked: Option<Time>,
    /// Its row is gone from the outbox.
    pub(super) is_gone: bool,
    /// How often the relay was given it.
    pub(super) invocations: u32,
    /// The targets at which it was completed or dead-lettered.
    pub(super) ended_at: BTreeSet<Target>,
    /// How often each target refused it.
    pub(super) refusals: BTreeMap<Target, u32>,
    /// How often each target completed it.
    pub(super) completed: BTreeMap<Target, u32>,
}

impl Changed {
    /// The relay's promise: published or quarantined whole.
    pub(super) fn is_finished(&self) -> bool {
        self.accepted > 0 || self.quarantined
    }

    /// A later event of the same key may go on the bus.
    fn is_settled(&self, settings: &Settings, at: Time) -> bool {
        self.is_finished()
            || self.means_nothing
            || self.in_failure_record
            || self.is_given_up(settings, at)
    }

    /// The mapping may have given it up: a failure record names it or will, for several pieces can share one.
    pub(super) fn is_given_up(&self, settings: &Settings, at: Time) -> bool {
        // The stream's creation time is up to a second before the commit.
        let age = at.since(self.committed_at) + Duration::from_secs(1);
        self.given_up
            || self.trimmed
            || self.invocations > settings.maximum_retry_attempts
            || age >= settings.maximum_record_age
    }

    /// The mapping need not give it to the relay again.
    pub(super) fn is_done(&self) -> bool {
        self.acknowledged.is_some()
            || self.means_nothing
            || self.in_failure_record
            || self.given_up
            || self.trimmed
    }
}

/// All changes, in the order in which they were committed.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    pub(super) changes: Vec<Changed>,
    flow: Flow,
    by_id: HashMap<Arc<str>, usize>,
    by_key: HashMap<String, Key>,
    /// The rows of an outbox by their keys, which are the ids of their events.
    rows: HashMap<Arc<str>, usize>,
}

/// The changes of one item.
#[derive(Debug, Default)]
struct Key {
    changes: Vec<usize>,
    /// How many of them, from the first on, the bus will not hear of any more, or has heard of.
    settled: usize,
}

impl Ledger {
    /// No changes yet.
    pub(super) fn new(flow: Flow) -> Self {
        Self {
            flow,
            ..Self::default()
        }
    }

    pub(super) fn commit(&mut self, change: Change, at: Time) -> Option<Violation> {
        let index = self.changes.len();
        if self.by_id.insert(change.event_id.clone(), index).is_some() {
            let text = format!("the table committed {} twice", change.event_id);
            return Some(about(at, ViolationKind::Invented, None, text));
        }
        let key = self.by_key.entry(change.key.clone()).or_default();
        key.changes.push(index);
        let expected = oracle::expected(self.flow, &change, at);
        if oracle::is_new_row(self.flow, &change) {
            self.rows.insert(change.key.as_str().into(), index);
        }
        self.changes.push(Changed {
            means_nothing: match self.flow {
                Flow::Users => false,
                // All that is no event of an order is left out; nothing of it is poison.
                Flow::Orders => expected.is_none(),
                Flow::Checkout => !oracle::is_new_row(self.flow, &change),
            },
            expected,
            change,
            committed_at: at,
            accepted: 0,
            accepted_at: None,
            refused_for_good: false,
            quarantined: false,
            in_failure_record: false,
            given_up: false,
            in_named_range: false,
            position_kept: false,
            trimmed: false,
            acknowledged: None,
            may_come_again: false,
            marked: None,
            is_gone: false,
            invocations: 0,
            ended_at: BTreeSet::new(),
            refusals: BTreeMap::new(),
            completed: BTreeMap::new(),
        });
        None
    }

    /// The change with this stream event id.
    pub(super) fn find(&self, event_id: &str) -> Option<usize> {
        self.by_id.get(event_id).copied()
    }

    /// The changes in the range of a shard that a `DDBStreamBatchInfo` names.
    pub(super) fn between(&mut self, batch: &Value) -> impl Iterator<Item = &mut Changed> {
        let number = |text: &str| (text.len(), text.to_owned());
        let end = |name: &str| batch[name].as_str().map(number);
        let (first, last) = (end("startSequenceNumber"), end("endSequenceNumber"));
        let shard = batch["shardId"].as_str().unwrap_or_default().to_owned();
        self.changes.iter_mut().filter(move |changed| {
            let number = Some(number(&changed.change.sequence_number));
            first <= number && number <= last && changed.change.shard == shard
        })
    }

    /// The change that an event's id names: `<stream event id>:<detail-type>`, or the key of a row.
    pub(super) fn of_event(&self, event_id: &str) -> Option<usize> {
        if self.flow == Flow::Checkout {
            return self.rows.get(event_id).copied();
        }
        self.find(event_id.rsplit_once(':')?.0)
    }

    /// The earliest change of the same key, before this one, of which the bus may still have to hear.
    pub(super) fn unsettled_before(
        &mut self,
        index: usize,
        settings: &Settings,
        at: Time,
    ) -> Option<usize> {
        let Self {
            changes, by_key, ..
        } = self;
        let key = by_key.get_mut(&changes[index].change.key)?;
        while let Some(next) = key.changes.get(key.settled)
            && changes[*next].is_settled(settings, at)
        {
            key.settled += 1;
        }
        key.changes
            .get(key.settled)
            .copied()
            .filter(|first| *first < index)
    }

    /// The last change of the same key before this one that means an event or is poison.
    pub(super) fn before(&self, index: usize) -> Option<usize> {
        let key = self.by_key.get(&self.changes[index].change.key)?;
        let place = key.changes.binary_search(&index).ok()?;
        let mut before = key.changes[..place].iter().rev().copied();
        before.find(|before| !self.changes[*before].means_nothing)
    }

    /// The changes that made rows of an outbox.
    pub(super) fn rows(&self) -> impl Iterator<Item = (usize, &Changed)> {
        let all = self.changes.iter().enumerate();
        all.filter(|(_, row)| oracle::is_new_row(self.flow, &row.change))
    }

    /// The change whose event tells a status of an order under this sequence number.
    pub(super) fn tells(&self, order: &str, sequence: &str) -> Option<usize> {
        if self.flow != Flow::Checkout {
            return self.with_number(sequence);
        }
        let mut rows = self.rows();
        let tells = |row: &Changed| {
            let is_placed = row.change.item.as_ref().is_some_and(|item| {
                let number = item["sequence"].as_u64();
                item["detailType"] == "OrderPlaced" && number == sequence.parse().ok()
            });
            is_placed && row.change.subject() == order
        };
        rows.find(|(_, row)| tells(row)).map(|(index, _)| index)
    }

    /// The change with this sequence number.
    pub(super) fn with_number(&self, sequence_number: &str) -> Option<usize> {
        let has_it = |changed: &Changed| changed.change.sequence_number == sequence_number;
        self.changes.iter().position(has_it)
    }

    /// A violation about one change.
    pub(super) fn violation(
        &self,
        at: Time,
        kind: ViolationKind,
        index: usize,
        text: String,
    ) -> Violation {
        about(at, kind, Some(&self.changes[index].change), text)
    }
}

/// A violation, about a change or about none.
pub(super) fn about(
    at: Time,
    kind: ViolationKind,
    change: Option<&Change>,
    text: String,
) -> Violation {
    Violation {
        at,
        kind,
        key: change.map(|change| change.subject().to_owned()),
        change: change.map(|change| change.event_id.to_string()),
        text,
    }
}
