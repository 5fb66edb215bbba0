use std::sync::Arc;

use delivery::Time;
use delivery::mapping::ShardDescription;
use tokio::sync::watch;

use super::Error;
use crate::dynamodb::{Page, StreamReader, Tables};

/// A stream as mappings read it: a tree of shards.
///
/// A table's stream is one shard that never closes; a simulation's may split.
pub trait Stream: Send + Sync {
    /// The stream's ARN.
    fn arn(&self) -> &str;

    /// All shards that are kept, parents before their children.
    ///
    /// # Errors
    /// The stream can't be read now. It is asked again.
    fn shards(&self) -> Result<Vec<ShardDescription>, Error>;

    /// The records of a shard after a sequence number, or from the oldest that is kept: at most
    /// `limit`. A shard that is not kept any more is closed and empty.
    ///
    /// # Errors
    /// The stream can't be read now. It is asked again.
    fn read(&self, shard: &str, after: Option<&str>, limit: usize) -> Result<Page, Error>;

    /// The newest sequence number of a shard: what is written from now on lies behind it. `None`:
    /// nothing was written yet.
    ///
    /// # Errors
    /// The stream can't be read now.
    fn newest(&self, shard: &str) -> Result<Option<String>, Error>;

    /// Records made before this time are trimmed.
    fn horizon(&self) -> Time;

    /// Hears that there may be new records or shards.
    fn changes(&self) -> watch::Receiver<u64>;
}

/// Where mappings find their streams.
pub trait Streams {
    /// The stream with this ARN, if there is one.
    fn stream(&self, arn: &str) -> Option<Arc<dyn Stream>>;
}

impl Streams for Tables {
    fn stream(&self, arn: &str) -> Option<Arc<dyn Stream>> {
        let reader = Self::stream(self, arn)?;
        Some(Arc::new(reader))
    }
}

impl Stream for StreamReader {
    fn arn(&self) -> &str {
        Self::arn(self)
    }

    fn shards(&self) -> Result<Vec<ShardDescription>, Error> {
        Ok(vec![ShardDescription {
            id: self.shard_id(),
            parent: None,
        }])
    }

    fn read(&self, shard: &str, after: Option<&str>, limit: usize) -> Result<Page, Error> {
        if shard != self.shard_id() {
            return Ok(Page {
                records: Vec::new(),
                read_to: None,
                exhausted: true,
                closed: true,
            });
        }
        Self::read(self, after, limit).map_err(|error| Error::Stream(error.into()))
    }

    fn newest(&self, _shard: &str) -> Result<Option<String>, Error> {
        let newest = Self::newest(self).map_err(|error| Error::Stream(error.into()))?;
        Ok(Some(newest))
    }

    fn horizon(&self) -> Time {
        Self::horizon(self)
    }

    fn changes(&self) -> watch::Receiver<u64> {
        Self::changes(self)
    }
}
