//! The idempotency records of consumers.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::UNIX_EPOCH;

use delivery::Time;
use jiff::Timestamp;
use outbox::consume::{Claim, Claimed, IdempotencyStore, Known, State};
use outbox::publish::CallError;

use crate::observation::{Observation, Once, Step, Target};
use crate::scenario::FaultKind;
use crate::world::Ground;

/// The table of all consumers. A kill does not touch it.
#[derive(Debug, Default)]
pub(crate) struct Records(Mutex<BTreeMap<(String, String), Record>>);

#[derive(Debug)]
struct Record {
    owner: String,
    known: Known,
    expires_at: Timestamp,
}

/// The table, as the consumer of a target's queue reaches it.
pub(super) struct RecordsOf {
    pub(super) ground: Arc<Ground>,
    pub(super) target: Target,
}

/// What lets the consumer of a target work on each event once. `seed` is another one in each life of the emulator.
pub(super) fn once(
    ground: &Arc<Ground>,
    target: Target,
    consumer: &str,
    seed: u32,
) -> outbox::consume::Once<RecordsOf> {
    let records = RecordsOf {
        ground: Arc::clone(ground),
        target,
    };
    let clock = ground.clock;
    outbox::consume::Once::new(records, consumer)
        .with_seed(u64::from(seed))
        .with_clock(move || UNIX_EPOCH + clock.now().since(Time(0)))
}

impl RecordsOf {
    /// Does a change, unless a fault keeps it away; its answer may be lost.
    async fn call<A>(&self, change: impl FnOnce(&Self) -> A + Send) -> Result<A, CallError> {
        let ground = &self.ground;
        ground.takes(1, 10).await;
        let failed = |reason: &str| Err(CallError::NoAnswer(reason.to_owned()));
        if ground.strikes(&FaultKind::RecordsUnreachable) {
            return failed("connection refused");
        }
        let answer = change(self);
        if ground.strikes(&FaultKind::RecordsAnswerLost) {
            return failed("connection reset");
        }
        ground.takes(1, 10).await;
        Ok(answer)
    }

    fn tell(&self, claim: &Claim<'_>, step: Step) {
        self.ground.observe(Observation::Once(Once {
            target: self.target,
            event_id: claim.event_id.into(),
            step,
        }));
    }

    fn records(&self) -> MutexGuard<'_, BTreeMap<(String, String), Record>> {
        let Records(records) = &self.ground.records;
        records.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Record {
    /// As the condition of the real table says it.
    fn yields_to(&self, claim: &Claim<'_>) -> bool {
        let over = match &self.known.state {
            State::InProgress { lease_until } => {
                *lease_until <= claim.now || self.owner == claim.owner
            }
            State::Completed { .. } => false,
        };
        self.expires_at <= claim.now || (over && self.known.payload == claim.payload)
    }
}

fn key(claim: &Claim<'_>) -> (String, String) {
    (claim.event_id.to_owned(), claim.consumer.to_owned())
}

impl IdempotencyStore for RecordsOf {
    async fn claim(&self, claim: &Claim<'_>) -> Result<Claimed, CallError> {
        self.call(|this| {
            let mut records = this.records();
            let variant = this.ground.variant;
            let there = records.get(&key(claim));
            let refuses = |record: &&Record| {
                let is_done = matches!(record.known.state, State::Completed { .. });
                !record.yields_to(claim) && (is_done || variant.minds_leases())
            };
            if let Some(record) = there.filter(refuses) {
                return Claimed::Refused(record.known.clone());
            }
            let state = if variant.begins_in_progress() {
                State::InProgress {
                    lease_until: claim.lease_until,
                }
            } else {
                State::Completed {
                    result: "null".to_owned(),
                }
            };
            let record = Record {
                owner: claim.owner.to_owned(),
                known: Known {
                    payload: claim.payload.to_owned(),
                    state,
                },
                expires_at: claim.expires_at,
            };
            records.insert(key(claim), record);
            let owner = claim.owner.to_owned();
            this.tell(claim, Step::Claimed { owner });
            Claimed::Granted
        })
        .await
    }

    async fn complete(
        &self,
        claim: &Claim<'_>,
        result: &str,
        expires_at: Timestamp,
    ) -> Result<bool, CallError> {
        self.call(|this| {
            let mut records = this.records();
            let record = records.get_mut(&key(claim));
            let Some(record) = record.filter(|record| record.owner == claim.owner) else {
                return false;
            };
            record.known.state = State::Completed {
                result: result.to_owned(),
            };
            record.expires_at = expires_at;
            let owner = claim.owner.to_owned();
            this.tell(claim, Step::Completed { owner });
            true
        })
        .await
    }

    async fn release(&self, claim: &Claim<'_>) -> Result<(), CallError> {
        self.call(|this| {
            let mut records = this.records();
            let record = records.get_mut(&key(claim));
            if let Some(record) = record.filter(|record| record.owner == claim.owner)
                && let State::InProgress { lease_until } = &mut record.known.state
            {
                *lease_until = Timestamp::UNIX_EPOCH;
            }
        })
        .await
    }
}
