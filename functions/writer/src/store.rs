//! What the writer needs of the place where users are kept.

use events::User;
use thiserror::Error;

/// Keeps users.
pub trait Users {
    /// Stores a user if its id is new.
    fn insert(&self, user: &User) -> impl Future<Output = Result<Insertion, StoreError>>;
}

/// How an attempt to store a user ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Insertion {
    /// It is stored now.
    Stored,
    /// The very same user was there: an earlier attempt had stored it, and its answer was lost.
    AlreadyThere,
    /// Another user has the id.
    Taken,
}

/// The store did not confirm the user.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The store said no.
    #[error("DynamoDB refused: {reason}; nothing was written")]
    Refused {
        /// `DynamoDB`'s error code and message.
        reason: String,
    },
    /// Nobody knows: no answer came, or one that says nothing about the write.
    #[error(
        "whether it was is unknown: {reason}; invoke again with the same fields, \
         an identical user that is already there counts as success"
    )]
    Unknown {
        /// What happened instead of an answer.
        reason: String,
    },
}
