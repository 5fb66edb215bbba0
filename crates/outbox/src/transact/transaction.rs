use std::hash::{BuildHasher as _, RandomState};
use std::time::{Duration, SystemTime};

use aws_sdk_dynamodb::types::{ConditionCheck, Delete, Put, TransactWriteItem, Update};
use contract::Event;
use jiff::Timestamp;

use super::course::Limits;
use super::plan::{Keys, Plan, Planned};
use crate::events::{Draft, draft};
use crate::row::KEY;

/// Several actions and the events that tell of them, written all or none.
#[must_use = "nothing is written before `commit`"]
pub struct Transaction<'a, S> {
    pub(super) store: &'a S,
    pub(super) limits: Limits,
    pub(super) random: fastrand::Rng,
    table: String,
    given: Vec<TransactWriteItem>,
    events: Vec<(String, Draft)>,
    keys: Keys,
    now: Option<Timestamp>,
    traceparent: Option<String>,
}

impl<'a, S> Transaction<'a, S> {
    /// An empty transaction whose events go to the outbox table of this name or ARN.
    pub fn new(store: &'a S, outbox_table: impl Into<String>) -> Self {
        let table = outbox_table.into();
        Self {
            store,
            limits: Limits {
                attempt: Duration::from_secs(2),
                conflicts: Duration::from_secs(2),
                settle: Duration::from_secs(10),
            },
            // The standard library's hasher is seeded by the operating system, differently in each process.
            random: fastrand::Rng::with_seed(RandomState::new().hash_one(&table)),
            keys: Keys::from([(table.clone(), vec![KEY.to_owned()])]),
            table,
            given: Vec::new(),
            events: Vec::new(),
            now: None,
            traceparent: None,
        }
    }

    /// Puts an item.
    pub fn put(self, put: Put) -> Self {
        self.action(TransactWriteItem::builder().put(put).build())
    }

    /// Updates an item.
    pub fn update(self, update: Update) -> Self {
        self.action(TransactWriteItem::builder().update(update).build())
    }

    /// Deletes an item.
    pub fn delete(self, delete: Delete) -> Self {
        self.action(TransactWriteItem::builder().delete(delete).build())
    }

    /// Writes all of it only if an item that stays as it is fulfils a condition.
    pub fn check(self, check: ConditionCheck) -> Self {
        self.action(TransactWriteItem::builder().condition_check(check).build())
    }

    /// Any action.
    pub fn action(mut self, action: TransactWriteItem) -> Self {
        self.given.push(action);
        self
    }

    /// Adds an event. `aggregate` is what it belongs to, for example `order#42`: the events of one aggregate are
    /// numbered without gaps, in the order in which they are added.
    #[allow(
        clippy::needless_pass_by_value,
        reason = "an event that was handed over is not used again"
    )]
    pub fn event<E: Event>(mut self, aggregate: impl Into<String>, event: E) -> Self {
        self.events.push((aggregate.into(), draft(&event)));
        self
    }

    /// The names of a table's key attributes. Only with them, or with an action on the table that has a key, can two
    /// puts of one item be told before they are sent.
    pub fn key_of<N: Into<String>>(
        mut self,
        table: impl Into<String>,
        names: impl IntoIterator<Item = N>,
    ) -> Self {
        let names = names.into_iter().map(Into::into).collect();
        self.keys.insert(table.into(), names);
        self
    }

    /// For how long, from the first one, conflicts with others are tried again; 2 seconds unless told.
    pub fn retry_conflicts_for(mut self, budget: Duration) -> Self {
        self.limits.conflicts = budget;
        self
    }

    /// For how long, from the start, unknown results are settled and a busy DynamoDB is asked again; 10 seconds
    /// unless told, and never past the ten minutes that a token lives.
    pub fn settle_for(mut self, budget: Duration) -> Self {
        self.limits.settle = budget;
        self
    }

    /// How long one call may take; 2 seconds unless told. One without an answer in this time is unknown.
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.limits.attempt = timeout;
        self
    }

    /// The W3C trace context that the events carry on.
    pub fn traceparent(mut self, traceparent: impl Into<String>) -> Self {
        self.traceparent = Some(traceparent.into());
        self
    }

    /// The moment that the events tell of; the time of [`commit`](Self::commit) unless told.
    pub fn at(mut self, now: Timestamp) -> Self {
        self.now = Some(now);
        self
    }

    /// Where event ids, tokens and jitter come from; seeded by the operating system unless told.
    pub fn with_random(mut self, random: fastrand::Rng) -> Self {
        self.random = random;
        self
    }

    /// Draws the event ids, once for the whole operation.
    pub(super) fn plan(&mut self) -> Plan {
        let created = self.now.unwrap_or_else(|| {
            Timestamp::try_from(SystemTime::now()).unwrap_or(Timestamp::UNIX_EPOCH)
        });
        let mut aggregates = Vec::new();
        let mut events = Vec::new();
        for (aggregate, draft) in std::mem::take(&mut self.events) {
            let known = aggregates.iter().position(|known| *known == aggregate);
            events.push(Planned {
                event_id: event_id(created, &mut self.random),
                aggregate: known.unwrap_or(aggregates.len()),
                draft,
            });
            if known.is_none() {
                aggregates.push(aggregate);
            }
        }
        Plan {
            table: std::mem::take(&mut self.table),
            given: std::mem::take(&mut self.given),
            events,
            aggregates,
            keys: std::mem::take(&mut self.keys),
            created,
            traceparent: self.traceparent.take(),
        }
    }
}

/// A `UUIDv7`: ids sort by the time they were drawn at.
fn event_id(now: Timestamp, random: &mut fastrand::Rng) -> String {
    let mut bytes = [0; 10];
    random.fill(&mut bytes);
    let milliseconds = u64::try_from(now.as_millisecond()).unwrap_or_default();
    uuid::Builder::from_unix_timestamp_millis(milliseconds, &bytes)
        .into_uuid()
        .to_string()
}
