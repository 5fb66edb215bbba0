//! The rows that message move tasks are.

use delivery::Time;
use rusqlite::{OptionalExtension, Row, Transaction, params};

use crate::StoreError;

pub(super) const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS queue_move_tasks (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        task_id TEXT NOT NULL,
        source TEXT NOT NULL,
        destination TEXT,
        per_second INTEGER,
        started_at INTEGER NOT NULL,
        to_move INTEGER NOT NULL,
        moved INTEGER NOT NULL DEFAULT 0,
        status TEXT NOT NULL DEFAULT 'RUNNING',
        failure_reason TEXT
    ) STRICT;
    CREATE INDEX IF NOT EXISTS queue_move_tasks_by_source ON queue_move_tasks(source, id);
";

const COLUMNS: &str =
    "SELECT id, task_id, source, destination, per_second, started_at, to_move, moved, status,
    failure_reason FROM queue_move_tasks";

/// How many tasks of one queue are kept: as many as can be listed.
pub(super) const KEPT: u64 = 10;

/// A message move task.
#[derive(Clone, Debug)]
pub(super) struct Task {
    pub(super) id: i64,
    pub(super) public_id: String,
    pub(super) source: String,
    /// None: each message goes back to the queue it came from.
    pub(super) destination: Option<String>,
    pub(super) per_second: Option<u64>,
    pub(super) started_at: Time,
    pub(super) to_move: u64,
    pub(super) moved: u64,
    pub(super) status: String,
    pub(super) failure_reason: Option<String>,
}

pub(super) const RUNNING: &str = "RUNNING";
pub(super) const CANCELLING: &str = "CANCELLING";
pub(super) const CANCELLED: &str = "CANCELLED";
pub(super) const COMPLETED: &str = "COMPLETED";
pub(super) const FAILED: &str = "FAILED";

/// A task that is to start.
pub(super) struct New<'a> {
    pub(super) public_id: &'a str,
    pub(super) source: &'a str,
    pub(super) destination: Option<&'a str>,
    pub(super) per_second: Option<u64>,
    pub(super) to_move: u64,
}

/// Keeps a new task, and forgets the oldest ones of its queue.
pub(super) fn insert(
    transaction: &Transaction<'_>,
    new: &New<'_>,
    now: Time,
) -> Result<(), StoreError> {
    transaction.execute(
        "INSERT INTO queue_move_tasks (task_id, source, destination, per_second, started_at, to_move)
         VALUES (?, ?, ?, ?, ?, ?)",
        params![
            new.public_id,
            new.source,
            new.destination,
            new.per_second,
            now.0,
            new.to_move
        ],
    )?;
    transaction.execute(
        "DELETE FROM queue_move_tasks WHERE source = ?1 AND id NOT IN
            (SELECT id FROM queue_move_tasks WHERE source = ?1 ORDER BY id DESC LIMIT ?2)",
        params![new.source, KEPT],
    )?;
    Ok(())
}

/// The tasks that are not over, in the order in which they started.
pub(super) fn active(transaction: &Transaction<'_>) -> Result<Vec<Task>, StoreError> {
    let select = format!("{COLUMNS} WHERE status IN ('RUNNING', 'CANCELLING') ORDER BY id");
    let mut statement = transaction.prepare_cached(&select)?;
    let rows = statement.query_map([], task)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The last tasks of a queue, the newest first.
pub(super) fn newest(
    transaction: &Transaction<'_>,
    source: &str,
    limit: u64,
) -> Result<Vec<Task>, StoreError> {
    let select = format!("{COLUMNS} WHERE source = ? ORDER BY id DESC LIMIT ?");
    let mut statement = transaction.prepare_cached(&select)?;
    let rows = statement.query_map(params![source, limit], task)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(super) fn find(
    transaction: &Transaction<'_>,
    task_id: &str,
) -> Result<Option<Task>, StoreError> {
    let select = format!("{COLUMNS} WHERE task_id = ?");
    Ok(transaction
        .query_row(&select, params![task_id], task)
        .optional()?)
}

fn task(row: &Row<'_>) -> rusqlite::Result<Task> {
    Ok(Task {
        id: row.get(0)?,
        public_id: row.get(1)?,
        source: row.get(2)?,
        destination: row.get(3)?,
        per_second: row.get(4)?,
        started_at: Time(row.get(5)?),
        to_move: row.get(6)?,
        moved: row.get(7)?,
        status: row.get(8)?,
        failure_reason: row.get(9)?,
    })
}

/// So many messages more were moved.
pub(super) fn add_moved(
    transaction: &Transaction<'_>,
    id: i64,
    moved: u64,
) -> Result<(), StoreError> {
    transaction
        .prepare_cached("UPDATE queue_move_tasks SET moved = moved + ?2 WHERE id = ?1")?
        .execute(params![id, moved])?;
    Ok(())
}

/// The task is in another state from now on.
pub(super) fn set_status(
    transaction: &Transaction<'_>,
    id: i64,
    status: &str,
    failure_reason: Option<&str>,
) -> Result<(), StoreError> {
    transaction.execute(
        "UPDATE queue_move_tasks SET status = ?2, failure_reason = ?3 WHERE id = ?1",
        params![id, status, failure_reason],
    )?;
    Ok(())
}
