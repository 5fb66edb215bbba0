//! Failure destinations: a queue or a bucket that takes the records of what was given up.

use std::collections::BTreeSet;
use std::error::Error as _;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use futures::future::BoxFuture;
use serde_json::Value;
use stack::Stack;
use thiserror::Error;
use tokio::fs;
use tokio::io::AsyncWriteExt;

use crate::Chance;
use crate::sqs::{Outgoing, Queues, Refusal};

const BUCKET_ARN: &str = "arn:aws:s3:::";

/// Takes the records of what a mapping or an asynchronous invocation gives up.
pub trait FailureDestination: Send + Sync {
    /// Keeps `record` at the destination with this ARN, in a bucket under `key`; returns when it is
    /// durable. The error says why it could not.
    fn put<'a>(
        &'a self,
        arn: &'a str,
        key: &'a str,
        record: &'a Value,
    ) -> BoxFuture<'a, Result<(), String>>;
}

impl FailureDestination for Destination {
    fn put<'a>(
        &'a self,
        arn: &'a str,
        key: &'a str,
        record: &'a Value,
    ) -> BoxFuture<'a, Result<(), String>> {
        Box::pin(async move {
            let put = Self::put(self, arn, record, key).await;
            put.map_err(|error| match error.source() {
                Some(cause) => format!("{error}: {cause}"),
                None => error.to_string(),
            })
        })
    }
}

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
    /// No file of the bucket's folder can have this key.
    #[error("the failure record was not written: its key {0:?} leads out of the bucket's folder")]
    Key(String),
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
        let stays_inside = |part| matches!(part, Component::Normal(_));
        if key.is_empty() || !Path::new(key).components().all(stays_inside) {
            return Err(DestinationError::Key(key.to_owned()));
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failing test may panic")]

    use serde_json::json;

    use super::*;
    use crate::testing::{resource, stack};
    use crate::{Clock, Store, sqs};

    const QUEUE: &str = "arn:aws:sqs:us-east-1:000000000000:failures";
    const BUCKET: &str = "arn:aws:s3:::failures";

    fn destination(folder: &Path) -> (Destination, Queues) {
        let url = "http://localhost/000000000000/failures";
        let queue = json!({"name": "failures", "arn": QUEUE, "url": url});
        let stack = stack(vec![
            resource("aws:sqs/queue:Queue", "failures", &queue),
            resource("aws:s3/bucket:Bucket", "failures", &json!({"arn": BUCKET})),
        ]);
        let store = Store::in_memory().unwrap();
        let chance = Chance::seeded(1);
        let declared = sqs::declared(&stack).unwrap();
        let queues = Queues::new(declared, store, Clock::system(), chance.clone()).unwrap();
        let destination = Destination::new(&stack, queues.clone(), folder.to_owned(), chance);
        (destination, queues)
    }

    #[tokio::test]
    async fn a_record_lies_in_the_queue_or_under_its_key_in_the_buckets_folder() {
        let folder = tempfile::tempdir().unwrap();
        let (destination, queues) = destination(folder.path());
        let record = json!({"version": "1.0"});

        destination.put(QUEUE, &record, "unused").await.unwrap();
        destination
            .put(BUCKET, &record, "aws/lambda/a")
            .await
            .unwrap();
        destination
            .put(BUCKET, &record, "aws/lambda/b")
            .await
            .unwrap();

        assert_eq!(queues.next_body("failures").await, record.to_string());
        let bucket = folder.path().join("failures");
        for key in ["aws/lambda/a", "aws/lambda/b"] {
            let object = std::fs::read_to_string(bucket.join(key)).unwrap();
            assert_eq!(object, record.to_string());
        }
        // Nothing half written is left.
        let names = std::fs::read_dir(&bucket).unwrap();
        assert_eq!(names.count(), 1);
    }

    #[tokio::test]
    async fn what_can_t_be_reached_is_an_error_that_names_it() {
        let folder = tempfile::tempdir().unwrap();
        let (destination, _queues) = destination(folder.path());
        for (arn, key, error) in [
            (
                "arn:aws:sns:us-east-1:000000000000:topic",
                "k",
                "a queue or a bucket can",
            ),
            (
                "arn:aws:sqs:us-east-1:000000000000:other",
                "k",
                "was not sent to arn:aws:sqs",
            ),
            ("arn:aws:s3:::other", "k", "the bucket other does not exist"),
            (BUCKET, "../outside", "leads out of the bucket's folder"),
            (BUCKET, "/etc/outside", "leads out of the bucket's folder"),
            (BUCKET, "", "leads out of the bucket's folder"),
        ] {
            let refused = destination.put(arn, &json!({}), key).await.unwrap_err();
            assert!(refused.to_string().contains(error), "{refused}");
        }
        // A file stands where the bucket's folder should be.
        std::fs::write(folder.path().join("failures"), "").unwrap();
        let refused = destination.put(BUCKET, &json!({}), "k").await.unwrap_err();
        assert!(matches!(refused, DestinationError::File { .. }));
    }
}
