//! From the records of a table's stream to events on a bus, losing none.
//!
//! [`Relay::handle`] takes one batch and ends every record in one of three ways: all of its events are accepted by
//! the bus, or the record is quarantined whole, or it is reported as failed, so that Lambda sends it again. The bus
//! accepts an item's events in the item's order.
//!
//! - Every record is mapped and every event checked before the first event of that record is sent. What can't be
//!   mapped is poison and goes to the quarantine at once; the key has a gap until it is published from there. When
//!   more than half of a batch of ten or more can't be mapped, the deployment is more likely to be wrong than the
//!   data: nothing is quarantined and the whole batch is reported as failed.
//! - Transient errors are retried with back-off within [`Settings::retry_budget`]; errors of configuration are
//!   reported as failed, for they heal when somebody repairs them; errors bound to an entry are poison
//!   ([`verdict`](crate::verdict) is the table).
//! - Lambda sends everything behind the first unfinished record again. An environment remembers what it finished
//!   there, which makes duplicates fewer; consumers still have to expect them.

mod memory;
mod observe;
mod pace;
mod plan;
mod prepare;
mod report;
mod send;
mod settings;
#[cfg(test)]
mod tests;

use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::de::DeserializeOwned;
use tokio::time::{Instant, timeout_at};

use self::memory::Memory;
pub use self::observe::Observe;
use self::pace::Pace;
use self::plan::Plan;
use self::prepare::{Prepared, prepare};
use self::send::Given;
pub use self::settings::Settings;
use crate::batch::AsTheyCame;
use crate::events::IntoEvents;
pub use crate::failures::Failures;
use crate::quarantine::Function;
use crate::{Batch, Change, Publish, Quarantine};

/// Publishes what the records of a stream mean.
#[derive(Debug)]
pub struct Relay<P, Q, O = ()> {
    publish: P,
    quarantine: Q,
    observer: O,
    settings: Settings,
    function: Function,
    jitter: Mutex<fastrand::Rng>,
    memory: Mutex<Memory>,
}

impl<P: Publish, Q: Quarantine> Relay<P, Q> {
    /// A relay that publishes to one bus and stores poison in one quarantine. Its jitter is the same on every run
    /// until [`Relay::with_seed`] says otherwise.
    pub fn new(publish: P, quarantine: Q) -> Self {
        Self {
            publish,
            quarantine,
            observer: (),
            settings: Settings::default(),
            function: Function::default(),
            jitter: Mutex::new(fastrand::Rng::with_seed(0)),
            memory: Mutex::default(),
        }
    }
}

impl<P: Publish, Q: Quarantine, O: Observe> Relay<P, Q, O> {
    /// The same relay, with somebody who hears which events the bus accepted.
    #[must_use]
    pub fn with_observer<N: Observe>(self, observer: N) -> Relay<P, Q, N> {
        Relay {
            publish: self.publish,
            quarantine: self.quarantine,
            observer,
            settings: self.settings,
            function: self.function,
            jitter: self.jitter,
            memory: self.memory,
        }
    }

    /// Other limits.
    #[must_use]
    pub fn with_settings(mut self, settings: Settings) -> Self {
        self.settings = settings;
        self
    }

    /// The seed of the jitter. Environments that run at the same time need different ones.
    #[must_use]
    pub fn with_seed(mut self, seed: u64) -> Self {
        self.jitter = Mutex::new(fastrand::Rng::with_seed(seed));
        self
    }

    /// The function that a quarantined record names.
    #[must_use]
    pub fn with_function(mut self, function: Function) -> Self {
        self.function = function;
        self
    }

    /// Publishes one batch, or as much of it as can be done before `deadline`, and tells from which record on it
    /// must be sent again.
    ///
    /// `mapping` says what a change means: it is pure, and the same change gives the same events on every call. It
    /// returns [`Events`](crate::Events) or a `Result` of them.
    pub async fn handle<T, K, R>(
        &self,
        batch: &Batch,
        deadline: Instant,
        mapping: impl Fn(Change<T, K>) -> R,
    ) -> Failures
    where
        T: DeserializeOwned,
        K: DeserializeOwned,
        R: IntoEvents,
    {
        let answer = self.try_handle(batch, deadline, mapping).await;
        // A batch that was read before it came here has its records.
        answer.unwrap_or_else(|_| Failures::from(""))
    }

    /// [`Relay::handle`] for an event of which nobody knows yet whether it is a batch.
    pub(crate) async fn try_handle<T, K, R>(
        &self,
        batch: &Batch,
        deadline: Instant,
        mapping: impl Fn(Change<T, K>) -> R,
    ) -> serde_json::Result<Failures>
    where
        T: DeserializeOwned,
        K: DeserializeOwned,
        R: IntoEvents,
    {
        let now = Instant::now();
        let records = batch.records()?;
        let pace = Pace::new(self.settings, now, deadline);
        let ((mut prepared, not_mapped), jitter) = {
            let mut memory = lock(&self.memory);
            memory.forget_old(now);
            (
                prepare(records, &mapping, |id| memory.knows(id), pace.last_mapping),
                lock(&self.jitter).fork(),
            )
        };
        if let Some(first) = prepared.first()
            && looks_like_a_bad_deployment(&prepared)
        {
            return Ok(Failures::from(&first.sequence_number));
        }
        let (mut plan, entries) = {
            let memory = lock(&self.memory);
            Plan::new(&mut prepared, pace, jitter, |id| memory.knows(id))
        };
        let given = Given {
            prepared: &prepared,
            entries: &entries,
            as_they_came: AsTheyCame::of(batch),
        };
        let accepted = self.send(&mut plan, &given, pace).await;
        self.tell(&accepted, &entries, pace).await;
        self.remember(&plan, &prepared, &entries);
        Ok(match (plan.first_unfinished(), not_mapped) {
            (Some(position), _) => Failures::from(&prepared[position].sequence_number),
            (None, Some(sequence_number)) => Failures::from(&sequence_number),
            (None, None) => Failures::none(),
        })
    }

    /// Lets the observer hear of the accepted events, for as long as the deadline and its patience allow.
    async fn tell(&self, accepted: &[usize], entries: &[crate::Entry], pace: Pace) {
        if accepted.is_empty() {
            return;
        }
        let accepted: Vec<_> = accepted.iter().map(|entry| &entries[*entry]).collect();
        let end = pace.last_answer.min(Instant::now() + pace.observer());
        let heard = timeout_at(end, self.observer.accepted(&accepted)).await;
        if heard.is_err() {
            tracing::warn!(
                count = accepted.len(),
                "the observer of the accepted events did not end in time"
            );
        }
    }

    /// Keeps what was finished behind the reported record, and forgets what the shard has moved past.
    fn remember(&self, plan: &Plan, prepared: &[Prepared<'_>], entries: &[crate::Entry]) {
        let first_unfinished = plan.first_unfinished().unwrap_or(prepared.len());
        let mut memory = lock(&self.memory);
        if first_unfinished == prepared.len() && memory.is_empty() {
            return;
        }
        let now = Instant::now();
        for (position, record) in prepared.iter().enumerate() {
            let of_record = plan.entries_of(position);
            if position < first_unfinished {
                record
                    .stream_event_id
                    .iter()
                    .for_each(|id| memory.forget(id));
                entries[of_record]
                    .iter()
                    .for_each(|entry| memory.forget(&entry.event_id));
            } else if plan.is_finished(position) {
                record
                    .stream_event_id
                    .iter()
                    .for_each(|id| memory.keep(id, now));
            } else {
                for entry in of_record.filter(|entry| plan.is_accepted(*entry)) {
                    memory.keep(&entries[entry].event_id, now);
                }
            }
        }
    }
}

/// A broken release must not drain the stream into the quarantine.
fn looks_like_a_bad_deployment(prepared: &[Prepared<'_>]) -> bool {
    let unmapped: Vec<_> = prepared
        .iter()
        .filter_map(|record| record.outcome.as_ref().err())
        .collect();
    let suspicious = prepared.len() >= 10 && unmapped.len() * 2 > prepared.len();
    if suspicious {
        tracing::error!(
            records = prepared.len(),
            unmapped = unmapped.len(),
            reason = unmapped[0].kind.as_str(),
            "more than half of the batch can't be mapped: bad deployment? Nothing was published or quarantined; the \
             batch is reported as failed"
        );
    }
    suspicious
}

/// A lock whose holder can't leave its data half changed: a panic elsewhere is no reason to stop.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
