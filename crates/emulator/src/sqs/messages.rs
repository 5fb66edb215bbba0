//! The rows that messages are.

use std::collections::BTreeMap;

use delivery::Time;
use delivery::queue::{Attribute, InFlight, goes_to_the_back, read_attributes};
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
        message_group TEXT,
        dead_letter_source TEXT,
        sent_at INTEGER NOT NULL,
        visible_at INTEGER NOT NULL,
        place INTEGER NOT NULL,
        receives INTEGER NOT NULL DEFAULT 0,
        receives_here INTEGER NOT NULL DEFAULT 0,
        first_received_at INTEGER,
        received_at INTEGER,
        receipt TEXT
    ) STRICT;
    CREATE INDEX IF NOT EXISTS queue_messages_by_visibility ON queue_messages(queue, visible_at, id);
    CREATE INDEX IF NOT EXISTS queue_messages_by_place
        ON queue_messages(queue, place, id, visible_at);
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
                (queue, message_id, body, attributes, trace_header, message_group, sent_at,
                 visible_at, place)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8)",
        )?
        .execute(params![
            new.queue,
            new.message_id.to_string(),
            new.message.body,
            Value::Object(attributes).to_string(),
            new.message.trace_header,
            new.message.group,
            new.sent_at.0,
            new.visible_at.0,
        ])?;
    Ok(())
}

/// A message in a queue.
#[derive(Debug)]
pub(crate) struct Message {
    pub(crate) id: i64,
    pub(crate) public_id: String,
    pub(crate) body: String,
    pub(crate) attributes: BTreeMap<String, Attribute>,
    pub(crate) trace_header: Option<String>,
    pub(crate) group: Option<String>,
    pub(crate) dead_letter_source: Option<String>,
    pub(crate) sent_at: Time,
    /// In all queues that it has been in.
    pub(crate) receives: u64,
    pub(crate) receives_here: u64,
    pub(crate) first_received_at: Option<Time>,
}

/// The first messages of a queue that can be received, in the order of their places. (The index of
/// the places is named, for a sort of all that wait would take longer with each of them.)
pub(super) fn visible(
    transaction: &Transaction<'_>,
    queue: &str,
    now: Time,
    limit: u64,
) -> Result<Vec<Message>, StoreError> {
    let mut statement = transaction.prepare_cached(
        "SELECT id, message_id, body, attributes, trace_header, dead_letter_source, sent_at,
                receives, receives_here, first_received_at, message_group
         FROM queue_messages INDEXED BY queue_messages_by_place
         WHERE queue = ? AND visible_at <= ? ORDER BY place, id LIMIT ?",
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
        group: row.get(10)?,
    })
}

/// Marks a message as received. From the third receive on its place is by when it shows again.
pub(super) fn hide(
    transaction: &Transaction<'_>,
    message: &Message,
    receipt: &str,
    now: Time,
    visible_at: Time,
) -> Result<(), StoreError> {
    let to_the_back = goes_to_the_back(message.receives_here + 1);
    transaction
        .prepare_cached(
            "UPDATE queue_messages SET
                receives = receives + 1, receives_here = receives_here + 1, receipt = ?2,
                first_received_at = coalesce(first_received_at, ?3), received_at = ?3,
                visible_at = ?4, place = iif(?5, ?4, place)
             WHERE id = ?1",
        )?
        .execute(params![
            message.id,
            receipt,
            now.0,
            visible_at.0,
            to_the_back
        ])?;
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
                visible_at = ?3, place = ?3
             WHERE id = ?1",
        )?
        .execute(params![id, target_arn, now.0])?;
    Ok(())
}

/// Moves a message to another queue as a new one: with a new id, sent now and never received.
pub(super) fn renew(
    transaction: &Transaction<'_>,
    id: i64,
    queue: &str,
    message_id: Uuid,
    now: Time,
    visible_at: Time,
) -> Result<(), StoreError> {
    transaction
        .prepare_cached(
            "UPDATE queue_messages SET
                queue = ?2, message_id = ?3, sent_at = ?4, visible_at = ?5, place = ?5,
                receives = 0, receives_here = 0, first_received_at = NULL, received_at = NULL,
                receipt = NULL, dead_letter_source = NULL
             WHERE id = ?1",
        )?
        .execute(params![
            id,
            queue,
            message_id.to_string(),
            now.0,
            visible_at.0
        ])?;
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

/// A received message, if this is the receipt of its last receive.
pub(super) fn in_flight(
    transaction: &Transaction<'_>,
    queue: &str,
    id: i64,
    receipt: &str,
) -> Result<Option<InFlight>, StoreError> {
    Ok(transaction
        .query_row(
            "SELECT received_at, visible_at, receives_here FROM queue_messages
             WHERE queue = ? AND id = ? AND receipt = ?",
            params![queue, id, receipt],
            |row| {
                Ok(InFlight {
                    received_at: Time(row.get(0)?),
                    visible_at: Time(row.get(1)?),
                    receives: row.get(2)?,
                })
            },
        )
        .optional()?)
}

/// Changes when a message shows again, and with it the place of one that goes to the back.
pub(super) fn show_at(
    transaction: &Transaction<'_>,
    id: i64,
    message: InFlight,
    visible_at: Time,
) -> Result<(), StoreError> {
    transaction.execute(
        "UPDATE queue_messages SET visible_at = ?2, place = iif(?3, ?2, place) WHERE id = ?1",
        params![id, visible_at.0, goes_to_the_back(message.receives)],
    )?;
    Ok(())
}

/// How many messages of a queue are in flight, counted up to `most`.
pub(super) fn count_in_flight(
    transaction: &Transaction<'_>,
    queue: &str,
    now: Time,
    most: u64,
) -> Result<u64, StoreError> {
    Ok(transaction
        .prepare_cached(
            "SELECT count(*) FROM (SELECT 1 FROM queue_messages
             WHERE queue = ? AND visible_at > ? AND receipt IS NOT NULL LIMIT ?)",
        )?
        .query_row(params![queue, now.0, most], |row| row.get(0))?)
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
