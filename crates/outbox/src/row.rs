//! A row of an outbox table: one event that was written in a transaction with the data it tells of.
//!
//! The row holds the event as it is published, with its metadata in the detail, so that a relay which knows no type
//! of the application can put it on a bus unchanged. Beside the rows the table holds one counter per aggregate, the
//! last [`sequence`](Row::sequence) that was given to it.

use contract::Metadata;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::entry::{Entry, checked};
use crate::{Change, Events};

/// The name of the table's key, a string: the event id of a row, or [`counter_id`] of a counter.
pub const KEY: &str = "id";

/// The number attribute of a counter: the last sequence number of its aggregate.
pub const LAST_SEQUENCE: &str = "lastSequence";

/// The string attribute that a row gets when the bus has accepted its event: RFC 3339.
pub const PUBLISHED_AT: &str = "publishedAt";

/// The number attribute that time to live works by: seconds since 1970. A row that was never published has none, so
/// it stays.
pub const EXPIRES_AT: &str = "expiresAt";

/// The bytes that [`PUBLISHED_AT`] and [`EXPIRES_AT`] add to a row, whose values are a moment of 24 characters and a
/// number of ten digits.
pub const MARK_BYTES: usize = PUBLISHED_AT.len() + 24 + EXPIRES_AT.len() + 6;

/// How long a row is kept after its publication: 16 days, longer than any queue keeps a message.
pub const KEPT_FOR: std::time::Duration = std::time::Duration::from_hours(16 * 24);

const COUNTER_PREFIX: &str = "sequence#";

/// The key of an aggregate's counter.
#[must_use]
pub fn counter_id(aggregate: &str) -> String {
    format!("{COUNTER_PREFIX}{aggregate}")
}

/// One event in the outbox table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Row {
    /// The event id, a `UUIDv7`: the key of the row and `metadata.eventId` of the event.
    pub id: String,
    /// What the event belongs to, for example `order#42`: `metadata.key` of the event.
    pub aggregate: String,
    /// 1, 2, 3 … per aggregate, without gaps.
    pub sequence: u64,
    /// Who publishes it.
    pub source: String,
    /// What happened.
    pub detail_type: String,
    /// The version of the event's schema.
    pub version: u32,
    /// The whole detail, a JSON object with the metadata.
    pub detail: String,
    /// The W3C trace context of who wrote it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub traceparent: Option<String>,
    /// When it was written: RFC 3339 with milliseconds.
    pub created_at: String,
    /// When the bus accepted it: RFC 3339 with milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub published_at: Option<String>,
}

/// The key of an item of the table.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct RowKey {
    /// See [`KEY`].
    pub id: String,
}

/// What an item of the outbox table is.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Attributes")]
pub enum OutboxItem {
    /// An event.
    Row(Row),
    /// The counter of an aggregate.
    Counter {
        /// The aggregate.
        aggregate: String,
    },
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Attributes {
    id: String,
    aggregate: Option<String>,
    sequence: Option<u64>,
    source: Option<String>,
    detail_type: Option<String>,
    version: Option<u32>,
    detail: Option<String>,
    traceparent: Option<String>,
    created_at: Option<String>,
    published_at: Option<String>,
}

impl TryFrom<Attributes> for OutboxItem {
    type Error = String;

    fn try_from(item: Attributes) -> Result<Self, String> {
        if let Some(aggregate) = item.id.strip_prefix(COUNTER_PREFIX) {
            let aggregate = aggregate.to_owned();
            return Ok(Self::Counter { aggregate });
        }
        let id = item.id;
        let missing = |name: &str| format!("the item {id:?} has no {name}, so it is no outbox row");
        Ok(Self::Row(Row {
            aggregate: item.aggregate.ok_or_else(|| missing("aggregate"))?,
            sequence: item.sequence.ok_or_else(|| missing("sequence"))?,
            source: item.source.ok_or_else(|| missing("source"))?,
            detail_type: item.detail_type.ok_or_else(|| missing("detailType"))?,
            version: item.version.ok_or_else(|| missing("version"))?,
            detail: item.detail.ok_or_else(|| missing("detail"))?,
            created_at: item.created_at.ok_or_else(|| missing("createdAt"))?,
            traceparent: item.traceparent,
            published_at: item.published_at,
            id,
        }))
    }
}

impl Row {
    /// The event as the bus takes it.
    ///
    /// # Errors
    /// What is wrong with the row. It was checked before it was written, so somebody else has changed it since.
    pub fn entry(self) -> Result<Entry, String> {
        #[derive(Deserialize)]
        struct Detail {
            metadata: Metadata,
        }
        let wrong = |problem: String| format!("the outbox row {} is damaged: {problem}", self.id);
        let Detail { metadata } = serde_json::from_str(&self.detail)
            .map_err(|error| wrong(format!("its detail can't be read: {error}")))?;
        if metadata.event_id != self.id {
            return Err(wrong(format!(
                "its detail belongs to the event {}",
                metadata.event_id
            )));
        }
        let time: Timestamp = self
            .created_at
            .parse()
            .map_err(|_| wrong(format!("createdAt is {:?}, no moment", self.created_at)))?;
        checked(Entry {
            event_id: self.id,
            source: self.source.into(),
            detail_type: self.detail_type.into(),
            detail: self.detail,
            time,
        })
    }
}

/// What a change of an outbox table means: the mapping of a relay on its stream, which publishes each new row as it
/// is, with its own event id, aggregate and sequence. Marks, expiries and counters mean nothing.
///
/// The stream keeps no transaction together and no order between items, so each row is published by itself, and
/// consumers go by the sequence
/// (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html>).
///
/// # Errors
/// What is wrong with the row.
pub fn row_events(change: Change<OutboxItem, RowKey>) -> Result<Events, String> {
    match change {
        Change::Created(OutboxItem::Row(row)) => row.entry().map(Events::complete),
        Change::Created(OutboxItem::Counter { .. })
        | Change::Updated { .. }
        | Change::Removed { .. }
        | Change::Expired { .. } => Ok(Events::none()),
    }
}
