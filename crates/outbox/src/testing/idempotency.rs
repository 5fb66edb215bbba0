use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};

use jiff::Timestamp;

use crate::consume::{Claim, Claimed, IdempotencyStore, Known, State};
use crate::publish::CallError;
use crate::relay::lock;

/// An [`IdempotencyStore`] in memory, which a test can make fail. Clones share their records.
///
/// ```
/// use outbox::consume::{Once, Received};
/// use outbox::testing::IdempotencyRecords;
/// # use contract::Event;
/// # async fn check<ParcelStored: Event>(event: Received<ParcelStored>) {
///
/// let once = Once::new(IdempotencyRecords::new(), "welcome");
/// let mut runs = 0;
/// for _ in 0..2 {
///     once.run(&event, async || {
///         runs += 1;
///         Ok::<(), std::io::Error>(())
///     })
///     .await
///     .unwrap();
/// }
/// assert_eq!(runs, 1);
/// # }
/// ```
#[derive(Debug, Clone, Default)]
pub struct IdempotencyRecords(Arc<Mutex<Inside>>);

#[derive(Debug, Default)]
struct Inside {
    /// By consumer and event id.
    records: HashMap<(String, String), Record>,
    faults: VecDeque<Fault>,
    calls: usize,
}

#[derive(Debug)]
struct Record {
    owner: String,
    known: Known,
    expires_at: Timestamp,
}

#[derive(Debug, Clone, Copy)]
enum Fault {
    /// Nothing happens.
    Throttled,
    /// Nobody hears what happened.
    AnswerLost,
}

impl IdempotencyRecords {
    /// No records yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The next calls are throttled: they do nothing.
    #[must_use]
    pub fn throttle_next(self, calls: usize) -> Self {
        lock(&self.0)
            .faults
            .extend(std::iter::repeat_n(Fault::Throttled, calls));
        self
    }

    /// The next calls do their work and give no answer.
    #[must_use]
    pub fn lose_next_answers(self, calls: usize) -> Self {
        lock(&self.0)
            .faults
            .extend(std::iter::repeat_n(Fault::AnswerLost, calls));
        self
    }

    /// How many calls were made.
    #[must_use]
    pub fn calls(&self) -> usize {
        lock(&self.0).calls
    }

    /// Does a call's work as its fault, if there is one, lets it.
    fn call<A>(&self, work: impl FnOnce(&mut Inside) -> A) -> Result<A, CallError> {
        let mut inside = lock(&self.0);
        inside.calls += 1;
        match inside.faults.pop_front() {
            None => Ok(work(&mut inside)),
            Some(Fault::Throttled) => Err(CallError::Refused {
                status: 400,
                code: "ThrottlingException".to_owned(),
                message: "Rate exceeded".to_owned(),
            }),
            Some(Fault::AnswerLost) => {
                work(&mut inside);
                Err(CallError::NoAnswer("the connection broke".to_owned()))
            }
        }
    }
}

impl Inside {
    /// The record of a claim, if the claim's owner still has it.
    fn owned(&mut self, claim: &Claim<'_>) -> Option<&mut Record> {
        let record = self.records.get_mut(&key(claim));
        record.filter(|record| record.owner == claim.owner)
    }
}

impl Record {
    fn yields_to(&self, claim: &Claim<'_>) -> bool {
        let over = match self.known.state {
            State::InProgress { lease_until } => {
                lease_until <= claim.now || self.owner == claim.owner
            }
            State::Completed { .. } => false,
        };
        self.expires_at <= claim.now || (over && self.known.payload == claim.payload)
    }
}

impl IdempotencyStore for IdempotencyRecords {
    async fn claim(&self, claim: &Claim<'_>) -> Result<Claimed, CallError> {
        self.call(|inside| {
            let there = inside.records.get(&key(claim));
            if let Some(record) = there.filter(|record| !record.yields_to(claim)) {
                return Claimed::Refused(record.known.clone());
            }
            let state = State::InProgress {
                lease_until: claim.lease_until,
            };
            let record = Record {
                owner: claim.owner.to_owned(),
                known: Known {
                    payload: claim.payload.to_owned(),
                    state,
                },
                expires_at: claim.expires_at,
            };
            inside.records.insert(key(claim), record);
            Claimed::Granted
        })
    }

    async fn complete(
        &self,
        claim: &Claim<'_>,
        result: &str,
        expires_at: Timestamp,
    ) -> Result<bool, CallError> {
        self.call(|inside| {
            let record = inside.owned(claim);
            let is_owner = record.is_some();
            if let Some(record) = record {
                record.known.state = State::Completed {
                    result: result.to_owned(),
                };
                record.expires_at = expires_at;
            }
            is_owner
        })
    }

    async fn release(&self, claim: &Claim<'_>) -> Result<(), CallError> {
        self.call(|inside| {
            if let Some(record) = inside.owned(claim)
                && let State::InProgress { lease_until } = &mut record.known.state
            {
                *lease_until = Timestamp::UNIX_EPOCH;
            }
        })
    }
}

fn key(claim: &Claim<'_>) -> (String, String) {
    (claim.consumer.to_owned(), claim.event_id.to_owned())
}
