use serde_json::{Value, json};

use crate::Time;
use crate::mapping::{Discard, batch_info};

/// The message for a pipe's dead-letter queue: where the records lie that were given up, and not what they hold. They
/// must be read from the stream before it drops them.
///
/// AWS shows none; this is what others have seen of it.
#[must_use]
pub fn dead_letter<P>(
    pipe_arn: &str,
    stream_arn: &str,
    shard_id: &str,
    discard: &Discard<P>,
    now: Time,
) -> Value {
    json!({
        "context": {
            "partnerResourceArn": pipe_arn,
            "condition": discard.condition.name(),
        },
        "version": "1.0",
        "timestamp": now.in_milliseconds(),
        "DDBStreamBatchInfo": batch_info(stream_arn, shard_id, &discard.records),
    })
}
