use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use delivery::Time;
use serde::{Deserialize, Serialize};

/// How long a shard iterator is good for.
///
/// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_GetShardIterator.html>
const LIFETIME: Duration = Duration::from_mins(15);

/// What a shard iterator says. Clients see it as text that means nothing to them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ShardIterator {
    /// The stream's ARN.
    pub(super) stream: String,
    /// Everything up to here was read.
    pub(super) position: i64,
    /// When it was given out.
    pub(super) issued: Time,
}

impl ShardIterator {
    pub(super) fn encode(&self) -> String {
        // A struct of text and numbers always becomes JSON.
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(self).unwrap_or_default())
    }

    pub(super) fn decode(text: &str) -> Option<Self> {
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()
    }

    pub(super) fn has_expired(&self, now: Time) -> bool {
        now.since(self.issued) > LIFETIME
    }
}
