use serde::Deserialize;
use serde_json::Value;
use thiserror::Error;

use super::entry::Raw;
use super::{Entry, EntryError};

/// How many entries one `PutEvents` request may hold.
pub const MAXIMUM_ENTRIES: usize = 10;

/// The entries of one request must stay under this size, counted as AWS counts.
pub const MAXIMUM_REQUEST_BYTES: usize = 1_048_576;

/// Why a whole `PutEvents` request is refused; nothing of it was published.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum RequestError {
    /// Not the shape of a `PutEvents` request.
    #[error("the request is no PutEvents request: {0}")]
    Shape(String),
    /// A rule of the API is broken.
    #[error("{0}")]
    Validation(String),
}

#[derive(Deserialize)]
struct Request {
    #[serde(rename = "Entries")]
    entries: Vec<Raw>,
}

/// Reads the body of a `PutEvents` request: each entry taken or refused, in the request's order.
pub fn read(body: Value) -> Result<Vec<Result<Entry, EntryError>>, RequestError> {
    let Request { entries } =
        serde_json::from_value(body).map_err(|error| RequestError::Shape(error.to_string()))?;
    let count = entries.len();
    if count == 0 || count > MAXIMUM_ENTRIES {
        return Err(RequestError::Validation(format!(
            "1 validation error detected: Value at 'entries' failed to satisfy constraint: \
             a request holds 1 to {MAXIMUM_ENTRIES} entries, this one {count}"
        )));
    }
    for (position, entry) in entries.iter().enumerate() {
        if let Some((field, length, limit)) = entry.too_long() {
            return Err(RequestError::Validation(format!(
                "1 validation error detected: Value at 'entries.{}.member.{field}' failed to satisfy \
                 constraint: Member must have length less than or equal to {limit}, it has {length}",
                position + 1
            )));
        }
    }
    if entries.iter().all(Raw::says_nothing) {
        return Err(RequestError::Validation(
            "no entry of the request has a Source, a DetailType or a Detail".to_owned(),
        ));
    }
    let size: usize = entries.iter().map(Raw::size).sum();
    if size >= MAXIMUM_REQUEST_BYTES {
        return Err(RequestError::Validation(format!(
            "Total size of the entries in the request is over the limit: {size} bytes, \
             it must be less than {MAXIMUM_REQUEST_BYTES}"
        )));
    }
    Ok(entries.into_iter().map(Raw::check).collect())
}
