//! What the relay is given and what it answers: its promise, and the mapping's.

use std::collections::BTreeSet;
use std::sync::Arc;

use delivery::Time;
use serde_json::Value;

use super::Checker;
use super::ledger::{Changed, about};
use super::violation::{Violation, ViolationKind};

impl Checker {
    /// The relay was given a batch.
    pub(super) fn relay_invoked(
        &mut self,
        at: Time,
        request_id: &str,
        records: &[Arc<str>],
    ) -> Vec<Violation> {
        let mut violations = Vec::new();
        let mut batch = Vec::with_capacity(records.len());
        for id in records {
            let Some(index) = self.ledger.find(id) else {
                let text = format!("the relay was given `{id}`, which the table did not commit");
                violations.push(about(at, ViolationKind::Invented, None, text));
                continue;
            };
            if self.ledger.changes[index].means_nothing {
                let text =
                    format!("the relay was given {id}, which its mapping's filter leaves out");
                let kind = ViolationKind::WrongTarget;
                violations.push(self.ledger.violation(at, kind, index, text));
            }
            violations.extend(self.came_again(at, index));
            violations.extend(self.went_past(at, index, &batch));
            violations.extend(self.tried_too_often(at, index));
            batch.push(index);
        }
        self.flights.insert(request_id.to_owned(), batch);
        violations
    }

    pub(super) fn came_again(&mut self, at: Time, index: usize) -> Option<Violation> {
        let changed = &mut self.ledger.changes[index];
        let done = changed.acknowledged?;
        if changed.may_come_again {
            changed.may_come_again = false;
            changed.acknowledged = None;
            return None;
        }
        let text = format!(
            "{} was given {} again, which was finished {} before, and the progress was durable",
            self.scenario.flow.publisher(),
            changed.change.event_id,
            super::span(at.since(done)),
        );
        Some(
            self.ledger
                .violation(at, ViolationKind::CameAgain, index, text),
        )
    }

    /// Each record of a key comes behind the one before it, so looking at that one is enough.
    pub(super) fn went_past(
        &mut self,
        at: Time,
        index: usize,
        batch: &[usize],
    ) -> Option<Violation> {
        let before = self.ledger.before(index)?;
        let earlier = &mut self.ledger.changes[before];
        if batch.contains(&before) {
            return None;
        }
        if earlier.is_done() {
            // The mapping goes on only when its progress is durable.
            earlier.may_come_again = false;
            return None;
        }
        if earlier.is_given_up(&self.scenario.settings, at) {
            return None;
        }
        let earlier = &self.ledger.changes[before];
        let text = format!(
            "{} was given {} while the earlier change {} of the same key was not done",
            self.scenario.flow.publisher(),
            self.ledger.changes[index].change.event_id,
            earlier.change.event_id
        );
        Some(
            self.ledger
                .violation(at, ViolationKind::WentPast, before, text),
        )
    }

    pub(super) fn tried_too_often(&mut self, at: Time, index: usize) -> Option<Violation> {
        let settings = &self.scenario.settings;
        // Halving a batch uses up no retry, and what a kill interrupts was not counted.
        let halvings = usize::BITS - settings.batch_size.max(1).leading_zeros();
        let most = settings
            .maximum_retry_attempts
            .saturating_add(1 + halvings)
            .saturating_add(self.kills);
        let changed = &mut self.ledger.changes[index];
        changed.invocations += 1;
        // Once is enough to tell.
        if changed.invocations != most.saturating_add(1) {
            return None;
        }
        let text = format!(
            "{} was given {} for the {}th time; the settings allow {most}",
            self.scenario.flow.publisher(),
            changed.change.event_id,
            changed.invocations
        );
        Some(
            self.ledger
                .violation(at, ViolationKind::TriedTooOften, index, text),
        )
    }

    /// The relay's run ended; `answer` is its body if it did not fail.
    pub(super) fn relay_answered(
        &mut self,
        at: Time,
        request_id: &str,
        answer: Option<&str>,
    ) -> Vec<Violation> {
        let Some(batch) = self.flights.remove(request_id) else {
            return Vec::new();
        };
        let Some(body) = answer else {
            return Vec::new();
        };
        let numbers: Vec<&str> = batch
            .iter()
            .map(|index| self.ledger.changes[*index].change.sequence_number.as_str())
            .collect();
        let done = acknowledged(body, &numbers);
        let mut violations = Vec::new();
        self.forget_acknowledged_before(at);
        for index in batch.into_iter().take(done) {
            let changed = &mut self.ledger.changes[index];
            changed.acknowledged = Some(at);
            self.just_acknowledged.push(index);
            if !changed.is_finished() {
                let text = format!(
                    "the relay answered that {} is done, but the bus does not have it and neither has the quarantine",
                    changed.change.event_id
                );
                let kind = ViolationKind::AcknowledgedUnfinished;
                violations.push(self.ledger.violation(at, kind, index, text));
            }
        }
        violations
    }

    /// What was done behind records that are given up becomes durable when the failure destination has those.
    fn hold_back_behind_what_is_given_up(&mut self, at: Time) {
        let settings = &self.scenario.settings;
        let waits = |it: &&Changed| !it.is_done() && it.is_given_up(settings, at);
        let waiting = self.ledger.changes.iter().filter(waits);
        let shards: BTreeSet<String> = waiting.map(|it| it.change.shard.clone()).collect();
        for changed in &mut self.ledger.changes {
            if changed.acknowledged.is_some() && shards.contains(&changed.change.shard) {
                changed.may_come_again = true;
            }
        }
    }

    /// Progress is durable before time goes on.
    pub(super) fn forget_acknowledged_before(&mut self, at: Time) {
        let changes = &self.ledger.changes;
        self.just_acknowledged
            .retain(|index| changes[*index].acknowledged == Some(at));
    }

    /// The emulator died: what it was told in this very moment may not have been durable yet.
    pub(super) fn killed(&mut self, at: Time) {
        self.kills += 1;
        self.flights.clear();
        self.forget_acknowledged_before(at);
        for index in self.just_acknowledged.drain(..) {
            self.ledger.changes[index].may_come_again = true;
        }
        self.hold_back_behind_what_is_given_up(at);
    }
}

/// How many records of a batch an answer calls done, from the first on
/// (<https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html>).
fn acknowledged(body: &str, numbers: &[&str]) -> usize {
    if body.trim().is_empty() {
        return numbers.len();
    }
    let failures = match serde_json::from_str(body) {
        Ok(Value::Null) => return numbers.len(),
        // An unknown key reads as an empty list: success.
        Ok(Value::Object(mut answer)) => match answer.remove("batchItemFailures") {
            None | Some(Value::Null) => return numbers.len(),
            Some(Value::Array(failures)) => failures,
            Some(_) => return 0,
        },
        Ok(_) | Err(_) => return 0,
    };
    failures
        .iter()
        .map(|failure| {
            let number = failure["itemIdentifier"].as_str();
            numbers
                .iter()
                .position(|one| Some(*one) == number)
                .unwrap_or(0)
        })
        .min()
        .unwrap_or(numbers.len())
}
