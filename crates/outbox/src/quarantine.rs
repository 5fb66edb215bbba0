//! Where poison goes: whole, at once, so that it never blocks its shard.

mod message;

use std::io;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::Batch;
use crate::publish::CallError;

pub use message::{BODY_BYTES, Encoding, Message, READABLE_BYTES};

/// Keeps what can't be published until a person has looked at it.
pub trait Quarantine {
    /// Stores one record for good. The relay moves past the record only after this has succeeded.
    ///
    /// # Errors
    /// [`QuarantineError`] when it is not certain that the record is stored.
    fn store(
        &self,
        poison: &Poison<'_>,
    ) -> impl Future<Output = Result<(), QuarantineError>> + Send;
}

impl<Q: Quarantine + Sync> Quarantine for &Q {
    fn store(
        &self,
        poison: &Poison<'_>,
    ) -> impl Future<Output = Result<(), QuarantineError>> + Send {
        (**self).store(poison)
    }
}

/// The record was not stored.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum QuarantineError {
    /// The call failed.
    #[error("the quarantine can't be reached: {0}")]
    Call(#[from] CallError),
    /// The record is larger than a message may be, even compressed.
    #[error(
        "the record does not fit into a message: {bytes} bytes compressed, {limit} are allowed"
    )]
    TooLarge {
        /// The size of the message's body.
        bytes: usize,
        /// The largest body.
        limit: usize,
    },
    /// The message can't be written.
    #[error("the message can't be written: {0}")]
    Unwritable(#[from] io::Error),
}

/// A stream record that can't be published, and everything needed to publish it later.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Poison<'a> {
    /// Why.
    pub reason: Reason,
    /// The events that the record means, as far as it could be mapped.
    pub event_ids: Vec<&'a str>,
    /// Those of them that the bus accepted before: publish the others only.
    pub accepted_event_ids: Vec<&'a str>,
    /// Which code met it.
    pub function: &'a Function,
    /// The stream record as it came, with the ARN of its stream.
    pub record: &'a RawValue,
}

/// A quarantined record, read back from its message: all that is needed to publish what it means.
///
/// Hand [`Quarantined::batch`] to a relay with the mapping that the function has, or with a repaired one: it publishes
/// the same events with the same ids, byte for byte, as the relay would have. Those of `accepted_event_ids` reach
/// consumers a second time then, under the same id.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Quarantined {
    /// Why it was quarantined.
    pub reason: Reason,
    /// The events that it means, as far as it could be mapped.
    pub event_ids: Vec<String>,
    /// Those of them that the bus accepted before.
    pub accepted_event_ids: Vec<String>,
    /// Which code quarantined it.
    pub function: Function,
    /// The stream record as it came.
    pub record: Box<RawValue>,
}

impl Quarantined {
    /// Reads a message of the quarantine.
    ///
    /// # Errors
    /// When the body is not what its encoding says, or no quarantined record.
    pub fn read(message: &Message) -> io::Result<Self> {
        Ok(serde_json::from_str(&message.text()?)?)
    }

    /// The record as a batch of its own, for a relay.
    #[must_use]
    pub fn batch(&self) -> Batch {
        Batch::from(vec![self.record.clone()])
    }
}

/// Why a record is poison.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Reason {
    /// Where it failed.
    pub kind: ReasonKind,
    /// What failed. It may quote the record: for the quarantine, not for logs.
    pub message: String,
}

/// Where a record turned out to be poison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ReasonKind {
    /// It is not what a DynamoDB stream delivers, or does not fit the application's types.
    Unreadable,
    /// The mapping returned an error.
    MappingFailed,
    /// The mapping panicked.
    MappingPanicked,
    /// One of its events breaks a limit of PutEvents.
    EventInvalid,
    /// The bus refused one of its events, and would refuse it again.
    RefusedByBus,
    /// The pipe or the event source mapping that read it gave it up, after its retries or for its age. Nothing may be
    /// wrong with it.
    GivenUp,
    /// The stream has trimmed records that were given up. What is stored are their positions.
    Trimmed,
}

impl ReasonKind {
    /// The word that stands for it in messages and logs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::MappingFailed => "mappingFailed",
            Self::MappingPanicked => "mappingPanicked",
            Self::EventInvalid => "eventInvalid",
            Self::RefusedByBus => "refusedByBus",
            Self::GivenUp => "givenUp",
            Self::Trimmed => "trimmed",
        }
    }
}

/// The function that quarantined a record.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Function {
    /// `AWS_LAMBDA_FUNCTION_NAME`.
    pub name: String,
    /// `AWS_LAMBDA_FUNCTION_VERSION`.
    pub version: String,
}

impl Poison<'_> {
    /// The message that holds it.
    ///
    /// # Errors
    /// [`QuarantineError::TooLarge`] when it doesn't fit even compressed.
    pub fn message(&self) -> Result<Message, QuarantineError> {
        Message::of(serde_json::to_string(self).map_err(io::Error::from)?)
    }
}
