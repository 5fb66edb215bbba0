use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Sequence;

/// What the producer adds to the data of an event: the object `metadata` in its `detail`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(inline)]
pub struct Metadata {
    /// Made by the producer, unique per event and the same however often the event is published. What a consumer
    /// recognises a repeat by; the `id` that the bus gives changes on every publication.
    pub event_id: String,

    /// When the change happened: RFC 3339 with milliseconds. A DynamoDB stream knows whole seconds only.
    #[schemars(extend("format" = "date-time"))]
    pub occurred_at: String,

    /// The ordering key: what `sequence` grows for.
    pub key: String,

    /// Grows from one event of a key to the next. Two events of one change share it.
    pub sequence: Sequence,

    /// Where `sequence` comes from, hence whether a gap means a missing event.
    pub sequence_kind: SequenceKind,

    /// The version of the schema that the data follows.
    pub version: u32,

    /// The W3C trace context of the producer, when known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub traceparent: Option<String>,
}

/// Where a sequence number comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(inline)]
pub enum SequenceKind {
    /// The sequence number of a stream record: gaps are normal.
    Stream,
    /// 1, 2, 3 … per key, without gaps.
    Counter,
}

impl Metadata {
    /// The metadata that a committed sample carries.
    pub(crate) fn sample(detail_type: &str, version: u32) -> Self {
        Self {
            event_id: format!("7de3041dd709b024af6f29e4fa13d34c:{detail_type}"),
            occurred_at: "2026-11-21T05:17:00.000Z".to_owned(),
            key: "key-1".to_owned(),
            sequence: Sequence::from(4_421_584_500_000_000_017),
            sequence_kind: SequenceKind::Stream,
            version,
            traceparent: Some("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".to_owned()),
        }
    }
}
