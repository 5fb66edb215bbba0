//! The bus (and the quarantine queue) that the relay publishes to.

use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use sandbox::{Call, Reply};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep_until};

use super::options::Options;
use super::stream;

/// Takes its time, refuses a part and is out of order for a while, as it was asked to.
pub(crate) struct Bus {
    latency: Duration,
    failing: f64,
    outage: Duration,
    records: usize,
    state: Mutex<State>,
}

struct State {
    random: StdRng,
    outage: Option<Instant>,
    accepted: HashSet<String>,
    account: Account,
}

/// What went through the bus.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// `PutEvents` calls.
    pub calls: usize,
    /// Entries that were accepted.
    pub accepted: usize,
    /// Entries that were refused, and those of calls that were.
    pub refused: usize,
    /// Accepted entries whose event id had been accepted before.
    pub duplicates: usize,
    /// Messages to the quarantine queue.
    pub quarantined: usize,
    /// Records of which no event was accepted.
    pub lost: usize,
}

/// As much of a request as the bus looks at.
struct PutEvents {
    entries: Vec<Entry>,
}

struct Entry {
    /// `metadata.eventId` of its detail.
    event_id: Option<String>,
}

impl PutEvents {
    fn read(call: &Call) -> Result<Self, Reply> {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Request {
            entries: Vec<RequestEntry>,
        }
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct RequestEntry {
            detail: String,
        }
        #[derive(Deserialize)]
        struct Detail {
            metadata: Metadata,
        }
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Metadata {
            event_id: String,
        }

        let Request { entries } = serde_json::from_slice(&call.body)
            .map_err(|error| refusal(400, "SerializationException", &error.to_string()))?;
        if !(1..=10).contains(&entries.len()) {
            return Err(refusal(
                400,
                "ValidationException",
                "1 to 10 entries are allowed",
            ));
        }
        let entries = entries
            .iter()
            .map(|entry| serde_json::from_str::<Detail>(&entry.detail).ok())
            .map(|detail| Entry {
                event_id: detail.map(|detail| detail.metadata.event_id),
            })
            .collect();
        Ok(Self { entries })
    }
}

impl Bus {
    pub(crate) fn new(options: &Options) -> Self {
        Self {
            latency: Duration::from_millis(options.latency),
            failing: f64::from(options.failing) / 100.0,
            outage: Duration::from_secs(options.outage),
            records: options.records,
            state: Mutex::new(State {
                random: StdRng::seed_from_u64(1),
                outage: None,
                accepted: HashSet::new(),
                account: Account::default(),
            }),
        }
    }

    pub(crate) async fn answer(&self, call: Call) -> Reply {
        match call.operation() {
            "PutEvents" => {
                let answered_at = Instant::now() + self.latency;
                let request = PutEvents::read(&call);
                sleep_until(answered_at).await;
                match request {
                    Ok(request) => self.put_events(request),
                    Err(refused) => refused,
                }
            }
            "DescribeEventBus" => {
                let arn = "arn:aws:events:us-east-1:000000000000:event-bus/events";
                Reply::ok(&json!({"Name": "events", "Arn": arn}))
            }
            "SendMessage" => {
                self.state().account.quarantined += 1;
                Reply::ok(&json!({"MessageId": "00000000-0000-4000-8000-000000000000"}))
            }
            other => refusal(400, "UnknownOperationException", other),
        }
    }

    /// The account so far; what is lost is only known at the end.
    pub(crate) fn account(&self) -> Account {
        let state = self.state();
        // An event's id starts with the `eventID` of its record.
        let published: HashSet<&str> = state
            .accepted
            .iter()
            .map(|id| id.split_once(':').map_or(id.as_str(), |(record, _)| record))
            .collect();
        let mut account = state.account.clone();
        account.lost = (0..self.records)
            .filter(|&position| !published.contains(stream::event_id(position).as_str()))
            .count();
        account
    }

    fn put_events(&self, request: PutEvents) -> Reply {
        let entries = request.entries;
        let mut state = self.state();
        state.account.calls += 1;
        if self.is_out(&mut state) {
            state.account.refused += entries.len();
            return refusal(503, "InternalException", "the bench's outage");
        }
        let entries: Vec<Value> = entries
            .into_iter()
            .map(|entry| state.take(entry, self.failing))
            .collect();
        let failed = entries
            .iter()
            .filter(|entry| entry.get("ErrorCode").is_some())
            .count();
        Reply::ok(&json!({"FailedEntryCount": failed, "Entries": entries}))
    }

    fn is_out(&self, state: &mut State) -> bool {
        if self.outage.is_zero() || state.account.accepted < self.records / 10 {
            return false;
        }
        let began = *state.outage.get_or_insert_with(Instant::now);
        began.elapsed() < self.outage
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Accepts or refuses an entry, and answers as AWS does.
    fn take(&mut self, entry: Entry, failing: f64) -> Value {
        if failing > 0.0 && self.random.random_bool(failing) {
            self.account.refused += 1;
            return json!({"ErrorCode": "ThrottlingException", "ErrorMessage": "the bench's"});
        }
        let Some(event_id) = entry.event_id else {
            self.account.refused += 1;
            return json!({"ErrorCode": "MalformedDetail", "ErrorMessage": "no metadata.eventId"});
        };
        self.account.accepted += 1;
        if !self.accepted.insert(event_id) {
            self.account.duplicates += 1;
        }
        json!({"EventId": "00000000-0000-4000-8000-000000000000"})
    }
}

fn refusal(status: u16, code: &str, message: &str) -> Reply {
    Reply::with_status(status, &json!({"__type": code, "message": message}))
}

#[cfg(test)]
#[path = "bus_tests.rs"]
mod tests;
