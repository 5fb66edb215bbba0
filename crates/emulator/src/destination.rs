//! Where records of invocations go: a queue, a bucket or a bus.

use std::collections::BTreeSet;
use std::error::Error as _;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use futures::future::BoxFuture;
use serde_json::{Value, json};
use stack::Stack;
use thiserror::Error;
use tokio::fs;
use tokio::io::AsyncWriteExt;

use crate::Chance;
use crate::events::Buses;
use crate::front::Service as _;
use crate::sqs::{Outgoing, Queues, Refusal};

const BUCKET_ARN: &str = "arn:aws:s3:::";

/// Takes the records of what a mapping or an asynchronous invocation is done with.
pub trait FailureDestination: Send + Sync {
    /// Keeps `message` at the destination with this ARN, in a bucket its body under `key`; returns
    /// when it is durable. The error says why it could not.
    ///
    /// The body is a record (JSON text), or, with attributes, an event for a function's dead-letter
    /// queue.
    fn put<'a>(
        &'a self,
        arn: &'a str,
        key: &'a str,
        message: &'a Outgoing,
    ) -> BoxFuture<'a, Result<(), String>>;
}

impl FailureDestination for Destination {
    fn put<'a>(
        &'a self,
        arn: &'a str,
        key: &'a str,
        message: &'a Outgoing,
    ) -> BoxFuture<'a, Result<(), String>> {
        Box::pin(async move {
            let put = Self::put(self, arn, key, message).await;
            put.map_err(|error| match error.source() {
                Some(cause) => format!("{error}: {cause}"),
                None => error.to_string(),
            })
        })
    }
}

/// The declared queues, buckets and buses as destinations of records.
///
/// A bucket is a folder, an object a file in it with the object's key as its path.
#[derive(Clone)]
pub struct Destination(Arc<Inner>);

#[derive(Clone)]
struct Inner {
    queues: Queues,
    buckets: BTreeSet<String>,
    folder: PathBuf,
    chance: Chance,
    buses: Option<Buses>,
}

/// A record that did not reach its destination. Whoever has it keeps it and tries again.
#[derive(Debug, Error)]
pub enum DestinationError {
    /// The destination is of a kind that takes no records.
    #[error("{0} can't take a failure record; a queue, a bucket or a bus can")]
    Kind(String),
    /// The bus did not take it.
    #[error("the record was not published to {arn}: {reason}")]
    Bus {
        /// The bus's ARN.
        arn: String,
        /// Why not.
        reason: String,
    },
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
            buses: None,
        }))
    }

    /// The same with the stack's buses.
    #[must_use]
    pub fn with_buses(self, buses: Buses) -> Self {
        let mut inner = Arc::unwrap_or_clone(self.0);
        inner.buses = Some(buses);
        Self(Arc::new(inner))
    }

    /// Whether this ARN is a bucket's, which gets more than a queue in a stream's record.
    #[must_use]
    pub fn is_bucket(arn: &str) -> bool {
        arn.starts_with(BUCKET_ARN)
    }

    /// Sends a message to a queue, publishes the record that it is to a bus, or writes its body to
    /// a bucket under `key`. It is durable when this returns without an error.
    pub async fn put(
        &self,
        arn: &str,
        key: &str,
        message: &Outgoing,
    ) -> Result<(), DestinationError> {
        if let Some(bucket) = arn.strip_prefix(BUCKET_ARN) {
            return self.write(bucket, key, &message.body).await;
        }
        if let (true, Some(buses)) = (arn.starts_with("arn:aws:events:"), &self.0.buses) {
            return publish(buses, arn, &message.body).await;
        }
        if !arn.starts_with("arn:aws:sqs:") {
            return Err(DestinationError::Kind(arn.to_owned()));
        }
        let sent = self.0.queues.send(arn, message);
        sent.map(|_| ()).map_err(|source| DestinationError::Queue {
            arn: arn.to_owned(),
            source,
        })
    }

    async fn write(&self, bucket: &str, key: &str, record: &str) -> Result<(), DestinationError> {
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
        write_whole(&path, &half_written, record.as_bytes())
            .await
            .map_err(|source| DestinationError::File { path, source })
    }
}

/// Publishes a record of an asynchronous invocation as an event.
///
/// See <https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html>.
async fn publish(buses: &Buses, arn: &str, record: &str) -> Result<(), DestinationError> {
    let refused = |reason: String| DestinationError::Bus {
        arn: arn.to_owned(),
        reason,
    };
    let read: Value = serde_json::from_str(record).map_err(|error| refused(error.to_string()))?;
    let context = &read["requestContext"];
    let result = match context["condition"].as_str() {
        Some("Success") => "Success",
        _ => "Failure",
    };
    let entry = json!({
        "EventBusName": arn,
        "Source": "lambda",
        "DetailType": format!("Lambda Function Invocation Result - {result}"),
        "Resources": [arn, context["functionArn"]],
        "Detail": record,
    });
    let answer = buses
        .call("PutEvents", json!({ "Entries": [entry] }))
        .await
        .map_err(|error| refused(error.to_string()))?;
    match answer["Entries"][0]["ErrorMessage"].as_str() {
        Some(reason) => Err(refused(reason.to_owned())),
        None => Ok(()),
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
mod tests;
