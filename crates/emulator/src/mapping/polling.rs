use std::str::FromStr;
use std::time::Duration;

use thiserror::Error;

/// How a mapping reads its stream.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Polling {
    /// As soon as something was written, and no sooner than [`Polling::GATHERING`] after the last read: what comes in
    /// quick succession is read together, which takes much less of the machine than one by one.
    #[default]
    Instant,
    /// Four times a second per shard, as AWS does.
    ///
    /// <https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html>
    Aws,
}

impl Polling {
    /// The least pause between two reads of a shard that is read as soon as something was written.
    pub const GATHERING: Duration = Duration::from_millis(10);

    /// AWS's pause between two reads of a shard.
    pub(super) const INTERVAL: Duration = Duration::from_millis(250);
}

/// A name that no [`Polling`] has.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{0:?} is no way to poll; it can be `instant` or `aws`")]
pub struct UnknownPolling(String);

impl FromStr for Polling {
    type Err = UnknownPolling;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        match name {
            "instant" => Ok(Self::Instant),
            "aws" => Ok(Self::Aws),
            other => Err(UnknownPolling(other.to_owned())),
        }
    }
}
