//! Why a user was not written. Each text says what is wrong, what is allowed and what was not done.

use std::fmt;

use lambda_runtime::Diagnostic;
use thiserror::Error;

use crate::store::StoreError;

/// Why a user was not written.
#[derive(Debug, Error)]
pub enum Error {
    /// The event is no JSON object.
    #[error("the event must be an object such as {{}}, but it is {found}; nothing was written")]
    NotAnObject {
        /// What it is.
        found: &'static str,
    },
    /// The event has a field that a user has not.
    #[error(
        "unknown field {name:?}: a user has id, username, email, avatar, birthdate and registeredAt; \
         nothing was written"
    )]
    UnknownField {
        /// The field.
        name: String,
    },
    /// A field is given, but not as a string.
    #[error("{name} must be a string, but it is {found}; nothing was written")]
    WrongType {
        /// The field.
        name: String,
        /// What it is.
        found: &'static str,
    },
    /// The key is the empty string.
    #[error("id must not be empty; leave it out to get a new one; nothing was written")]
    EmptyId,
    /// The key is longer than a key can be.
    #[error("id has {bytes} bytes, but DynamoDB takes at most {limit}; nothing was written")]
    LongId {
        /// How long it is.
        bytes: usize,
        /// How long it may be.
        limit: usize,
    },
    /// A field's value is not what the field holds.
    #[error("{name} is {value:?}, but must be {expected}; nothing was written")]
    Invalid {
        /// The field.
        name: &'static str,
        /// Its value; a long one is cut.
        value: String,
        /// What it should be.
        expected: &'static str,
    },
    /// The item is larger than an item can be.
    #[error(
        "the user has {bytes} bytes, but DynamoDB takes at most {limit} (400 KB); nothing was written"
    )]
    TooLarge {
        /// How large it is.
        bytes: usize,
        /// How large it may be.
        limit: usize,
    },
    /// Another user has the id.
    #[error("the id {id:?} is taken by another user; nothing was written")]
    Taken {
        /// The id.
        id: String,
    },
    /// The store did not take the user.
    #[error("the user {id:?} was not stored")]
    Store {
        /// The user's id.
        id: String,
        /// Why.
        #[source]
        source: StoreError,
    },
}

impl Error {
    /// A field's value that is not what the field holds.
    pub(crate) fn invalid(name: &'static str, value: &str, expected: &'static str) -> Self {
        const ENOUGH: usize = 60;
        let value = match value.char_indices().nth(ENOUGH) {
            Some((end, _)) => format!("{}…", &value[..end]),
            None => value.to_owned(),
        };
        Self::Invalid {
            name,
            value,
            expected,
        }
    }

    /// The `errorType` that a caller sees and can decide by.
    #[must_use]
    pub fn error_type(&self) -> &'static str {
        match self {
            Self::Taken { .. } => "IdTaken",
            Self::Store { .. } => "NotStored",
            _ => "InvalidUser",
        }
    }
}

/// An error on its way out of the function: whole for the caller, without personal data for the log.
///
/// The runtime logs the `Debug` form of every error that a handler returns.
pub struct Failure(pub Error);

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Error::Invalid { name, expected, .. } => {
                write!(f, "InvalidUser: {name} must be {expected}")
            }
            // A name nobody knows may as well be a value in the wrong place.
            Error::UnknownField { .. } => f.write_str("InvalidUser: unknown field"),
            error => write!(
                f,
                "{}: {}",
                error.error_type(),
                outbox::function::with_causes(error)
            ),
        }
    }
}

impl From<Failure> for Diagnostic {
    fn from(Failure(error): Failure) -> Self {
        Self {
            error_type: error.error_type().to_owned(),
            error_message: outbox::function::with_causes(&error),
        }
    }
}
