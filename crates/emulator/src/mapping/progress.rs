use delivery::mapping::Progress;
use rusqlite::{OptionalExtension, params};

use crate::{Store, StoreError};

const SCHEMA: &str = "CREATE TABLE IF NOT EXISTS mapping_progress (
    mapping TEXT NOT NULL,
    shard TEXT NOT NULL,
    progress TEXT NOT NULL,
    PRIMARY KEY (mapping, shard)
) WITHOUT ROWID";

/// The durable progress of all mappings, by mapping and shard.
#[derive(Clone, Debug)]
pub(super) struct Saved(Store);

impl Saved {
    pub(super) fn open(store: Store) -> Result<Self, StoreError> {
        store.create(SCHEMA)?;
        Ok(Self(store))
    }

    pub(super) fn load(&self, mapping: &str, shard: &str) -> Result<Option<Progress>, StoreError> {
        self.0.commit(|transaction| {
            let progress: Option<String> = transaction
                .query_row(
                    "SELECT progress FROM mapping_progress WHERE mapping = ?1 AND shard = ?2",
                    params![mapping, shard],
                    |row| row.get(0),
                )
                .optional()?;
            Ok(progress
                .map(|progress| serde_json::from_str(&progress))
                .transpose()?)
        })
    }

    pub(super) fn save(
        &self,
        mapping: &str,
        shard: &str,
        progress: &Progress,
    ) -> Result<(), StoreError> {
        let progress = serde_json::to_string(progress)?;
        self.0.commit(|transaction| {
            transaction
                .prepare_cached(
                    "INSERT INTO mapping_progress (mapping, shard, progress) VALUES (?1, ?2, ?3)
                     ON CONFLICT (mapping, shard) DO UPDATE SET progress = excluded.progress",
                )?
                .execute(params![mapping, shard, progress])?;
            Ok(())
        })
    }
}
