use std::path::PathBuf;

use thiserror::Error;

/// The declared tables could not be brought up, or a stream could not be read.
#[derive(Debug, Error)]
pub enum Error {
    /// A declared table is not one that DynamoDB would create.
    #[error("the table {resource} can't be brought up: {reason}; nothing was created")]
    Declared {
        /// The resource's URN.
        resource: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The file that holds the tables can't be used.
    #[error("the tables in {path} can't be opened: {reason}; the file was not changed")]
    Open {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// The stored table and the declared one differ in something that AWS can't change in place.
    #[error(
        "the stored table {table} has {stored}, but the stack declares {declared}: AWS would replace \
         the table and lose its items, so nothing was changed; restore the declaration, rename the \
         table, or forget the local state"
    )]
    Replaced {
        /// The table's name.
        table: String,
        /// What is stored.
        stored: String,
        /// What is declared.
        declared: String,
    },
    /// The database refused.
    #[error("the tables can't be read or written: {0}")]
    Database(#[from] dynoxide::DynoxideError),
    /// `SQLite` refused.
    #[error("the tables can't be read or written")]
    Sqlite(#[from] rusqlite::Error),
    /// A stored stream record is not JSON.
    #[error("a stored stream record can't be read")]
    Record(#[from] serde_json::Error),
}
