//! Where poison goes: whole, at once, so that it never blocks its shard.

use std::borrow::Cow;
use std::io::{self, Read as _, Write as _};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use serde::Serialize;
use serde_json::value::RawValue;

use crate::publish::CallError;

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

/// Why a record is poison.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Reason {
    /// Where it failed.
    pub kind: ReasonKind,
    /// What failed. It may quote the record: for the quarantine, not for logs.
    pub message: String,
}

/// Where a record turned out to be poison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
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
        }
    }
}

/// The function that quarantined a record.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Function {
    /// `AWS_LAMBDA_FUNCTION_NAME`.
    pub name: String,
    /// `AWS_LAMBDA_FUNCTION_VERSION`.
    pub version: String,
}

/// A message of the quarantine queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// JSON text, encoded as `encoding` says.
    pub body: String,
    /// What the body has been through; goes into the message attribute `encoding`.
    pub encoding: Encoding,
}

/// How the body of a message is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// JSON as it is.
    Json,
    /// Compressed with gzip, then written in base64.
    GzipBase64,
}

impl Encoding {
    /// The value of the message attribute.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::GzipBase64 => "gzip+base64",
        }
    }
}

/// Bodies up to this many bytes stay readable.
pub const READABLE_BYTES: usize = 256 * 1024;

/// The largest body: 1 MiB, which SQS counts with the attributes
/// (<https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html>).
pub const BODY_BYTES: usize = 1_048_576 - 1_024;

impl Message {
    /// The JSON text of the body, whatever its encoding.
    ///
    /// # Errors
    /// When the body is not what its encoding says.
    pub fn text(&self) -> io::Result<Cow<'_, str>> {
        match self.encoding {
            Encoding::Json => Ok(self.body.as_str().into()),
            Encoding::GzipBase64 => {
                let bytes = STANDARD.decode(&self.body).map_err(io::Error::other)?;
                let mut text = String::new();
                GzDecoder::new(&bytes[..]).read_to_string(&mut text)?;
                Ok(text.into())
            }
        }
    }
}

impl Poison<'_> {
    /// The message that holds it.
    ///
    /// # Errors
    /// [`QuarantineError::TooLarge`] when it doesn't fit even compressed.
    pub fn message(&self) -> Result<Message, QuarantineError> {
        let body = serde_json::to_string(self).map_err(io::Error::from)?;
        if body.len() <= READABLE_BYTES {
            return Ok(Message {
                body,
                encoding: Encoding::Json,
            });
        }
        let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
        gzip.write_all(body.as_bytes())?;
        let body = STANDARD.encode(gzip.finish()?);
        if body.len() > BODY_BYTES {
            return Err(QuarantineError::TooLarge {
                bytes: body.len(),
                limit: BODY_BYTES,
            });
        }
        Ok(Message {
            body,
            encoding: Encoding::GzipBase64,
        })
    }
}
