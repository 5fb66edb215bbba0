//! The rows that messages are.

use std::collections::BTreeMap;

use delivery::Time;
use delivery::queue::{Attribute, InFlight, read_attributes};
use rusqlite::{OptionalExtension, Row, Transaction, params};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::Outgoing;
use crate::StoreError;

pub(super) const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS queue_messages (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        queue TEXT NOT NULL,
        message_id TEXT NOT NULL,
        body TEXT NOT NULL,
        attributes TEXT NOT NULL,
        trace_header TEXT,
        dead_letter_source TEXT,
        sent_at INTEGER NOT NULL,
        visible_at INTEGER NOT NULL,
        receives INTEGER NOT NULL DEFAULT 0,
        receives_here INTEGER NOT NULL DEFAULT 0,
        first_received_at INTEGER,
        received_at INTEGER,
        receipt TEXT
    ) STRICT;
    CREATE INDEX IF NOT EXISTS queue_messages_by_visibility ON queue_messages(queue, visible_at, id);
    CREATE INDEX IF NOT EXISTS queue_messages_by_age ON queue_messages(queue, sent_at);
";

/// A message on its way into a queue.
pub(super) struct New<'a> {
    pub(super) queue: &'a str,
    pub(super) message_id: Uuid,
    pub(super) message: &'a Outgoing,
    pub(super) sent_at: Time,
    pub(super) visible_at: Time,
}

pub(super) fn insert(transaction: &Transaction<'_>, new: &New<'_>) -> Result<(), StoreError> {
    let attributes: Map<String, Value> = new
        .message
        .attributes
        .iter()
        .map(|(name, attribute)| (name.clone(), attribute.to_json()))
        .collect();
    transaction
        .prepare_cached(
            "INSERT INTO queue_messages
                (queue, message_id, body, attributes, trace_header, sent_at, visible_at)
             VALUES (?, ?, ?, ?, ?, ?, ?)",
        )?
        .execute(params![
            new.queue,
            new.message_id.to_string(),
            new.message.body,
            Value::Object(attributes).to_string(),
            new.message.trace_header,
            new.sent_at.0,
            new.visible_at.0,
        ])?;
    Ok(())
}

/// A message in a queue.
#[derive(Debug)]
pub(super) struct Message {
    pub(super) id: i64,
    pub(super) public_id: String,
    pub(super) body: String,
    pub(super) attributes: BTreeMap<String, Attribute>,
    pub(super) trace_header: Option<String>,
    pub(super) dead_letter_source: Option<String>,
    pub(super) sent_at: Time,
    /// In all queues that it has been in.
    pub(super) receives: u64,
    pub(super) receives_here: u64,
    pub(super) first_received_at: Option<Time>,
}

/// The first messages of a queue that can be received.
pub(super) fn visible(
    transaction: &Transaction<'_>,
    queue: &str,
    now: Time,
    limit: u64,
) -> Result<Vec<Message>, StoreError> {
    let mut statement = transaction.prepare_cached(
        "SELECT id, message_id, body, attributes, trace_header, dead_letter_source, sent_at,
                receives, receives_here, first_received_at
         FROM queue_messages WHERE queue = ? AND visible_at <= ? ORDER BY visible_at, id LIMIT ?",
    )?;
    let rows = statement.query_map(params![queue, now.0, limit], |row| Ok(message(row)))?;
    rows.map(|row| row?).collect()
}

fn message(row: &Row<'_>) -> Result<Message, StoreError> {
    let attributes: Value = serde_json::from_str(&row.get::<_, String>(3)?)?;
    Ok(Message {
        id: row.get(0)?,
        public_id: row.get(1)?,
        body: row.get(2)?,
        // They were read once when the message was sent.
        attributes: read_attributes(Some(&attributes)).unwrap_or_default(),
        trace_header: row.get(4)?,
        dead_letter_source: row.get(5)?,
        sent_at: Time(row.get(6)?),
        receives: row.get(7)?,
        receives_here: row.get(8)?,
        first_received_at: row.get::<_, Option<u64>>(9)?.map(Time),
    })
}

/// Marks a message as received.
pub(super) fn hide(
    transaction: &Transaction<'_>,
    id: i64,
    receipt: &str,
    now: Time,
    visible_at: Time,
) -> Result<(), StoreError> {
    transaction
        .prepare_cached(
            "UPDATE queue_messages SET
                receives = receives + 1, receives_here = receives_here + 1, receipt = ?2,
                first_received_at = coalesce(first_received_at, ?3), received_at = ?3, visible_at = ?4
             WHERE id = ?1",
        )?
        .execute(params![id, receipt, now.0, visible_at.0])?;
    Ok(())
}

/// Moves a message to its dead-letter queue; it keeps the time at which it was sent first.
pub(super) fn dead_letter(
    transaction: &Transaction<'_>,
    id: i64,
    target_arn: &str,
    now: Time,
) -> Result<(), StoreError> {
    transaction
        .prepare_cached(
            "UPDATE queue_messages SET
                dead_letter_source = queue, queue = ?2, receives_here = 0, receipt = NULL,
                visible_at = ?3
             WHERE id = ?1",
        )?
        .execute(params![id, target_arn, now.0])?;
    Ok(())
}

/// Deletes what was sent before `oldest`.
pub(super) fn expire(
    transaction: &Transaction<'_>,
    queue: &str,
    oldest: Time,
) -> Result<(), StoreError> {
    transaction
        .prepare_cached("DELETE FROM queue_messages WHERE queue = ? AND sent_at <= ?")?
        .execute(params![queue, oldest.0])?;
    Ok(())
}

/// When the next hidden message shows.
pub(super) fn next_visible(
    transaction: &Transaction<'_>,
    queue: &str,
    now: Time,
) -> Result<Option<Time>, StoreError> {
    let time: Option<u64> = transaction
        .prepare_cached(
            "SELECT min(visible_at) FROM queue_messages WHERE queue = ? AND visible_at > ?",
        )?
        .query_row(params![queue, now.0], |row| row.get(0))?;
    Ok(time.map(Time))
}

/// Deletes a message if this is the receipt of its last receive.
pub(super) fn delete(
    transaction: &Transaction<'_>,
    queue: &str,
    id: i64,
    receipt: &str,
) -> Result<(), StoreError> {
    transaction
        .prepare_cached("DELETE FROM queue_messages WHERE queue = ? AND id = ? AND receipt = ?")?
        .execute(params![queue, id, receipt])?;
    Ok(())
}

/// Deletes all messages of a queue.
pub(super) fn purge(transaction: &Transaction<'_>, queue: &str) -> Result<(), StoreError> {
    transaction.execute("DELETE FROM queue_messages WHERE queue = ?", params![queue])?;
    Ok(())
}

/// A received message, if this is the receipt of its last receive.
pub(super) fn in_flight(
    transaction: &Transaction<'_>,
    queue: &str,
    id: i64,
    receipt: &str,
) -> Result<Option<InFlight>, StoreError> {
    Ok(transaction
        .query_row(
            "SELECT received_at, visible_at FROM queue_messages
             WHERE queue = ? AND id = ? AND receipt = ?",
            params![queue, id, receipt],
            |row| {
                Ok(InFlight {
                    received_at: Time(row.get(0)?),
                    visible_at: Time(row.get(1)?),
                })
            },
        )
        .optional()?)
}

/// Changes when a message shows again.
pub(super) fn show_at(
    transaction: &Transaction<'_>,
    id: i64,
    visible_at: Time,
) -> Result<(), StoreError> {
    transaction.execute(
        "UPDATE queue_messages SET visible_at = ? WHERE id = ?",
        params![visible_at.0, id],
    )?;
    Ok(())
}

/// How many messages are in a queue: can be received, received, not yet shown.
pub(super) fn count(
    transaction: &Transaction<'_>,
    queue: &str,
    now: Time,
) -> Result<[u64; 3], StoreError> {
    let counts = transaction.query_row(
        "SELECT count(*) FILTER (WHERE visible_at <= ?2),
                count(*) FILTER (WHERE visible_at > ?2 AND receipt IS NOT NULL),
                count(*) FILTER (WHERE visible_at > ?2 AND receipt IS NULL)
         FROM queue_messages WHERE queue = ?1",
        params![queue, now.0],
        |row| Ok([row.get(0)?, row.get(1)?, row.get(2)?]),
    )?;
    Ok(counts)
}
