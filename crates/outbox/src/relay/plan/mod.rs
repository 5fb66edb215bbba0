//! What to send next and what each answer means: the relay's decisions, without its input and output.
//!
//! ```text
//! lane of key a:  record 0 [e0 e1]   record 3 [e4]          a lane sends one entry at a time, in order
//! lane of key b:  record 1 [e2]                             entries of different lanes share calls
//! lane of key c:  record 2 [e3]      record 4 (poison)      a poison record is quarantined in its turn
//! ```
//!
//! Invariant: at most one entry or quarantine send of a lane is ready, delayed or in flight; a lane with a failed
//! record has none and never gets one again.
//!
//! `next` says what to send, `answered` what an answer means; here is the state that both change.

mod answered;
mod next;

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::mem;
use std::ops::Range;

use tokio::time::Instant;

use super::pace::Pace;
use super::prepare::Prepared;
use crate::entry::Entry;
use crate::quarantine::Reason;

/// Something for the relay to do.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Job {
    /// Publish these entries in one call.
    Call(Vec<usize>),
    /// Quarantine this record.
    Quarantine(usize),
}

pub(super) struct Plan {
    pace: Pace,
    jitter: fastrand::Rng,
    records: Vec<Record>,
    entries: Vec<Sending>,
    /// The first unfinished record of each lane; each record knows the next one.
    lanes: Vec<Option<usize>>,
    ready: BTreeSet<usize>,
    poison: VecDeque<usize>,
    delayed: BTreeSet<(Instant, Delayed)>,
    /// The retry budget was used up: nothing new is begun, for all of it would be sent again anyway.
    exhausted: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Delayed {
    Entry(usize),
    Quarantine(usize),
}

struct Record {
    lane: usize,
    next_in_lane: Option<usize>,
    entries: Range<usize>,
    state: State,
    quarantine_failures: u32,
}

#[derive(Debug, PartialEq, Eq)]
enum State {
    Waiting,
    Poison(Reason),
    Finished,
    Failed,
}

struct Sending {
    record: usize,
    bytes: usize,
    failures: u32,
    alone: bool,
    accepted: bool,
}

impl Plan {
    /// The plan for a batch, and its entries in order. `accepted` tells which events the bus has already.
    pub(super) fn new(
        prepared: &mut [Prepared<'_>],
        pace: Pace,
        jitter: fastrand::Rng,
        accepted: impl Fn(&str) -> bool,
    ) -> (Self, Vec<Entry>) {
        let mut plan = Self {
            pace,
            jitter,
            records: Vec::with_capacity(prepared.len()),
            entries: Vec::with_capacity(prepared.len()),
            lanes: Vec::with_capacity(prepared.len()),
            ready: BTreeSet::new(),
            poison: VecDeque::new(),
            delayed: BTreeSet::new(),
            exhausted: false,
        };
        let mut all = Vec::with_capacity(prepared.len());
        let mut lane_of = HashMap::with_capacity(prepared.len());
        let mut last_of_lane: Vec<usize> = Vec::with_capacity(prepared.len());
        for (position, record) in prepared.iter_mut().enumerate() {
            let Prepared { key, outcome, .. } = record;
            let key = &*key;
            let lane = match key.as_deref() {
                Some(key) => *lane_of.entry(key).or_insert(plan.lanes.len()),
                None => plan.lanes.len(),
            };
            if lane == plan.lanes.len() {
                plan.lanes.push(Some(position));
                last_of_lane.push(position);
            } else {
                let before = mem::replace(&mut last_of_lane[lane], position);
                plan.records[before].next_in_lane = Some(position);
            }
            let first = all.len();
            let state = match mem::replace(outcome, Ok(Vec::new())) {
                Ok(entries) => {
                    plan.entries.extend(entries.iter().map(|entry| Sending {
                        record: position,
                        bytes: entry.bytes(),
                        failures: 0,
                        alone: false,
                        accepted: accepted(&entry.event_id),
                    }));
                    all.extend(entries);
                    State::Waiting
                }
                Err(reason) => State::Poison(reason),
            };
            plan.records.push(Record {
                lane,
                next_in_lane: None,
                entries: first..all.len(),
                state,
                quarantine_failures: 0,
            });
        }
        for lane in 0..plan.lanes.len() {
            plan.advance(lane);
        }
        (plan, all)
    }

    /// Makes the next entry or poison record of a lane ready.
    fn advance(&mut self, lane: usize) {
        while let Some(position) = self.lanes[lane] {
            let record = &mut self.records[position];
            match record.state {
                State::Waiting => {
                    if let Some(entry) = record
                        .entries
                        .clone()
                        .find(|entry| !self.entries[*entry].accepted)
                    {
                        self.ready.insert(entry);
                        return;
                    }
                    record.state = State::Finished;
                }
                State::Poison(_) => return self.poison.push_back(position),
                State::Failed => return,
                State::Finished => {}
            }
            self.lanes[lane] = record.next_in_lane;
        }
    }

    /// The position of the first record that is not finished.
    pub(super) fn first_unfinished(&self) -> Option<usize> {
        self.records
            .iter()
            .position(|record| record.state != State::Finished)
    }

    /// Why a record is poison.
    pub(super) fn reason(&self, record: usize) -> Option<&Reason> {
        match &self.records[record].state {
            State::Poison(reason) => Some(reason),
            _ => None,
        }
    }

    /// The entries of a record.
    pub(super) fn entries_of(&self, record: usize) -> Range<usize> {
        self.records[record].entries.clone()
    }

    /// Whether the bus accepted an entry.
    pub(super) fn is_accepted(&self, entry: usize) -> bool {
        self.entries[entry].accepted
    }

    /// Whether nothing is left to do for a record.
    pub(super) fn is_finished(&self, record: usize) -> bool {
        self.records[record].state == State::Finished
    }
}
