//! What the bus takes and refuses: nothing invented, nothing altered, each key in order.

use std::sync::Arc;

use delivery::Time;
use serde_json::Value;

use super::Checker;
use super::ledger::about;
use super::oracle::difference;
use super::violation::{Violation, ViolationKind};

/// The codes of PutEvents that are bound to an entry, so that it never passes.
const FOR_GOOD: [&str; 5] = [
    "MalformedDetail",
    "InvalidArgument",
    "NotAuthorizedForSourceException",
    "NotAuthorizedForDetailTypeException",
    "RedactionFailure",
];

/// An event as it was seen somewhere.
#[derive(Clone, Copy)]
pub(super) struct Event<'a> {
    pub(super) source: &'a str,
    pub(super) detail_type: &'a str,
    pub(super) detail: &'a Value,
    pub(super) id: &'a str,
}

impl Checker {
    /// The bus took an entry.
    pub(super) fn accepted(
        &mut self,
        at: Time,
        source: &str,
        detail_type: &str,
        detail: &str,
        event_id: &str,
    ) -> Vec<Violation> {
        self.accepted += 1;
        let event = Event {
            source,
            detail_type,
            detail: &serde_json::from_str(detail).unwrap_or_default(),
            id: event_id,
        };
        let index = match self.meant(at, event, "the bus took") {
            Ok(index) => index,
            Err(violation) => return vec![violation],
        };
        let changed = &mut self.ledger.changes[index];
        changed.accepted += 1;
        if changed.accepted > 1 {
            return Vec::new();
        }
        changed.accepted_at = Some(at);
        let settings = &self.scenario.settings;
        let Some(earlier) = self.ledger.unsettled_before(index, settings, at) else {
            return Vec::new();
        };
        if self.are_in_one_call(earlier, index) {
            return Vec::new();
        }
        let earlier = &self.ledger.changes[earlier].change;
        let text = format!(
            "the bus took {event_id} while the earlier change {} of the key {} was neither published, quarantined nor \
             given up",
            earlier.event_id, earlier.key
        );
        vec![
            self.ledger
                .violation(at, ViolationKind::OutOfOrder, index, text),
        ]
    }

    /// The bus, or something in front of it, refused an event.
    pub(super) fn refused(&mut self, event_ids: &[Arc<str>], code: &str) {
        if !FOR_GOOD.contains(&code) {
            return;
        }
        for event_id in event_ids {
            if let Some(index) = self.ledger.of_event(event_id) {
                self.ledger.changes[index].refused_for_good = true;
            }
        }
    }

    /// The change whose event this is, field by field; else what is wrong with it.
    pub(super) fn meant(&self, at: Time, event: Event<'_>, who: &str) -> Result<usize, Violation> {
        let Event {
            source,
            detail_type,
            detail,
            id: event_id,
        } = event;
        let Some(index) = self.ledger.of_event(event_id) else {
            let text = format!("{who} {event_id}, which no committed change means");
            return Err(about(at, ViolationKind::Invented, None, text));
        };
        let fail = |kind, text| Err(self.ledger.violation(at, kind, index, text));
        let changed = &self.ledger.changes[index];
        let Some(expected) = &changed.expected else {
            let text = format!("{who} {event_id}, but its change is poison and means no event");
            return fail(ViolationKind::Invented, text);
        };
        if event_id != expected.event_id || detail_type != expected.detail_type {
            let text = format!(
                "{who} {event_id} ({detail_type}), but its change means {}",
                expected.event_id
            );
            return fail(ViolationKind::Altered, text);
        }
        let publisher = &expected.source;
        let difference = if source == publisher {
            difference("detail", &expected.detail, detail)
        } else {
            Some(format!("source is {source} and must be {publisher}"))
        };
        match difference {
            Some(difference) => fail(
                ViolationKind::Altered,
                format!("{who} {event_id}, but {difference}"),
            ),
            None => Ok(index),
        }
    }
}
