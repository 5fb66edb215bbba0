use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, Transaction};
use thiserror::Error;

/// The emulator's own durable state: checkpoints, queues, undelivered events, archives.
///
/// Each part keeps its own tables here and everything it promises is committed before it answers,
/// so a kill at any moment loses nothing that was acknowledged. (`SQLite` in WAL mode with
/// `synchronous=NORMAL` survives the death of the process; a power cut may cost the last moments.)
#[derive(Clone, Debug)]
pub struct Store(Arc<Mutex<Connection>>);

/// The state could not be read or written.
#[derive(Debug, Error)]
pub enum StoreError {
    /// `SQLite` refused.
    #[error("the local state can't be read or written")]
    Sqlite(#[from] rusqlite::Error),
    /// A stored value is not what this version writes.
    #[error("the local state holds a value that this version can't read")]
    Value(#[from] serde_json::Error),
}

impl Store {
    /// Opens or creates the state in a file.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let connection = Connection::open(path)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        Self::over(connection)
    }

    /// A state that ends with the process.
    pub fn in_memory() -> Result<Self, StoreError> {
        Self::over(Connection::open_in_memory()?)
    }

    fn over(connection: Connection) -> Result<Self, StoreError> {
        connection.busy_timeout(Duration::from_secs(5))?;
        // All parts together prepare more than the default of 16, in turn.
        connection.set_prepared_statement_cache_capacity(128);
        Ok(Self(Arc::new(Mutex::new(connection))))
    }

    /// Creates a part's tables if they are not there yet.
    pub fn create(&self, schema: &str) -> Result<(), StoreError> {
        self.commit(|transaction| Ok(transaction.execute_batch(schema)?))
    }

    /// Does `work` in one transaction and commits it; an error rolls all of it back.
    pub fn commit<T>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut connection = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let transaction = connection.transaction()?;
        let result = work(&transaction)?;
        transaction.commit()?;
        Ok(result)
    }
}
