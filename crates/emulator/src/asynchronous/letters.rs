//! The rows that letters to destinations are, until they have arrived.

use std::collections::BTreeMap;

use delivery::Time;
use delivery::asynchronous::{Letter, Passes};
use delivery::queue::{Attribute, read_attributes};
use rusqlite::{Transaction, params};
use serde_json::{Map, Value};

use crate::StoreError;
use crate::sqs::Outgoing;

pub(super) const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS asynchronous_letters (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        function TEXT NOT NULL,
        condition TEXT NOT NULL,
        destination TEXT NOT NULL,
        key TEXT NOT NULL,
        body TEXT NOT NULL,
        attributes TEXT NOT NULL,
        passes TEXT NOT NULL,
        failures INTEGER NOT NULL DEFAULT 0,
        due_at INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX IF NOT EXISTS asynchronous_letters_due ON asynchronous_letters(due_at, id);
";

/// A letter that waits to be sent.
#[derive(Clone, Debug)]
pub(super) struct Waiting {
    pub(super) id: i64,
    /// The name of the function whose event it is about.
    pub(super) function: String,
    /// How that event ended.
    pub(super) condition: String,
    pub(super) destination: String,
    pub(super) key: String,
    pub(super) message: Outgoing,
    /// The chain of events that this one goes on with.
    pub(super) passes: Passes,
    /// How often in a row it could not be sent.
    pub(super) failures: u32,
}

/// A letter that was just written.
pub(super) struct New<'a> {
    pub(super) function: &'a str,
    pub(super) condition: &'a str,
    pub(super) letter: &'a Letter,
    pub(super) passes: &'a Passes,
    pub(super) now: Time,
}

pub(super) fn insert(transaction: &Transaction<'_>, new: &New<'_>) -> Result<(), StoreError> {
    let attributes: Map<String, Value> = new
        .letter
        .attributes
        .iter()
        .map(|(name, data_type, value)| {
            let attribute = Attribute {
                data_type: (*data_type).to_owned(),
                value: value.clone().into_bytes(),
            };
            ((*name).to_owned(), attribute.to_json())
        })
        .collect();
    transaction
        .prepare_cached(
            "INSERT INTO asynchronous_letters
                (function, condition, destination, key, body, attributes, passes, due_at)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        )?
        .execute(params![
            new.function,
            new.condition,
            new.letter.destination,
            new.letter.key,
            new.letter.body,
            Value::Object(attributes).to_string(),
            serde_json::to_string(new.passes)?,
            new.now.0,
        ])?;
    Ok(())
}

/// The ids of due letters, in their order.
pub(super) fn due(
    transaction: &Transaction<'_>,
    now: Time,
    limit: usize,
) -> Result<Vec<i64>, StoreError> {
    let mut statement = transaction.prepare_cached(
        "SELECT id FROM asynchronous_letters WHERE due_at <= ? ORDER BY due_at, id LIMIT ?",
    )?;
    let ids = statement.query_map(params![now.0, limit], |row| row.get(0))?;
    Ok(ids.collect::<Result<_, _>>()?)
}

/// When the next letter is due after now.
pub(super) fn next_due(
    transaction: &Transaction<'_>,
    now: Time,
) -> Result<Option<Time>, StoreError> {
    let time: Option<u64> = transaction
        .prepare_cached("SELECT min(due_at) FROM asynchronous_letters WHERE due_at > ?")?
        .query_row(params![now.0], |row| row.get(0))?;
    Ok(time.map(Time))
}

pub(super) fn read(transaction: &Transaction<'_>, id: i64) -> Result<Waiting, StoreError> {
    let (mut waiting, attributes, passes) = transaction
        .prepare_cached(
            "SELECT function, condition, destination, key, body, failures, attributes, passes
             FROM asynchronous_letters WHERE id = ?",
        )?
        .query_row(params![id], |row| {
            let waiting = Waiting {
                id,
                function: row.get(0)?,
                condition: row.get(1)?,
                destination: row.get(2)?,
                key: row.get(3)?,
                message: Outgoing {
                    body: row.get(4)?,
                    ..Outgoing::default()
                },
                passes: Passes::default(),
                failures: row.get(5)?,
            };
            Ok((waiting, row.get::<_, String>(6)?, row.get::<_, String>(7)?))
        })?;
    waiting.message.attributes = read_back(&attributes)?;
    waiting.passes = serde_json::from_str(&passes)?;
    Ok(waiting)
}

fn read_back(attributes: &str) -> Result<BTreeMap<String, Attribute>, StoreError> {
    let attributes: Value = serde_json::from_str(attributes)?;
    // They are what `insert` wrote.
    Ok(read_attributes(Some(&attributes)).unwrap_or_default())
}

pub(super) fn delete(transaction: &Transaction<'_>, id: i64) -> Result<(), StoreError> {
    transaction
        .prepare_cached("DELETE FROM asynchronous_letters WHERE id = ?")?
        .execute(params![id])?;
    Ok(())
}

/// Waits until `at`, after one more failure.
pub(super) fn postpone(
    transaction: &Transaction<'_>,
    id: i64,
    failures: u32,
    at: Time,
) -> Result<(), StoreError> {
    transaction
        .prepare_cached("UPDATE asynchronous_letters SET failures = ?, due_at = ? WHERE id = ?")?
        .execute(params![failures, at.0, id])?;
    Ok(())
}
