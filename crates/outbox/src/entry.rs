//! From the events of one change to the entries of PutEvents: ids, metadata, limits.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::mem;

use contract::{Metadata, Sequence, SequenceKind};
use jiff::Timestamp;

use crate::events::{Draft, Events};

/// One event ready for publication
/// (<https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsRequestEntry.html>).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The producer's id of the event, as in the metadata of its detail.
    pub event_id: String,
    /// Who publishes it.
    pub source: Cow<'static, str>,
    /// What happened.
    pub detail_type: Cow<'static, str>,
    /// The data and its metadata: a JSON object.
    pub detail: String,
    /// When it happened.
    pub time: Timestamp,
}

/// The most entries of one PutEvents call
/// (<https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html>).
pub const CALL_ENTRIES: usize = 10;

/// The size in bytes that a PutEvents call must stay under.
pub const CALL_BYTES: usize = 1_048_576;

/// The size in bytes up to which an event is published. The bus would take one of almost [`CALL_BYTES`], but targets
/// and their dead-letter queues add the envelope to it and are held to the same limit.
pub const ENTRY_BYTES: usize = 900 * 1024;

/// The longest source, in characters.
pub const SOURCE_LENGTH: usize = 256;

/// The longest detail-type, in characters.
pub const DETAIL_TYPE_LENGTH: usize = 128;

impl Entry {
    /// The size of the entry in bytes as AWS counts it: 14 for the time, and the UTF-8 text of source, detail-type
    /// and detail (<https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html>).
    #[must_use]
    pub fn bytes(&self) -> usize {
        14 + self.source.len() + self.detail_type.len() + self.detail.len()
    }
}

/// What a stream record gives to all of its events.
pub(crate) struct Origin<'a> {
    stream_event_id: &'a str,
    occurred: Timestamp,
    /// That of each of the events in turn: only its id and version differ.
    metadata: Metadata,
}

impl<'a> Origin<'a> {
    pub(crate) fn new(
        stream_event_id: &'a str,
        occurred: Timestamp,
        key: &str,
        sequence: Sequence,
    ) -> Self {
        Self {
            stream_event_id,
            occurred,
            metadata: Metadata {
                event_id: String::new(),
                occurred_at: rfc3339(occurred),
                key: key.to_owned(),
                sequence,
                sequence_kind: SequenceKind::Stream,
                version: 0,
                traceparent: None,
            },
        }
    }
}

/// `2026-11-21T05:17:00.000Z`
fn rfc3339(moment: Timestamp) -> String {
    let mut text = String::with_capacity(24);
    // Writing to a String can't fail.
    let _ = write!(text, "{moment:.3}");
    text
}

/// Gives every event of a record its id and metadata, and checks it against the limits of PutEvents.
pub(crate) fn entries(events: Events, mut origin: Origin<'_>) -> Result<Vec<Entry>, String> {
    let mut entries = events.entries;
    entries.reserve(events.drafts.len());
    for draft in events.drafts {
        let nth = 1 + entries
            .iter()
            .filter(|entry: &&Entry| entry.detail_type == draft.detail_type)
            .count();
        let event_id = event_id(origin.stream_event_id, draft.detail_type, nth);
        entries.push(entry(
            draft,
            event_id,
            &mut origin.metadata,
            origin.occurred,
        )?);
    }
    Ok(entries)
}

/// `<stream eventID>:<detail-type>`, and `:<n>` from the second event of one type in one record: the same on every
/// run of the same mapping.
fn event_id(stream_event_id: &str, detail_type: &str, nth: usize) -> String {
    match nth {
        1 => [stream_event_id, ":", detail_type].concat(),
        _ => format!("{stream_event_id}:{detail_type}:{nth}"),
    }
}

/// Completes an event with its id and metadata, of which the rest is given, and checks it.
pub(crate) fn entry(
    draft: Draft,
    event_id: String,
    metadata: &mut Metadata,
    time: Timestamp,
) -> Result<Entry, String> {
    let Draft {
        source,
        detail_type,
        version,
        data,
    } = draft;
    metadata.event_id = event_id;
    metadata.version = version;
    let detail = match data {
        Ok(data) => detail(data, metadata),
        Err(error) => Err(format!("it can't be serialised: {error}")),
    };
    let event_id = mem::take(&mut metadata.event_id);
    let entry = Entry {
        source: source.into(),
        detail_type: detail_type.into(),
        detail: detail.map_err(|problem| refused(&event_id, &problem))?,
        event_id,
        time,
    };
    checked(entry)
}

/// The entry if it keeps the limits of PutEvents.
pub(crate) fn checked(entry: Entry) -> Result<Entry, String> {
    let refuse = |problem: String| Err(refused(&entry.event_id, &problem));
    for (name, text, limit) in [
        ("source", &entry.source, SOURCE_LENGTH),
        ("detail-type", &entry.detail_type, DETAIL_TYPE_LENGTH),
    ] {
        // No text has more characters than bytes, and counting those is free.
        if text.is_empty() {
            return refuse(format!("its {name} is empty"));
        }
        if text.len() > limit {
            let length = text.chars().count();
            if length > limit {
                return refuse(format!(
                    "its {name} has {length} characters, {limit} are allowed"
                ));
            }
        }
    }
    let bytes = entry.bytes();
    if bytes > ENTRY_BYTES {
        return refuse(format!("it has {bytes} bytes, {ENTRY_BYTES} are allowed"));
    }
    Ok(entry)
}

fn refused(event_id: &str, problem: &str) -> String {
    format!("the event {event_id} can't be published: {problem}")
}

/// Appends the metadata to the serialised data without reading it again.
fn detail(mut data: Vec<u8>, metadata: &Metadata) -> Result<String, String> {
    if !data.starts_with(b"{") || data.pop() != Some(b'}') {
        return Err("its data is not a JSON object".to_owned());
    }
    let data_ends = data.len();
    if data_ends > 1 {
        data.push(b',');
    }
    data.extend_from_slice(b"\"metadata\":");
    serde_json::to_writer(&mut data, metadata).map_err(|error| error.to_string())?;
    data.push(b'}');
    let detail = String::from_utf8(data).map_err(|error| error.to_string())?;
    // The text may well occur inside a value: only then is the data worth a second look.
    if detail[..data_ends].contains("\"metadata\":") {
        let fields: serde_json::Map<String, serde_json::Value> =
            serde_json::from_str(&format!("{}}}", &detail[..data_ends]))
                .map_err(|error| error.to_string())?;
        if fields.contains_key("metadata") {
            return Err(
                "its data has a field `metadata`, where the producer's metadata belongs".to_owned(),
            );
        }
    }
    Ok(detail)
}
