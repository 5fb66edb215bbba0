use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, Transaction};
use thiserror::Error;
use tokio::sync::oneshot;

/// The emulator's own durable state: checkpoints, queues, undelivered events, archives.
///
/// Each part keeps its own tables here and everything it promises is committed before it answers,
/// so a kill at any moment loses nothing that was acknowledged. (`SQLite` in WAL mode with
/// `synchronous=NORMAL` survives the death of the process; a power cut may cost the last moments.)
#[derive(Clone, Debug)]
pub struct Store(Arc<Mutex<Inner>>);

#[derive(Debug)]
struct Inner {
    connection: Connection,
    failure: Failure,
}

/// Whether the state was told to fail.
#[derive(Debug)]
enum Failure {
    /// It works.
    None,
    /// It fails after so many further commits that change something.
    After(u64, oneshot::Sender<()>),
    /// It fails.
    Now,
}

/// The state could not be read or written.
#[derive(Debug, Error)]
pub enum StoreError {
    /// `SQLite` refused.
    #[error("the local state can't be read or written")]
    Sqlite(#[from] rusqlite::Error),
    /// A stored value is not what this version writes.
    #[error("the local state holds a value that this version can't read")]
    Value(#[from] serde_json::Error),
    /// A test wants it so: see [`Store::fail_after`].
    #[error("the local state was told to fail")]
    ToldToFail,
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
        // Else a new value for `LIMIT ?` makes `SQLite` parse and plan a prepared statement anew.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        Ok(Self(Arc::new(Mutex::new(Inner {
            connection,
            failure: Failure::None,
        }))))
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
        let mut inner = self.inner();
        let Inner {
            connection,
            failure,
        } = &mut *inner;
        if matches!(failure, Failure::Now) {
            return Err(StoreError::ToldToFail);
        }
        let before = connection.total_changes();
        let transaction = connection.transaction()?;
        let result = work(&transaction)?;
        transaction.commit()?;
        if connection.total_changes() != before {
            failure.count();
        }
        Ok(result)
    }

    /// Lets so many further commits that change something succeed; then nothing can be read or written until
    /// [`Self::recover`]. What is answered tells when it begins.
    ///
    /// For simulations: whoever drops all parts then and builds them anew has killed the emulator between two commits.
    #[must_use]
    pub fn fail_after(&self, commits: u64) -> oneshot::Receiver<()> {
        let (failing, told) = oneshot::channel();
        let failure = &mut self.inner().failure;
        *failure = Failure::After(commits.saturating_add(1), failing);
        failure.count();
        told
    }

    /// Whether it fails because it was told to.
    #[must_use]
    pub fn is_failing(&self) -> bool {
        matches!(self.inner().failure, Failure::Now)
    }

    /// Ends what [`Self::fail_after`] began: the committed state can be read and written again.
    pub fn recover(&self) {
        self.inner().failure = Failure::None;
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Failure {
    fn count(&mut self) {
        *self = match std::mem::replace(self, Self::None) {
            Self::After(0 | 1, failing) => {
                // Nobody has to listen.
                let _ = failing.send(());
                Self::Now
            }
            Self::After(left, failing) => Self::After(left - 1, failing),
            other => other,
        };
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failing test may panic")]

    use rusqlite::StatementStatus;

    use super::*;

    #[test]
    fn a_statement_is_compiled_once_whatever_values_are_bound() {
        let store = Store::in_memory().unwrap();
        store
            .create("CREATE TABLE rows (due_at INTEGER, id INTEGER) STRICT")
            .unwrap();
        let compiled_again = store.commit(|transaction| {
            let due = "SELECT id FROM rows WHERE due_at <= ? ORDER BY due_at, id LIMIT ?";
            let mut statement = transaction.prepare(due)?;
            for value in 1..=5_i64 {
                let ids = statement.query_map([value, value], |row| row.get::<_, i64>(0))?;
                assert_eq!(ids.count(), 0);
            }
            Ok(statement.get_status(StatementStatus::RePrepare))
        });
        assert_eq!(compiled_again.unwrap(), 0);
    }

    #[test]
    fn a_store_told_to_fail_keeps_exactly_the_commits_before() {
        let store = Store::in_memory().unwrap();
        store
            .create("CREATE TABLE numbers (number INTEGER) STRICT")
            .unwrap();
        let add = |number: i64| {
            store.commit(|transaction| {
                transaction.execute("INSERT INTO numbers VALUES (?)", [number])?;
                Ok(())
            })
        };
        let numbers = || {
            store.commit(|transaction| {
                let mut statement = transaction.prepare("SELECT number FROM numbers")?;
                let numbers = statement.query_map([], |row| row.get(0))?;
                Ok(numbers.collect::<Result<Vec<i64>, _>>()?)
            })
        };

        let mut told = store.fail_after(2);
        add(1).unwrap();
        // A read is no commit to count.
        assert_eq!(numbers().unwrap(), [1]);
        assert!(told.try_recv().is_err() && !store.is_failing());
        add(2).unwrap();
        assert!(told.try_recv().is_ok() && store.is_failing());
        assert!(matches!(add(3), Err(StoreError::ToldToFail)));
        assert!(matches!(numbers(), Err(StoreError::ToldToFail)));

        store.recover();
        assert_eq!(numbers().unwrap(), [1, 2]);
        let mut at_once = store.fail_after(0);
        assert!(at_once.try_recv().is_ok());
        assert!(add(4).is_err());
    }
}
