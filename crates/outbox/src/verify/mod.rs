//! Whether every row of an outbox table was published, and where those are that were not.
//!
//! A row without `publishedAt` that is older than the relay needs is in one of four places: in the quarantine, in the
//! mapping's failure destination, published but not marked, or lost to the stream, which keeps records for 24 hours.
//! The first two have their own way back to the bus; the others can be [published again](publish_again), under the
//! same event ids, so that consumers recognise what they have had.
//!
//! [`Verification`] is pure: it is given the items of the table and what lies elsewhere. The reading of tables and
//! queues stands apart, so that a simulation can ask the same questions of its own.

mod elsewhere;
mod publish;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;

pub use self::elsewhere::{ids_in_failure_record, ids_in_quarantined};
pub use self::publish::{Mark, Published, publish_again};
use crate::row::{OutboxItem, Row};

/// Where a row that was not published lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// The relay could not publish it and put it into the quarantine.
    Quarantine,
    /// Lambda gave its batch up and put it into the mapping's failure destination.
    FailureDestination,
    /// In no known place: it was published but not marked, or the stream has lost it.
    Nowhere,
}

/// Looks at an outbox table, item by item.
#[derive(Debug)]
pub struct Verification {
    now: Timestamp,
    grace: Duration,
    elsewhere: BTreeMap<String, Place>,
    report: Report,
}

/// What was found.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Rows that are marked as published.
    pub published: u64,
    /// When the youngest of them was written: so far the relay has come.
    pub reached: Option<Timestamp>,
    /// Rows younger than the grace time: the relay may still come to them.
    pub young: u64,
    /// Rows that are not marked as published although they are old enough, with the place where each lies.
    pub unpublished: Vec<(Row, Place)>,
    /// Rows that nobody can publish as they are, with the place where each lies. Somebody has changed them since they
    /// were written, and nothing tells whether that was before their publication.
    pub damaged: Vec<(Damaged, Place)>,
}

/// A row that can't be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damaged {
    /// Its key, the event id.
    pub id: String,
    /// What is wrong with it.
    pub problem: String,
}

impl Verification {
    /// Begins. `grace` is how old a row may be before it counts: longer than the relay lags behind the stream
    /// (its `IteratorAge`).
    #[must_use]
    pub fn new(now: Timestamp, grace: Duration) -> Self {
        Self {
            now,
            grace,
            elsewhere: BTreeMap::new(),
            report: Report::default(),
        }
    }

    /// Says where an event lies. All such places are looked at before the table: what comes to them later is older
    /// than the grace time by far.
    pub fn lies(&mut self, event_id: impl Into<String>, place: Place) {
        self.elsewhere.entry(event_id.into()).or_insert(place);
    }

    /// Looks at an item of the table.
    pub fn item(&mut self, item: OutboxItem) {
        let OutboxItem::Row(row) = item else {
            return;
        };
        if row.published_at.is_some() {
            self.report.published += 1;
            self.report.reached = self.report.reached.max(row.created_at.parse().ok());
        } else if self.is_young(&row) {
            self.report.young += 1;
        } else {
            let place = self.place(&row.id);
            self.report.unpublished.push((row, place));
        }
    }

    /// Looks at a row of the table that can't be read.
    pub fn damaged(&mut self, row: Damaged) {
        let place = self.place(&row.id);
        self.report.damaged.push((row, place));
    }

    fn place(&self, event_id: &str) -> Place {
        let place = self.elsewhere.get(event_id).copied();
        place.unwrap_or(Place::Nowhere)
    }

    /// A row whose age can't be told is old.
    fn is_young(&self, row: &Row) -> bool {
        let Ok(created) = row.created_at.parse::<Timestamp>() else {
            return false;
        };
        let age = self
            .now
            .as_millisecond()
            .saturating_sub(created.as_millisecond());
        i128::from(age) < i128::try_from(self.grace.as_millis()).unwrap_or(i128::MAX)
    }

    /// What was found, oldest first.
    #[must_use]
    pub fn end(mut self) -> Report {
        let rows = &mut self.report.unpublished;
        rows.sort_by(|(one, _), (other, _)| {
            (&one.created_at, &one.aggregate, one.sequence).cmp(&(
                &other.created_at,
                &other.aggregate,
                other.sequence,
            ))
        });
        self.report
    }
}

impl Report {
    /// How many unpublished rows, damaged ones among them, lie in a place.
    #[must_use]
    pub fn count(&self, place: Place) -> usize {
        let unpublished = self.unpublished.iter().map(|(_, place)| place);
        let damaged = self.damaged.iter().map(|(_, place)| place);
        unpublished
            .chain(damaged)
            .filter(|of| **of == place)
            .count()
    }

    /// Whether each row that is old enough was published, or lies in a place where somebody finds it.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.count(Place::Nowhere) == 0
    }

    /// How many rows lie nowhere that were written after all that was published: the relay lags behind and may still
    /// come to them, or it does not run.
    #[must_use]
    pub fn not_reached(&self) -> usize {
        let later = |row: &&Row| row.created_at.parse().ok() > self.reached;
        self.nowhere().filter(later).count()
    }

    /// The rows that lie nowhere and can be read: those to publish again.
    pub fn nowhere(&self) -> impl Iterator<Item = &Row> {
        let nowhere = |(_, place): &&(Row, Place)| *place == Place::Nowhere;
        self.unpublished.iter().filter(nowhere).map(|(row, _)| row)
    }
}
