//! The rows of the outbox: what is in them, their numbers, their marks and their ends.

use std::time::Duration;

use delivery::Time;
use serde_json::{Value, json};

use super::Shop;
use crate::checker::Checker;
use crate::checker::ledger::about;
use crate::checker::oracle::{difference, is_new_row};
use crate::checker::violation::{Violation, ViolationKind};
use crate::observation::{Change, Kind, Meaning};
use crate::scenario::Flow;

impl Shop {
    /// A row was committed.
    fn row(&mut self, at: Time, change: &Change) -> Option<Violation> {
        let row = change.item.as_ref()?;
        let wrong = |kind, text| Some(about(at, kind, Some(change), text));
        let id = &change.key;
        let Some(call) = self.senders.get(id.as_str()).copied() else {
            let text = format!("the row {id} is there, which nobody sent");
            return wrong(ViolationKind::Invented, text);
        };
        let caller = self.calls.get_mut(&call)?;
        let nth = caller.rows;
        caller.rows += 1;
        if caller.refused {
            let text = format!("caller {call} was told that nothing is written, but {id} is");
            return wrong(ViolationKind::AnsweredWrongly, text);
        }
        let Some((source, detail_type, mut detail)) = caller.wish.event(nth) else {
            let text = format!(
                "caller {call} has written {} rows, for {}",
                nth + 1,
                caller.wish
            );
            return wrong(ViolationKind::DoneTwice, text);
        };
        let aggregate = caller.wish.aggregate();
        let last = self.sequences.entry(aggregate.clone()).or_default();
        let sequence = row["sequence"].as_u64().unwrap_or_default();
        let before = std::mem::replace(last, sequence);
        if sequence != before + 1 {
            let text = format!("{aggregate} has the number {sequence} after {before}");
            return wrong(ViolationKind::WrongSequence, text);
        }
        let created_at = caller.asked.in_milliseconds();
        detail["metadata"] = json!({
            "eventId": id,
            "occurredAt": created_at,
            "key": aggregate,
            "sequence": sequence.to_string(),
            "sequenceKind": "counter",
            "version": 1,
        });
        let expected = json!({
            "id": id,
            "aggregate": aggregate,
            "sequence": sequence,
            "source": source,
            "detailType": detail_type,
            "version": 1,
            "detail": detail,
            "createdAt": created_at,
        });
        let mut found = Value::clone(row);
        found["detail"] = serde_json::from_str(row["detail"].as_str()?).unwrap_or_default();
        let difference = difference("row", &expected, &found)?;
        wrong(
            ViolationKind::Altered,
            format!("{id} was committed, but {difference}"),
        )
    }
}

impl Checker {
    /// The outbox took a change.
    pub(in crate::checker) fn outbox_changed(
        &mut self,
        at: Time,
        change: &Change,
    ) -> Option<Violation> {
        if self.scenario.flow != Flow::Checkout {
            return None;
        }
        let wrong = |kind, text| Some(about(at, kind, Some(change), text));
        let id = &change.key;
        if is_new_row(Flow::Checkout, change) {
            // What somebody writes by hand is none of the callers'.
            return (change.meaning != Meaning::Unmappable)
                .then(|| self.shop.row(at, change))
                .flatten();
        }
        let index = self.ledger.of_event(id)?;
        let kept_for = self.scenario.settings.rows_kept_for;
        let row = &mut self.ledger.changes[index];
        match change.kind {
            Kind::Modify
                if change
                    .item
                    .as_ref()
                    .is_some_and(|it| it["publishedAt"].is_string()) =>
            {
                row.marked.get_or_insert(at);
                if row.accepted > 0 {
                    return None;
                }
                let text = format!("{id} is marked as published, but the bus never took it");
                wrong(ViolationKind::MarkedUnpublished, text)
            }
            Kind::Remove | Kind::Expire => {
                row.is_gone = true;
                // Time to live works by whole seconds.
                let due =
                    |marked: Time| marked.plus(kept_for.saturating_sub(Duration::from_secs(1)));
                if row.accepted > 0 && row.marked.is_some_and(|marked| due(marked) <= at) {
                    return None;
                }
                let text = format!("{id} is gone from the outbox before its time");
                wrong(ViolationKind::Lost, text)
            }
            _ => None,
        }
    }
}
