//! A consumer that takes the events of each key in their order, each completed once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use delivery::Time;
use outbox::consume::order::Bounds;

use super::violation::{Violation, ViolationKind};
use crate::observation::{Change, KeptLane, Ordered, Turn};

/// Moments in a lease are whole milliseconds.
const ROUNDING: Duration = Duration::from_millis(2);

/// So long after an event came the order table may have it: three attempts of a second each, and the pauses between.
const UNTIL_KEPT: Duration = Duration::from_secs(4);

/// What was seen of each key.
#[derive(Debug)]
pub(super) struct Lanes {
    bounds: Bounds,
    keys: BTreeMap<Arc<str>, Lane>,
}

#[derive(Debug, Default)]
struct Lane {
    /// The events whose effect was seen.
    done: BTreeSet<u64>,
    /// Those of which the order table knows that: nothing may be done for them again.
    recorded: BTreeSet<u64>,
    /// The gaps that were reported, from the first to the last.
    given_up: Vec<(u64, u64)>,
    /// The handlers of which nobody heard that they ended, with the ends of their leases.
    running: Vec<(u64, Time)>,
    /// The last handler that ended has failed.
    failed: bool,
    /// The events that wait: since when at the latest, and how many bytes.
    parked: BTreeMap<u64, (Time, usize)>,
}

/// What is wrong.
type Found = (ViolationKind, String);

impl Lanes {
    pub(super) fn new(bounds: Bounds) -> Self {
        Self {
            bounds,
            keys: BTreeMap::new(),
        }
    }

    /// The consumer is one step further.
    pub(super) fn look(&mut self, at: Time, ordered: &Ordered) -> Option<Violation> {
        let Ordered { key, step } = ordered;
        let bounds = self.bounds;
        let lane = self.keys.entry(Arc::clone(key)).or_default();
        let found = match step {
            Turn::Began { sequence, until } => lane.began(at, *sequence, *until),
            Turn::Ended { sequence, well } => {
                lane.failed = !well;
                let run = lane.running.iter().rposition(|(of, _)| of == sequence);
                run.map(|run| lane.running.remove(run));
                None
            }
            Turn::Kept(kept) => lane.kept(at, kept),
            Turn::GaveUp { first, last } => lane.gave_up(at, *first, *last, bounds),
        };
        found.map(|found| violation(at, key, found))
    }

    /// The effect of an event was seen: that of each one follows that of the one before.
    pub(super) fn done(&mut self, at: Time, change: &Change) -> Option<Violation> {
        let (key, sequence) = place(change)?;
        let lane = self.keys.entry(Arc::clone(&key)).or_default();
        let newest = lane.done.last().copied().unwrap_or_default();
        let found = if !lane.done.insert(sequence) {
            // Where nobody recorded the effect it may come again.
            lane.recorded.contains(&sequence).then(|| {
                let text = format!("is done again for {key}, though its completion was recorded");
                (ViolationKind::RanAgain, text)
            })
        } else if sequence < newest && !lane.was_given_up(sequence) {
            let text = format!("is done for {key} after {newest}, and was never given up");
            Some((ViolationKind::OutOfOrder, text))
        } else {
            let skipped = (newest + 1..sequence).find(|it| !lane.was_given_up(*it));
            skipped.map(|skipped| {
                let text = format!("is done for {key} before {skipped}, which was not given up");
                (ViolationKind::OutOfOrder, text)
            })
        };
        let (kind, text) = found?;
        Some(violation(
            at,
            &key,
            (kind, format!("event {sequence} {text}")),
        ))
    }

    /// Whether the order table keeps the event of a row until its turn.
    pub(super) fn is_parked(&self, change: &Change) -> bool {
        let lane = |(key, sequence)| Some((self.keys.get(&key)?, sequence));
        place(change)
            .and_then(lane)
            .is_some_and(|(lane, sequence)| lane.parked.contains_key(&sequence))
    }

    /// What still waits when nothing happens any more.
    pub(super) fn differences(&self, at: Time) -> Vec<Violation> {
        let waiting = |lane: &Lane| lane.parked.keys().next().copied();
        let stuck = self.keys.iter().filter_map(|(key, lane)| {
            let text = format!("event {} of {key} is parked for ever", waiting(lane)?);
            Some(violation(at, key, (ViolationKind::Stuck, text)))
        });
        stuck.collect()
    }
}

impl Lane {
    fn began(&mut self, at: Time, sequence: u64, until: Time) -> Option<Found> {
        let others = self.running.iter();
        let other = others.rev().find(|(_, end)| *end > at.plus(ROUNDING));
        let other = other.map(|(other, _)| *other);
        self.running.push((sequence, until));
        if self.recorded.contains(&sequence) {
            let text = format!("event {sequence} is worked on again, which was recorded as done");
            return Some((ViolationKind::RanAgain, text));
        }
        other.map(|other| {
            let text = format!(
                "event {sequence} is worked on while another delivery works on event {other} and has the key"
            );
            (ViolationKind::RanTogether, text)
        })
    }

    /// The order table has something else of the key.
    fn kept(&mut self, at: Time, kept: &KeptLane) -> Option<Found> {
        let is_given_up = |sequence: u64| {
            let mut gaps = kept.given_up.iter();
            gaps.any(|(first, last)| (*first..=*last).contains(&sequence))
        };
        let mut found = None;
        for sequence in (1..=kept.seen).filter(|it| !is_given_up(*it)) {
            if !self.done.contains(&sequence) {
                let text = format!("event {sequence} is recorded as done, but nothing was");
                found.get_or_insert((ViolationKind::AcknowledgedUnfinished, text));
            }
            self.recorded.insert(sequence);
        }
        let mut parked = BTreeMap::new();
        for (sequence, bytes) in &kept.parked {
            let since = self.parked.get(sequence).map_or(at, |(since, _)| *since);
            parked.insert(*sequence, (since, *bytes));
        }
        let mut before = self.parked.keys();
        let gone = before.find(|it| !parked.contains_key(it) && !self.recorded.contains(it));
        if let Some(gone) = gone {
            let text = format!("event {gone} was parked and is not any more, but was never done");
            found.get_or_insert((ViolationKind::Lost, text));
        }
        self.parked = parked;
        let next = self.parked.keys().next();
        if let Some(next) = next.filter(|it| **it <= kept.seen + 1)
            && !kept.held
            && !self.failed
        {
            let text = format!("event {next} is ready, but the key was let go of without it");
            found.get_or_insert((ViolationKind::LeftBehind, text));
        }
        found
    }

    /// Events are not waited for any more: only when the bounds are reached.
    fn gave_up(&mut self, at: Time, first: u64, last: u64, bounds: Bounds) -> Option<Found> {
        self.given_up.push((first, last));
        let bytes: usize = self.parked.values().map(|(_, bytes)| bytes).sum();
        let is_over = self.parked.len() > bounds.events || bytes > bounds.bytes;
        let mut since = self.parked.values().map(|(since, _)| *since);
        let too_long = since.any(|since| at.since(since) + UNTIL_KEPT >= bounds.patience);
        (!is_over && !too_long).then(|| {
            let text = format!(
                "the events {first} to {last} were given up with {} parked, none for {}",
                self.parked.len(),
                super::span(bounds.patience)
            );
            (ViolationKind::GivenUpEarly, text)
        })
    }

    fn was_given_up(&self, sequence: u64) -> bool {
        let mut gaps = self.given_up.iter();
        gaps.any(|(first, last)| (*first..=*last).contains(&sequence))
    }
}

/// The key and the sequence of the event of a row.
fn place(change: &Change) -> Option<(Arc<str>, u64)> {
    let sequence = change.item.as_ref()?["sequence"].as_u64()?;
    Some((change.subject().into(), sequence))
}

fn violation(at: Time, key: &Arc<str>, (kind, text): Found) -> Violation {
    Violation {
        at,
        kind,
        key: Some(key.to_string()),
        change: None,
        text,
    }
}
