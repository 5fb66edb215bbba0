//! What the tracking table has: the newest status of each order, and never an older one again.

use std::collections::BTreeMap;

use delivery::Time;

use super::ledger::{Ledger, about};
use super::violation::{Violation, ViolationKind};
use crate::observation::Change;

/// A sequence number, so that longer ones are greater.
type Number = (usize, String);

/// The tracking table, as it was seen.
#[derive(Debug, Default)]
pub(super) struct Tracked {
    statuses: BTreeMap<String, Number>,
    /// The newest change of each order that the consumer completed.
    completed: BTreeMap<String, Number>,
}

impl Tracked {
    /// The table took a status.
    pub(super) fn take(
        &mut self,
        at: Time,
        ledger: &Ledger,
        order: &str,
        status: &str,
        sequence: &str,
    ) -> Option<Violation> {
        let Some(index) = ledger.tells(order, sequence) else {
            let text =
                format!("{order} is tracked with the sequence {sequence}, which no change has");
            return Some(about(at, ViolationKind::Invented, None, text));
        };
        let change = &ledger.changes[index].change;
        let item = change.item.as_ref();
        // An order that is placed is one that was created.
        let committed = item.and_then(|item| match item["detailType"].as_str() {
            Some("OrderPlaced") => Some("CREATED"),
            _ => item["status"].as_str(),
        });
        if change.subject() != order || committed != Some(status) {
            let text = format!(
                "{order} is tracked as {status} by {}, which made {} {}",
                change.event_id,
                change.key,
                committed.unwrap_or("nothing"),
            );
            return Some(ledger.violation(at, ViolationKind::Altered, index, text));
        }
        let new = number(sequence);
        let old = self.statuses.insert(order.to_owned(), new.clone());
        let old = old.filter(|old| *old > new)?;
        let text = format!(
            "{order} is tracked as {status} by {}, though the newer sequence {} was tracked before",
            change.event_id, old.1,
        );
        Some(ledger.violation(at, ViolationKind::WentBack, index, text))
    }

    /// The consumer completed the event of a change.
    pub(super) fn completed(&mut self, change: &Change) {
        let subject = change.subject().to_owned();
        let newest = self.completed.entry(subject).or_default();
        let of_row = change
            .item
            .as_ref()
            .and_then(|item| item["sequence"].as_u64());
        let number = match of_row {
            Some(sequence) => number(&sequence.to_string()),
            None => number(&change.sequence_number),
        };
        if number > *newest {
            *newest = number;
        }
    }

    /// The orders whose status is older than what the consumer completed. (Whether it completed the newest that the
    /// table has is asked for every change.)
    pub(super) fn differences(&self, at: Time, ledger: &Ledger) -> Vec<Violation> {
        let mut violations = Vec::new();
        for (order, newest) in &self.completed {
            if self.statuses.get(order) >= Some(newest) {
                continue;
            }
            let text = format!(
                "{order} is not tracked with its newest status, of the sequence {}, though the consumer completed it",
                newest.1,
            );
            let kind = ViolationKind::TrackedWrongly;
            violations.push(match ledger.tells(order, &newest.1) {
                Some(index) => ledger.violation(at, kind, index, text),
                None => about(at, kind, None, text),
            });
        }
        violations
    }
}

fn number(sequence: &str) -> Number {
    (sequence.len(), sequence.to_owned())
}
