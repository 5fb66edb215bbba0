use contract::Sequence;
use serde::Deserialize;

/// Where the records stand that a pipe or an event source mapping gave up: what its dead-letter queue holds in their
/// place (<https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html>; a pipe's message has the same
/// `DDBStreamBatchInfo`).
#[derive(Debug, Clone)]
pub(super) struct Positions {
    /// Who gave up, and why, for a person.
    pub(super) reason: String,
    pub(super) shard: Shard,
    pub(super) first: Position,
    pub(super) last: Position,
    /// How many records were given up; there may be more between the first and the last, which a filter left out.
    pub(super) records: usize,
}

/// One shard of a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shard {
    /// The ARN of the stream.
    pub stream_arn: String,
    /// The id of the shard.
    pub shard_id: String,
}

/// A sequence number as it was written, which requests need, and as a number, which has an order.
#[derive(Debug, Clone)]
pub(super) struct Position {
    pub(super) text: String,
    pub(super) number: Sequence,
}

#[derive(Deserialize)]
struct Message {
    #[serde(alias = "requestContext", default)]
    context: Context,
    #[serde(rename = "DDBStreamBatchInfo")]
    batch: BatchInfo,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Context {
    #[serde(alias = "functionArn")]
    partner_resource_arn: String,
    condition: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct BatchInfo {
    stream_arn: String,
    shard_id: String,
    start_sequence_number: String,
    end_sequence_number: String,
    #[serde(default)]
    batch_size: usize,
}

impl Positions {
    /// Reads a message's body; the error says what is wrong with it.
    pub(super) fn read(body: &str) -> Result<Self, String> {
        let Message { context, batch } =
            serde_json::from_str(body).map_err(|error| error.to_string())?;
        let (first, last) = (
            Position::read(batch.start_sequence_number)?,
            Position::read(batch.end_sequence_number)?,
        );
        if last.number < first.number {
            return Err(format!(
                "the last sequence number, {}, stands before the first, {}",
                last.text, first.text
            ));
        }
        Ok(Self {
            reason: format!(
                "{} gave the record up: {}",
                or_unknown(&context.partner_resource_arn),
                or_unknown(&context.condition)
            ),
            shard: Shard {
                stream_arn: batch.stream_arn,
                shard_id: batch.shard_id,
            },
            first,
            last,
            records: batch.batch_size.max(1),
        })
    }
}

impl Position {
    fn read(text: String) -> Result<Self, String> {
        match text.parse() {
            Ok(number) => Ok(Self { text, number }),
            Err(error) => Err(format!("{error}")),
        }
    }
}

fn or_unknown(text: &str) -> &str {
    if text.is_empty() { "(unknown)" } else { text }
}
