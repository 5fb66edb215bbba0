//! The rows that events and their pending deliveries are.

use delivery::Time;
use delivery::target::Delivery;
use rusqlite::{Row, Transaction, params};

use super::Target;
use crate::StoreError;

pub(super) const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS bus_events (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        event TEXT NOT NULL,
        accepted_at INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE IF NOT EXISTS bus_deliveries (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        event INTEGER NOT NULL REFERENCES bus_events(id),
        rule_arn TEXT NOT NULL,
        -- The target as it was declared when the event was taken.
        target TEXT NOT NULL,
        attempts INTEGER NOT NULL DEFAULT 0,
        due_at INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX IF NOT EXISTS bus_deliveries_due ON bus_deliveries(due_at, id);
    CREATE INDEX IF NOT EXISTS bus_deliveries_of_event ON bus_deliveries(event);
";

/// One event on its way to one target.
#[derive(Debug)]
pub(super) struct Pending {
    pub(super) id: i64,
    pub(super) event_row: i64,
    pub(super) event: String,
    pub(super) rule_arn: String,
    pub(super) target: Target,
    /// Attempts made before this one.
    pub(super) delivery: Delivery,
}

/// A delivery that was not tried yet.
#[derive(Clone, Copy, Debug)]
pub(super) struct First<'a> {
    pub(super) rule_arn: &'a str,
    pub(super) target: &'a Target,
    pub(super) due_at: Time,
}

/// Keeps an event with its deliveries.
pub(super) fn insert(
    transaction: &Transaction<'_>,
    event: &str,
    deliveries: &[First<'_>],
    now: Time,
) -> Result<(), StoreError> {
    transaction
        .prepare_cached("INSERT INTO bus_events (event, accepted_at) VALUES (?, ?)")?
        .execute(params![event, now.0])?;
    let row = transaction.last_insert_rowid();
    let mut statement = transaction.prepare_cached(
        "INSERT INTO bus_deliveries (event, rule_arn, target, due_at) VALUES (?, ?, ?, ?)",
    )?;
    for delivery in deliveries {
        statement.execute(params![
            row,
            delivery.rule_arn,
            serde_json::to_string(delivery.target)?,
            delivery.due_at.0
        ])?;
    }
    Ok(())
}

/// The deliveries that are due, oldest first.
pub(super) fn due(
    transaction: &Transaction<'_>,
    now: Time,
    limit: u64,
) -> Result<Vec<Pending>, StoreError> {
    let mut statement = transaction.prepare_cached(
        "SELECT d.id, d.event, e.event, d.rule_arn, d.target, d.attempts, e.accepted_at
         FROM bus_deliveries d JOIN bus_events e ON e.id = d.event
         WHERE d.due_at <= ? ORDER BY d.due_at, d.id LIMIT ?",
    )?;
    let rows = statement.query_map(params![now.0, limit], |row| Ok(pending(row)))?;
    rows.map(|row| row?).collect()
}

fn pending(row: &Row<'_>) -> Result<Pending, StoreError> {
    Ok(Pending {
        id: row.get(0)?,
        event_row: row.get(1)?,
        event: row.get(2)?,
        rule_arn: row.get(3)?,
        target: serde_json::from_str(&row.get::<_, String>(4)?)?,
        delivery: Delivery {
            attempts: row.get(5)?,
            accepted_at: Time(row.get(6)?),
        },
    })
}

/// When the next delivery is due.
pub(super) fn next_due(transaction: &Transaction<'_>) -> Result<Option<Time>, StoreError> {
    let time: Option<u64> = transaction
        .prepare_cached("SELECT min(due_at) FROM bus_deliveries")?
        .query_row([], |row| row.get(0))?;
    Ok(time.map(Time))
}

/// Ends a delivery, and forgets its event with the last one.
pub(super) fn finish(transaction: &Transaction<'_>, pending: &Pending) -> Result<(), StoreError> {
    transaction
        .prepare_cached("DELETE FROM bus_deliveries WHERE id = ?")?
        .execute(params![pending.id])?;
    transaction
        .prepare_cached(
            "DELETE FROM bus_events
             WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM bus_deliveries WHERE event = ?1)",
        )?
        .execute(params![pending.event_row])?;
    Ok(())
}

/// Waits until `at` for the next attempt.
pub(super) fn postpone(
    transaction: &Transaction<'_>,
    id: i64,
    attempts: u32,
    at: Time,
) -> Result<(), StoreError> {
    transaction
        .prepare_cached("UPDATE bus_deliveries SET attempts = ?, due_at = ? WHERE id = ?")?
        .execute(params![attempts, at.0, id])?;
    Ok(())
}
