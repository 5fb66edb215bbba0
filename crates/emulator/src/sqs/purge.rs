//! `PurgeQueue`, which takes effect at once here and may be called once a minute.
//!
//! See <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_PurgeQueue.html>.

use std::time::Duration;

use delivery::Time;
use rusqlite::{OptionalExtension, Transaction, params};
use serde_json::{Value, json};

use super::{Queue, Queues, Refusal};
use crate::StoreError;

pub(super) const SCHEMA: &str = "CREATE TABLE IF NOT EXISTS queue_purges (
    queue TEXT PRIMARY KEY,
    purged_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID";

/// No queue is purged twice within this time.
const GUARD: Duration = Duration::from_mins(1);

impl Queues {
    pub(super) fn purge_queue(&self, body: &Value) -> Result<Value, Refusal> {
        let queue = self.addressed(body)?;
        let now = self.now();
        let purged = self
            .store()
            .commit(|transaction| purge(transaction, queue, now))?;
        if purged {
            Ok(json!({}))
        } else {
            Err(Refusal::modelled(
                "PurgeQueueInProgress",
                "AWS.SimpleQueueService.PurgeQueueInProgress",
                format!(
                    "Only one PurgeQueue operation on {} is allowed every 60 seconds.",
                    queue.name
                ),
            ))
        }
    }
}

/// Whether the queue was emptied; not if it was a short time ago.
fn purge(transaction: &Transaction<'_>, queue: &Queue, now: Time) -> Result<bool, StoreError> {
    let last: Option<u64> = transaction
        .query_row(
            "SELECT purged_at FROM queue_purges WHERE queue = ?",
            params![queue.arn],
            |row| row.get(0),
        )
        .optional()?;
    if last.is_some_and(|last| now < Time(last).plus(GUARD)) {
        return Ok(false);
    }
    transaction.execute(
        "DELETE FROM queue_messages WHERE queue = ?",
        params![queue.arn],
    )?;
    transaction.execute(
        "INSERT OR REPLACE INTO queue_purges (queue, purged_at) VALUES (?, ?)",
        params![queue.arn, now.0],
    )?;
    Ok(true)
}
