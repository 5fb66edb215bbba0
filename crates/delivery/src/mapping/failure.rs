use serde_json::{Value, json};

use crate::Time;

use super::{Discard, Record};

/// Whose records were given up, and where they come from.
#[derive(Clone, Copy, Debug)]
pub struct GivenUp<'a> {
    /// The function's ARN, without version.
    pub function_arn: &'a str,
    /// The stream's ARN.
    pub stream_arn: &'a str,
    /// The shard's id.
    pub shard_id: &'a str,
}

/// The record that a failure destination gets. `payload`, the function's event as JSON text, is for
/// buckets only: a queue's message names the records and does not hold them.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html>
#[must_use]
pub fn failure_record<P>(
    given_up: GivenUp<'_>,
    discard: &Discard<P>,
    payload: Option<&str>,
    now: Time,
) -> Value {
    let mut record = json!({
        "requestContext": {
            "requestId": discard.request_id,
            "functionArn": given_up.function_arn,
            "condition": discard.condition.name(),
            "approximateInvokeCount": discard.invocations,
        },
    });
    // No run, no response.
    if discard.invocations > 0 {
        record["responseContext"] = json!({
            "statusCode": 200,
            "executedVersion": "$LATEST",
            "functionError": discard.function_error.then_some("Unhandled"),
        });
    }
    record["version"] = json!("1.0");
    record["timestamp"] = json!(now.in_milliseconds());
    record["DDBStreamBatchInfo"] =
        batch_info(given_up.stream_arn, given_up.shard_id, &discard.records);
    if let Some(payload) = payload {
        record["payload"] = json!(payload);
    }
    record
}

/// Where records lie in a stream, as failure records say it.
pub(crate) fn batch_info<P>(stream_arn: &str, shard_id: &str, records: &[Record<P>]) -> Value {
    let number =
        |record: Option<&Record<P>>| record.map(|it| it.sequence_number.as_str().to_owned());
    let arrival = |record: Option<&Record<P>>| record.map(|it| it.created_at.in_milliseconds());
    let (first, last) = (records.first(), records.last());
    json!({
        "shardId": shard_id,
        "startSequenceNumber": number(first),
        "endSequenceNumber": number(last),
        "approximateArrivalOfFirstRecord": arrival(first),
        "approximateArrivalOfLastRecord": arrival(last),
        "batchSize": records.len(),
        "streamArn": stream_arn,
    })
}

/// The key under which a bucket keeps a failure record; `unique` is a random UUID.
#[must_use]
pub fn failure_key(mapping: &str, shard_id: &str, now: Time, unique: &str) -> String {
    format!(
        "aws/lambda/{mapping}/{shard_id}/{}-{unique}",
        now.in_object_keys()
    )
}
