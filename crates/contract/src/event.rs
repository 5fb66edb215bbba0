use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// What one kind of event says, to whom it belongs and how it looks.
///
/// The type serialises to a JSON object: the fields of the data as the business sees them. It must not have a field
/// `metadata`, for that place in the `detail` holds the producer's [`Metadata`](crate::Metadata). It must ignore
/// unknown fields (no `deny_unknown_fields`), so that a producer may add one before its consumers know it.
pub trait Event: Serialize + DeserializeOwned + JsonSchema {
    /// Who publishes it: the `source` of the event, at most 256 characters and not starting with `aws.`
    /// (<https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsRequestEntry.html>).
    const SOURCE: &'static str;

    /// What happened: the `detail-type` of the event, at most 128 characters.
    const DETAIL_TYPE: &'static str;

    /// The version of the schema, 1 for the first; it grows with every compatible change. An incompatible change is
    /// a new detail-type instead.
    const VERSION: u32;

    /// One realistic value with every field set. It is committed beside the schema, and later versions are tested
    /// to read it.
    fn sample() -> Self;
}
