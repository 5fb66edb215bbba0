//! A stream of one shard in memory, which trims and fails as a test says.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use outbox::publish::CallError;
use outbox::recovery::{Page, ReadShard, Shard, Start};
use outbox::testing::Record;
use serde_json::{Value, json};

#[derive(Clone, Default)]
pub(crate) struct Stream {
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    records: Vec<Value>,
    /// So many of the first records are gone.
    trimmed: usize,
    /// So many more are gone once an iterator was given out.
    trimmed_meanwhile: usize,
    page: usize,
    /// Every other page is empty.
    gaps: bool,
    closed: bool,
    gone: bool,
    failures: VecDeque<CallError>,
    calls: usize,
}

pub(crate) const STREAM_ARN: &str =
    "arn:aws:dynamodb:us-east-1:000000000000:table/orders/stream/2026-11-21T05:17:00.000";

impl Stream {
    /// A shard with as many records, of which nothing is trimmed, and which is open.
    pub(crate) fn with_records(records: u32) -> Self {
        let stream = Self::default();
        stream.change(|state| {
            state.page = 1000;
            state.records = (1..=records).map(record).collect();
        });
        stream
    }

    pub(crate) fn in_pages_of(self, records: usize) -> Self {
        self.change(|state| state.page = records);
        self
    }

    pub(crate) fn with_empty_pages_between(self) -> Self {
        self.change(|state| state.gaps = true);
        self
    }

    pub(crate) fn closed(self) -> Self {
        self.change(|state| state.closed = true);
        self
    }

    pub(crate) fn trimmed(self, records: usize) -> Self {
        self.change(|state| state.trimmed = records);
        self
    }

    pub(crate) fn trimmed_meanwhile(self, records: usize) -> Self {
        self.change(|state| state.trimmed_meanwhile = records);
        self
    }

    /// The shard does not exist any more.
    pub(crate) fn gone(self) -> Self {
        self.change(|state| state.gone = true);
        self
    }

    pub(crate) fn fail_call(self, error: CallError) -> Self {
        self.change(|state| state.failures.push_back(error));
        self
    }

    pub(crate) fn calls(&self) -> usize {
        self.state.lock().unwrap().calls
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.state.lock().unwrap());
    }
}

/// A record as `GetRecords` hands it out.
fn record(number: u32) -> Value {
    let mut record = Record::insert(number, &json!({ "id": format!("order-{number}") }))
        .with(
            "/userIdentity",
            json!({ "PrincipalId": "dynamodb.amazonaws.com", "Type": "Service" }),
        )
        .value()
        .clone();
    record.as_object_mut().unwrap().remove("eventSourceARN");
    record
}

pub(crate) fn number(number: u32) -> String {
    format!("1{number:020}")
}

pub(crate) fn refused(code: &str) -> CallError {
    CallError::Refused {
        status: 400,
        code: code.to_owned(),
        message: "as the test said".to_owned(),
    }
}

impl State {
    fn begin(&mut self) -> Result<(), CallError> {
        self.calls += 1;
        self.failures.pop_front().map_or(Ok(()), Err)
    }
}

impl ReadShard for Stream {
    async fn iterator(&self, shard: &Shard, start: Start<'_>) -> Result<String, CallError> {
        let mut state = self.state.lock().unwrap();
        state.begin()?;
        assert_eq!(
            (shard.stream_arn.as_str(), shard.shard_id.as_str()),
            (STREAM_ARN, "shard-1")
        );
        if state.gone {
            return Err(refused("ResourceNotFoundException"));
        }
        let place = match start {
            Start::Oldest => state.trimmed,
            Start::At(number) => {
                let stands = |record: &Value| record["dynamodb"]["SequenceNumber"] == number;
                match state.records.iter().position(stands) {
                    Some(place) if place >= state.trimmed => place,
                    _ => return Err(refused("TrimmedDataAccessException")),
                }
            }
        };
        state.trimmed = state
            .trimmed
            .max(std::mem::take(&mut state.trimmed_meanwhile));
        Ok(format!("{place}"))
    }

    async fn records(&self, iterator: &str) -> Result<Page, CallError> {
        let mut state = self.state.lock().unwrap();
        state.begin()?;
        let (place, is_gap) = match iterator.strip_suffix(" after a gap") {
            Some(place) => (place, false),
            None => (iterator, state.gaps),
        };
        let place: usize = place.parse().unwrap();
        if place < state.trimmed {
            return Err(refused("TrimmedDataAccessException"));
        }
        if is_gap {
            return Ok(Page {
                records: Vec::new(),
                next: Some(format!("{place} after a gap")),
            });
        }
        let end = state.records.len().min(place + state.page);
        let ended = state.closed && end == state.records.len();
        Ok(Page {
            records: state.records[place..end].to_vec(),
            next: (!ended).then(|| end.to_string()),
        })
    }
}
