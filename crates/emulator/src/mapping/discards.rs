use std::sync::Arc;

use delivery::mapping::{Discard, GivenUp, event, failure_key, failure_record};

use super::Mapping;
use super::surroundings::Surroundings;
use crate::Occurrence;
use crate::destination::Destination;
use crate::sqs::Outgoing;

/// The condition of records that the stream dropped; AWS has no word for it.
const EXPIRED: &str = "ExpiredInStream";

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
        let message = Outgoing {
            body: record.to_string(),
            ..Outgoing::default()
        };
        if let Err(reason) = surroundings.failures.put(arn, &key, &message).await {
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

/// Tells that records are gone from the stream before they were done. No failure destination gets
/// them: AWS promises that for retries and age only.
pub(super) fn tell_lost(count: usize, mapping: &Mapping, surroundings: &Surroundings) {
    surroundings.journal.tell(Occurrence::Warning(format!(
        "{count} records of {} expired in the stream before they were processed and are lost; give \
         the mapping a maximumRecordAgeInSeconds below 24 h and a failure destination",
        mapping.resource,
    )));
    surroundings.journal.tell(Occurrence::Discarded {
        source: mapping.uuid.clone(),
        destination: None,
        condition: EXPIRED.to_owned(),
        count,
    });
}
