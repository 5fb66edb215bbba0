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

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::mem;
use std::ops::Range;

use tokio::time::Instant;

use super::pace::Pace;
use super::prepare::Prepared;
use crate::entry::{CALL_BYTES, CALL_ENTRIES, Entry};
use crate::publish::{Answer, CallError};
use crate::quarantine::{QuarantineError, Reason, ReasonKind};
use crate::verdict::{self, Verdict};

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

/// What decides on the next attempt of everything that one answer refused.
#[derive(Clone, Copy)]
struct Retry {
    now: Instant,
    jitter: f64,
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

    /// The next thing to do now, if any.
    pub(super) fn next(&mut self, now: Instant) -> Option<Job> {
        while let Some((at, delayed)) = self.delayed.first().copied() {
            if at > now {
                break;
            }
            self.delayed.pop_first();
            match delayed {
                Delayed::Entry(entry) => _ = self.ready.insert(entry),
                Delayed::Quarantine(record) => self.poison.push_back(record),
            }
        }
        if now < self.pace.last_quarantine
            && let Some(record) = self.poison.pop_front()
        {
            return Some(Job::Quarantine(record));
        }
        if now >= self.pace.last_call {
            return None;
        }
        let call = self.pack();
        (!call.is_empty()).then_some(Job::Call(call))
    }

    /// When [`Plan::next`] may have something again without an answer having come.
    pub(super) fn wake_at(&self) -> Option<Instant> {
        self.delayed.first().map(|(at, _)| *at)
    }

    /// Takes entries in the order of their records, as many as one call may have.
    fn pack(&mut self) -> Vec<usize> {
        let mut call = Vec::with_capacity(CALL_ENTRIES);
        let mut bytes = 0;
        for &entry in &self.ready {
            let sending = &self.entries[entry];
            if self.exhausted && sending.failures == 0 {
                continue;
            }
            if sending.alone {
                if call.is_empty() {
                    call.push(entry);
                    break;
                }
                continue;
            }
            bytes += sending.bytes;
            if call.len() == CALL_ENTRIES || (bytes >= CALL_BYTES && !call.is_empty()) {
                break;
            }
            call.push(entry);
        }
        for entry in &call {
            self.ready.remove(entry);
        }
        call
    }

    /// Takes the answer to a call.
    pub(super) fn answered(
        &mut self,
        call: &[usize],
        answer: Result<Vec<Answer>, CallError>,
        now: Instant,
    ) {
        let answer = match answer {
            Ok(answers) if answers.len() != call.len() => Err(CallError::NoAnswer(format!(
                "{} entries were sent, {} answers came",
                call.len(),
                answers.len()
            ))),
            other => other,
        };
        // One pause for all that failed together, so that they share a call again.
        let retry = Retry {
            now,
            jitter: self.jitter.f64(),
        };
        match answer {
            Ok(answers) => {
                for (&entry, answer) in call.iter().zip(answers) {
                    match answer {
                        Ok(()) => self.accepted(entry),
                        Err(refusal) => {
                            let verdict = verdict::of_entry(&refusal.code);
                            self.refused(
                                entry,
                                verdict,
                                &format!("{}: {}", refusal.code, refusal.message),
                                retry,
                            );
                        }
                    }
                }
            }
            Err(error) => {
                let verdict = verdict::of_call(&error);
                if verdict == Verdict::Poison && call.len() > 1 {
                    for &entry in call {
                        self.entries[entry].alone = true;
                        self.ready.insert(entry);
                    }
                    return;
                }
                for &entry in call {
                    self.refused(entry, verdict, &error.to_string(), retry);
                }
            }
        }
    }

    /// Takes the answer of the quarantine.
    pub(super) fn quarantined(
        &mut self,
        record: usize,
        answer: Result<(), QuarantineError>,
        now: Instant,
    ) {
        let transient = match answer {
            Ok(()) => {
                self.records[record].state = State::Finished;
                self.advance(self.records[record].lane);
                return;
            }
            Err(QuarantineError::Call(error)) => verdict::of_call(&error) == Verdict::Transient,
            Err(_) => false,
        };
        self.records[record].quarantine_failures += 1;
        let failures = self.records[record].quarantine_failures;
        match self.pace.next_attempt(now, failures, self.jitter.f64()) {
            Some(at) if transient => _ = self.delayed.insert((at, Delayed::Quarantine(record))),
            _ => self.fail(record),
        }
    }

    fn accepted(&mut self, entry: usize) {
        self.entries[entry].accepted = true;
        self.advance(self.records[self.entries[entry].record].lane);
    }

    fn refused(&mut self, entry: usize, verdict: Verdict, message: &str, retry: Retry) {
        let record = self.entries[entry].record;
        match verdict {
            Verdict::Transient => {
                self.entries[entry].failures += 1;
                let failures = self.entries[entry].failures;
                if let Some(at) = self.pace.next_attempt(retry.now, failures, retry.jitter) {
                    self.delayed.insert((at, Delayed::Entry(entry)));
                } else {
                    self.exhausted = true;
                    self.fail(record);
                }
            }
            Verdict::Configuration => self.fail(record),
            Verdict::Poison => {
                let reason = Reason {
                    kind: ReasonKind::RefusedByBus,
                    message: message.to_owned(),
                };
                self.records[record].state = State::Poison(reason);
                self.poison.push_back(record);
            }
        }
    }

    /// The lane of a failed record stands still: what follows must not overtake it.
    fn fail(&mut self, record: usize) {
        self.records[record].state = State::Failed;
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
