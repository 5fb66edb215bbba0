//! Turns every record of a batch into entries or a reason, before the first of them is sent.

use std::borrow::Cow;

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use tokio::time::Instant;

use crate::Change;
use crate::batch::Unreadable;
use crate::entry::{Entry, Origin, entries};
use crate::events::IntoEvents;
use crate::panics;
use crate::quarantine::{Reason, ReasonKind};
use crate::record::StreamRecord;

/// A record of the batch with what it means.
pub(super) struct Prepared<'a> {
    /// Empty when it can't be read.
    pub(super) sequence_number: Cow<'a, str>,
    pub(super) stream_event_id: Option<Cow<'a, str>>,
    /// The key of the item; without it the record can't be put in order with others.
    pub(super) key: Option<Cow<'a, str>>,
    pub(super) outcome: Result<Vec<Entry>, Reason>,
}

/// Maps every record that `skip` does not know as finished; those have no events any more. None is begun after
/// `until`: the second answer is the sequence number of the first that was not, for Lambda to send it again.
pub(super) fn prepare<'a, T, K, R>(
    records: Vec<Result<StreamRecord<'a>, Unreadable>>,
    mapping: &impl Fn(Change<T, K>) -> R,
    skip: impl Fn(&str) -> bool,
    until: Instant,
) -> (Vec<Prepared<'a>>, Option<String>)
where
    T: DeserializeOwned,
    K: DeserializeOwned,
    R: IntoEvents,
{
    let mut prepared = Vec::with_capacity(records.len());
    for record in records {
        if Instant::now() > until {
            let sequence_number = match record {
                Ok(record) => record.dynamodb.sequence_number.into_owned(),
                Err(unreadable) => unreadable.remains.sequence_number.unwrap_or_default(),
            };
            return (prepared, Some(sequence_number));
        }
        prepared.push(match record {
            Ok(record) => one(record, mapping, &skip),
            Err(unreadable) => without_events(unreadable, &skip),
        });
    }
    (prepared, None)
}

fn one<'a, T, K, R>(
    mut record: StreamRecord<'a>,
    mapping: &impl Fn(Change<T, K>) -> R,
    skip: &impl Fn(&str) -> bool,
) -> Prepared<'a>
where
    T: DeserializeOwned,
    K: DeserializeOwned,
    R: IntoEvents,
{
    let key = record.key();
    let outcome = if skip(&record.event_id) {
        Ok(Vec::new())
    } else {
        map(&mut record, &key, mapping)
    };
    Prepared {
        sequence_number: record.dynamodb.sequence_number,
        stream_event_id: Some(record.event_id),
        key: Some(key),
        outcome,
    }
}

fn without_events<'a>(record: Unreadable, skip: &impl Fn(&str) -> bool) -> Prepared<'a> {
    let Unreadable { message, remains } = record;
    let done = remains.event_id.as_deref().is_some_and(skip);
    Prepared {
        sequence_number: remains.sequence_number.unwrap_or_default().into(),
        stream_event_id: remains.event_id.map(Cow::Owned),
        key: remains.key.map(Cow::Owned),
        outcome: if done {
            Ok(Vec::new())
        } else {
            Err(Reason {
                kind: ReasonKind::Unreadable,
                message,
            })
        },
    }
}

fn map<T, K, R>(
    record: &mut StreamRecord<'_>,
    key: &str,
    mapping: &impl Fn(Change<T, K>) -> R,
) -> Result<Vec<Entry>, Reason>
where
    T: DeserializeOwned,
    K: DeserializeOwned,
    R: IntoEvents,
{
    let reason = |kind| move |message| Reason { kind, message };
    let sequence =
        record
            .dynamodb
            .sequence_number
            .parse()
            .map_err(|error: contract::NotASequence| {
                reason(ReasonKind::Unreadable)(error.to_string())
            })?;
    let occurred = moment(record.dynamodb.approximate_creation_date_time)
        .map_err(reason(ReasonKind::Unreadable))?;
    let mapped = panics::catch(|| {
        let change = record.change().map_err(reason(ReasonKind::Unreadable))?;
        mapping(change)
            .into_events()
            .map_err(reason(ReasonKind::MappingFailed))
    });
    let events = mapped.map_err(|panic| {
        let place = panic
            .place
            .map(|place| format!(" ({place})"))
            .unwrap_or_default();
        reason(ReasonKind::MappingPanicked)(format!("{}{place}", panic.message))
    })??;
    let origin = Origin::new(&record.event_id, occurred, key, sequence);
    entries(events, origin).map_err(reason(ReasonKind::EventInvalid))
}

fn moment(seconds: f64) -> Result<Timestamp, String> {
    let milliseconds = (seconds * 1_000.0).round();
    let refuse = || format!("the ApproximateCreationDateTime {seconds} is no moment");
    // Milliseconds of every year that a timestamp can hold are exact in an f64.
    if !milliseconds.is_finite() || milliseconds.abs() > 9e15 {
        return Err(refuse());
    }
    #[allow(
        clippy::cast_possible_truncation,
        reason = "an integer below 2^53 by the check above"
    )]
    Timestamp::from_millisecond(milliseconds as i64).map_err(|_| refuse())
}
