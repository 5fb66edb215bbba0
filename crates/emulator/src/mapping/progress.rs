use delivery::mapping::Progress;
use rusqlite::{OptionalExtension, Transaction, params};

use crate::{Store, StoreError};

const SCHEMA: &str = "CREATE TABLE IF NOT EXISTS mapping_progress (
    mapping TEXT NOT NULL,
    shard TEXT NOT NULL,
    progress TEXT NOT NULL,
    PRIMARY KEY (mapping, shard)
) WITHOUT ROWID;
-- The mappings that took their starting position in a stream.
CREATE TABLE IF NOT EXISTS mapping_started (
    mapping TEXT NOT NULL,
    stream TEXT NOT NULL,
    PRIMARY KEY (mapping, stream)
) WITHOUT ROWID";

/// The durable progress of all readers of streams (mappings and pipes), by reader and shard.
#[derive(Clone, Debug)]
pub(crate) struct Saved(Store);

impl Saved {
    pub(crate) fn open(store: Store) -> Result<Self, StoreError> {
        store.create(SCHEMA)?;
        Ok(Self(store))
    }

    pub(super) fn load(&self, mapping: &str, shard: &str) -> Result<Option<Progress>, StoreError> {
        self.0
            .commit(|transaction| load(transaction, mapping, shard))
    }

    pub(super) fn save(
        &self,
        mapping: &str,
        shard: &str,
        progress: &Progress,
    ) -> Result<(), StoreError> {
        self.0
            .commit(|transaction| save(transaction, mapping, shard, progress))
    }

    /// Saves where a mapping starts in the stream's shards, if it has not started there yet.
    pub(super) fn start(
        &self,
        mapping: &str,
        stream: &str,
        places: &[(String, Progress)],
    ) -> Result<(), StoreError> {
        self.0.commit(|transaction| {
            let new = transaction.execute(
                "INSERT OR IGNORE INTO mapping_started (mapping, stream) VALUES (?1, ?2)",
                params![mapping, stream],
            )? > 0;
            for (shard, progress) in places {
                if new && load(transaction, mapping, shard)?.is_none() {
                    save(transaction, mapping, shard, progress)?;
                }
            }
            Ok(())
        })
    }

    /// Drops a mapping's progress in the shards that are gone.
    pub(super) fn forget(
        &self,
        mapping: &str,
        is_gone: impl Fn(&str) -> bool,
    ) -> Result<(), StoreError> {
        self.0.commit(|transaction| {
            let shards = transaction
                .prepare_cached("SELECT shard FROM mapping_progress WHERE mapping = ?1")?
                .query_map(params![mapping], |row| row.get(0))?
                .collect::<Result<Vec<String>, _>>()?;
            for shard in shards.iter().filter(|shard| is_gone(shard)) {
                transaction.execute(
                    "DELETE FROM mapping_progress WHERE mapping = ?1 AND shard = ?2",
                    params![mapping, shard],
                )?;
            }
            Ok(())
        })
    }
}

fn load(
    transaction: &Transaction<'_>,
    mapping: &str,
    shard: &str,
) -> Result<Option<Progress>, StoreError> {
    let progress: Option<String> = transaction
        .prepare_cached("SELECT progress FROM mapping_progress WHERE mapping = ?1 AND shard = ?2")?
        .query_row(params![mapping, shard], |row| row.get(0))
        .optional()?;
    Ok(progress
        .map(|progress| serde_json::from_str(&progress))
        .transpose()?)
}

fn save(
    transaction: &Transaction<'_>,
    mapping: &str,
    shard: &str,
    progress: &Progress,
) -> Result<(), StoreError> {
    transaction
        .prepare_cached(
            "INSERT INTO mapping_progress (mapping, shard, progress) VALUES (?1, ?2, ?3)
             ON CONFLICT (mapping, shard) DO UPDATE SET progress = excluded.progress",
        )?
        .execute(params![mapping, shard, serde_json::to_string(progress)?])?;
    Ok(())
}
