use std::error::Error;
use std::sync::Arc;

use delivery::mapping::{Discard, GivenUp, event, failure_key, failure_record};
use futures::future::BoxFuture;
use serde_json::Value;

use super::{Mapping, Surroundings};
use crate::Occurrence;
use crate::destination::Destination;

/// Takes what a mapping gives up: a queue or a bucket.
pub trait FailureDestination: Send + Sync {
    /// Keeps `record` in the queue or, under `key`, in the bucket with this ARN; returns when it is
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

/// Puts records where the mapping wants them; whether they are there now.
pub(super) async fn put(
    discard: &Discard<Arc<str>>,
    mapping: &Mapping,
    shard_id: &str,
    surroundings: &Surroundings,
) -> bool {
    let now = surroundings.clock.now();
    if let Some(arn) = &mapping.settings.on_failure {
        let given_up = GivenUp {
            function_arn: &mapping.function_arn,
            stream_arn: &mapping.stream_arn,
            shard_id,
        };
        // A queue's message names the records; a bucket's object holds them too.
        let payload = Destination::is_bucket(arn)
            .then(|| event(discard.records.iter().map(|record| &*record.payload)));
        let record = failure_record(given_up, discard, payload.as_deref(), now);
        let unique = surroundings.chance.uuid().to_string();
        let key = failure_key(&mapping.uuid, shard_id, now, &unique);
        if let Err(reason) = surroundings.failures.put(arn, &key, &record).await {
            surroundings.journal.tell(Occurrence::Warning(format!(
                "{} records of {} can't be put into {arn}: {reason}; the shard waits and tries \
                 again",
                discard.records.len(),
                mapping.resource,
            )));
            return false;
        }
    }
    surroundings.journal.tell(Occurrence::Discarded {
        source: mapping.uuid.clone(),
        destination: mapping.settings.on_failure.clone(),
        condition: discard.condition.name().to_owned(),
        count: discard.records.len(),
    });
    true
}
