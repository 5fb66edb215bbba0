//! Archives: copies of a bus's events, kept for a declared number of days. Replays are not run.
//!
//! See <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-archive.html>.

use std::time::Duration;

use delivery::Time;
use rusqlite::{Transaction, params};

use super::{Archive, Buses};
use crate::StoreError;

pub(super) const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS bus_archived_events (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        archive TEXT NOT NULL,
        event TEXT NOT NULL,
        archived_at INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX IF NOT EXISTS bus_archived_events_by_age
        ON bus_archived_events(archive, archived_at);
";

/// Keeps an event (the envelope's JSON text) in an archive.
pub(super) fn insert(
    transaction: &Transaction<'_>,
    archive_arn: &str,
    event: &str,
    now: Time,
) -> Result<(), StoreError> {
    transaction
        .prepare_cached(
            "INSERT INTO bus_archived_events (archive, event, archived_at) VALUES (?, ?, ?)",
        )?
        .execute(params![archive_arn, event, now.0])?;
    Ok(())
}

/// How many events an archive holds, and their bytes.
pub(super) fn count(
    transaction: &Transaction<'_>,
    archive_arn: &str,
) -> Result<(u64, u64), StoreError> {
    Ok(transaction.query_row(
        "SELECT count(*), coalesce(sum(length(CAST(event AS BLOB))), 0)
         FROM bus_archived_events WHERE archive = ?",
        params![archive_arn],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?)
}

impl Archive {
    /// When the oldest event was archived that may still be kept; none if it keeps them for ever.
    fn horizon(&self, now: Time) -> Option<Time> {
        let kept =
            Duration::from_hours(24).saturating_mul(u32::try_from(self.retention_days).ok()?);
        (!kept.is_zero()).then(|| Time(0).plus(now.since(Time(0)).saturating_sub(kept)))
    }
}

impl Buses {
    /// Forgets archived events that are past their archive's retention.
    pub(super) fn sweep_archives(&self, now: Time) -> Result<(), StoreError> {
        self.0.store.commit(|transaction| {
            for archive in &self.0.declared.archives {
                if let Some(horizon) = archive.horizon(now) {
                    transaction.execute(
                        "DELETE FROM bus_archived_events WHERE archive = ? AND archived_at < ?",
                        params![archive.arn, horizon.0],
                    )?;
                }
            }
            Ok(())
        })
    }
}
