use std::borrow::Cow;
use std::io::{self, Read as _, Write as _};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;

use super::QuarantineError;

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
    /// The message with this text, readable if it can be.
    pub(super) fn of(body: String) -> Result<Self, QuarantineError> {
        if body.len() <= READABLE_BYTES && body.chars().all(may_be_sent) {
            return Ok(Self {
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
        Ok(Self {
            body,
            encoding: Encoding::GzipBase64,
        })
    }

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

/// SQS refuses a body with any other character, and a record may hold them all
/// (<https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html>).
fn may_be_sent(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r') || !matches!(character, ..' ' | '\u{fffe}' | '\u{ffff}')
}
