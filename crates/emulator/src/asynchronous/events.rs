//! The rows that waiting events are.

use bytes::Bytes;
use delivery::Time;
use delivery::asynchronous::{Passes, Queued};
use rusqlite::{Transaction, params};

use crate::StoreError;

pub(super) const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS asynchronous_events (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        request_id TEXT NOT NULL,
        function_arn TEXT NOT NULL,
        payload BLOB NOT NULL,
        enqueued_at INTEGER NOT NULL,
        due_at INTEGER NOT NULL,
        runs INTEGER NOT NULL DEFAULT 0,
        not_runs INTEGER NOT NULL DEFAULT 0,
        passes TEXT NOT NULL DEFAULT '{}'
    ) STRICT;
    CREATE INDEX IF NOT EXISTS asynchronous_events_due
        ON asynchronous_events(function_arn, due_at, id);
";

/// Adds what the table of an earlier version lacks.
pub(super) fn upgrade(transaction: &Transaction<'_>) -> Result<(), StoreError> {
    let columns: u32 = transaction.query_row(
        "SELECT count(*) FROM pragma_table_info('asynchronous_events') WHERE name = 'passes'",
        [],
        |row| row.get(0),
    )?;
    if columns == 0 {
        transaction.execute_batch(
            "ALTER TABLE asynchronous_events ADD COLUMN passes TEXT NOT NULL DEFAULT '{}'",
        )?;
    }
    Ok(())
}

/// An event that waits for its function.
#[derive(Clone, Debug)]
pub(super) struct Waiting {
    pub(super) id: i64,
    pub(super) request_id: String,
    pub(super) payload: Bytes,
    pub(super) queued: Queued,
    pub(super) passes: Passes,
}

/// An event that was just accepted.
pub(super) struct New<'a> {
    pub(super) request_id: &'a str,
    pub(super) function_arn: &'a str,
    pub(super) payload: &'a [u8],
    pub(super) passes: &'a Passes,
    pub(super) now: Time,
}

pub(super) fn insert(transaction: &Transaction<'_>, new: &New<'_>) -> Result<(), StoreError> {
    let passes = serde_json::to_string(new.passes)?;
    transaction
        .prepare_cached(
            "INSERT INTO asynchronous_events
                (request_id, function_arn, payload, passes, enqueued_at, due_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?5)",
        )?
        .execute(params![
            new.request_id,
            new.function_arn,
            new.payload,
            passes,
            new.now.0
        ])?;
    Ok(())
}

/// The ids of a function's due events, in their order.
pub(super) fn due(
    transaction: &Transaction<'_>,
    function_arn: &str,
    now: Time,
    limit: usize,
) -> Result<Vec<i64>, StoreError> {
    let mut statement = transaction.prepare_cached(
        "SELECT id FROM asynchronous_events WHERE function_arn = ? AND due_at <= ?
         ORDER BY due_at, id LIMIT ?",
    )?;
    let ids = statement.query_map(params![function_arn, now.0, limit], |row| row.get(0))?;
    Ok(ids.collect::<Result<_, _>>()?)
}

pub(super) fn read(transaction: &Transaction<'_>, id: i64) -> Result<Waiting, StoreError> {
    let (mut waiting, passes) = transaction
        .prepare_cached(
            "SELECT request_id, payload, enqueued_at, runs, not_runs, passes
             FROM asynchronous_events WHERE id = ?",
        )?
        .query_row(params![id], |row| {
            let waiting = Waiting {
                id,
                request_id: row.get(0)?,
                payload: Bytes::from(row.get::<_, Vec<u8>>(1)?),
                queued: Queued {
                    enqueued_at: Time(row.get(2)?),
                    runs: row.get(3)?,
                    not_runs: row.get(4)?,
                },
                passes: Passes::default(),
            };
            Ok((waiting, row.get::<_, String>(5)?))
        })?;
    waiting.passes = serde_json::from_str(&passes)?;
    Ok(waiting)
}

/// When a function's next event is due after now.
pub(super) fn next_due(
    transaction: &Transaction<'_>,
    function_arn: &str,
    now: Time,
) -> Result<Option<Time>, StoreError> {
    let time: Option<u64> = transaction
        .prepare_cached(
            "SELECT min(due_at) FROM asynchronous_events WHERE function_arn = ? AND due_at > ?",
        )?
        .query_row(params![function_arn, now.0], |row| row.get(0))?;
    Ok(time.map(Time))
}

pub(super) fn delete(transaction: &Transaction<'_>, id: i64) -> Result<(), StoreError> {
    transaction
        .prepare_cached("DELETE FROM asynchronous_events WHERE id = ?")?
        .execute(params![id])?;
    Ok(())
}

/// Waits until `at` for the next attempt.
pub(super) fn postpone(
    transaction: &Transaction<'_>,
    id: i64,
    queued: Queued,
    at: Time,
) -> Result<(), StoreError> {
    transaction
        .prepare_cached(
            "UPDATE asynchronous_events SET runs = ?, not_runs = ?, due_at = ? WHERE id = ?",
        )?
        .execute(params![queued.runs, queued.not_runs, at.0, id])?;
    Ok(())
}

/// Functions with waiting events that are none of `known`, and how many events wait.
pub(super) fn abandoned<'a>(
    transaction: &Transaction<'_>,
    mut known: impl FnMut(&str) -> bool + 'a,
) -> Result<Vec<(String, u64)>, StoreError> {
    let mut statement = transaction
        .prepare("SELECT function_arn, count(*) FROM asynchronous_events GROUP BY function_arn")?;
    let counts = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let mut counts: Vec<(String, u64)> = counts.collect::<Result<_, _>>()?;
    counts.retain(|(arn, _)| !known(arn));
    Ok(counts)
}
