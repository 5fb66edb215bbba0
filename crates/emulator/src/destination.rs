//! Failure destinations: a queue or a bucket that takes the records of what was given up.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use serde_json::Value;
use stack::Stack;
use thiserror::Error;
use tokio::fs;
use tokio::io::AsyncWriteExt;

use crate::Chance;
use crate::sqs::{Outgoing, Queues, Refusal};

const BUCKET_ARN: &str = "arn:aws:s3:::";

/// The declared queues and buckets as destinations of failure records.
///
/// A bucket is a folder, an object a file in it with the object's key as its path.
#[derive(Clone, Debug)]
pub struct Destination(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    queues: Queues,
    buckets: BTreeSet<String>,
    folder: PathBuf,
    chance: Chance,
}

/// A record that did not reach its destination. Whoever has it keeps it and tries again.
#[derive(Debug, Error)]
pub enum DestinationError {
    /// The destination is neither a queue nor a bucket.
    #[error("{0} can't take a failure record; a queue or a bucket can")]
    Kind(String),
    /// The bucket is not declared.
    #[error("the bucket {0} does not exist, so the failure record was not written")]
    NoBucket(String),
    /// The queue did not take it.
    #[error("the failure record was not sent to {arn}")]
    Queue {
        /// The queue's ARN.
        arn: String,
        /// Why not.
        source: Refusal,
    },
    /// The file was not written.
    #[error("the failure record was not written to {path}")]
    File {
        /// Where it should lie.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
}

impl Destination {
    /// The stack's queues and buckets; the buckets' objects lie in `folder`, one folder for each
    /// bucket.
    #[must_use]
    pub fn new(stack: &Stack, queues: Queues, folder: PathBuf, chance: Chance) -> Self {
        let buckets = ["aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2"]
            .into_iter()
            .flat_map(|token| stack.of_type(token))
            .filter_map(|bucket| bucket.text("arn")?.strip_prefix(BUCKET_ARN))
            .map(ToOwned::to_owned)
            .collect();
        Self(Arc::new(Inner {
            queues,
            buckets,
            folder,
            chance,
        }))
    }

    /// Whether this ARN is a bucket's, which gets more than a queue in a stream's record.
    #[must_use]
    pub fn is_bucket(arn: &str) -> bool {
        arn.starts_with(BUCKET_ARN)
    }

    /// Sends a record to a queue, or writes it to a bucket under `key`. It is durable when this
    /// returns without an error.
    pub async fn put(&self, arn: &str, record: &Value, key: &str) -> Result<(), DestinationError> {
        if let Some(bucket) = arn.strip_prefix(BUCKET_ARN) {
            return self.write(bucket, record, key).await;
        }
        if !arn.starts_with("arn:aws:sqs:") {
            return Err(DestinationError::Kind(arn.to_owned()));
        }
        let message = Outgoing {
            body: record.to_string(),
            ..Outgoing::default()
        };
        self.0
            .queues
            .send(arn, &message)
            .map(|_| ())
            .map_err(|source| DestinationError::Queue {
                arn: arn.to_owned(),
                source,
            })
    }

    async fn write(&self, bucket: &str, record: &Value, key: &str) -> Result<(), DestinationError> {
        if !self.0.buckets.contains(bucket) {
            return Err(DestinationError::NoBucket(bucket.to_owned()));
        }
        let folder = self.0.folder.join(bucket);
        let path = folder.join(key);
        let half_written = folder.join(format!(".{}", self.0.chance.uuid()));
        write_whole(&path, &half_written, record.to_string().as_bytes())
            .await
            .map_err(|source| DestinationError::File { path, source })
    }
}

/// A reader sees the whole file or none: it is written under another name and then renamed.
async fn write_whole(path: &Path, half_written: &Path, bytes: &[u8]) -> std::io::Result<()> {
    if path.components().any(|part| part == Component::ParentDir) {
        return Err(std::io::Error::other(
            "a key must not lead out of its bucket",
        ));
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).await?;
    }
    let mut file = fs::File::create(half_written).await?;
    file.write_all(bytes).await?;
    file.sync_all().await?;
    fs::rename(half_written, path).await
}
