//! Delivers pending events to their targets.

use std::borrow::Cow;
use std::time::Duration;

use delivery::Time;
use delivery::queue::Attribute;
use delivery::target::input::{Context, Input};
use delivery::target::{Delivery, Exhausted, Next, Refusal, after_refusal, dead_letter_attributes};
use rusqlite::Transaction;

use super::Buses;
use super::deliveries::{self, Pending};
use crate::sqs::Outgoing;
use crate::{Occurrence, StoreError};

/// How many deliveries share one commit.
const BATCH: u64 = 20;

/// How long the driver rests when the state can't be read or written.
const AFTER_STORE_ERROR: Duration = Duration::from_secs(1);

/// How often archives forget what is past its retention.
const BETWEEN_SWEEPS: Duration = Duration::from_hours(1);

/// Runs for ever; what it has not committed when it is dropped is still pending.
pub(super) async fn drive(buses: Buses) {
    let now = buses.0.clock.now();
    let mut chores = Chores {
        sweep_at: now,
        schedules_at: Some(now),
    };
    loop {
        let wait = async {
            match buses.work(&mut chores) {
                Ok(delivery_at) => {
                    let at = [delivery_at, chores.schedules_at].into_iter().flatten();
                    let at = at.fold(chores.sweep_at, Time::min);
                    buses.0.clock.sleep_until(at).await;
                }
                Err(error) => {
                    buses.warn(format!("pending events can't be delivered: {error}"));
                    tokio::time::sleep(AFTER_STORE_ERROR).await;
                }
            }
        };
        tokio::select! {
            // What is due goes before what is new: the same order in every run.
            biased;
            () = wait => {}
            () = buses.0.taken.notified() => {}
        }
    }
}

/// When what is not a delivery is to be done.
struct Chores {
    sweep_at: Time,
    /// None without a scheduled rule.
    schedules_at: Option<Time>,
}

impl Buses {
    /// Delivers all that is due; answers when the next delivery is.
    fn work(&self, chores: &mut Chores) -> Result<Option<Time>, StoreError> {
        let now = self.0.clock.now();
        if chores.sweep_at <= now {
            self.sweep_archives(now)?;
            chores.sweep_at = now.plus(BETWEEN_SWEEPS);
        }
        if chores.schedules_at.is_some_and(|at| at <= now) {
            chores.schedules_at = self.run_schedules(now)?;
        }
        loop {
            let left = self.invocations_left();
            if left == 0 {
                // More than the Region's quota: what is due comes later.
                return Ok(Some(self.next_invocation()));
            }
            let limit = BATCH.min(left);
            let mut occurrences = Vec::new();
            let (done, next) = self.0.store.commit(|transaction| {
                let due = deliveries::due(transaction, self.0.clock.now(), limit)?;
                for pending in &due {
                    self.count_invocation();
                    occurrences.extend(self.attempt(transaction, pending)?);
                }
                Ok((due.len() as u64, deliveries::next_due(transaction)?))
            })?;
            for occurrence in occurrences {
                self.0.journal.tell(occurrence);
            }
            if done > 0 {
                self.0.targets.committed();
            }
            // Fewer than wanted: nothing else was due.
            if done < limit {
                return Ok(next);
            }
        }
    }

    /// One attempt to deliver; what there is to tell about it after the commit.
    fn attempt(
        &self,
        transaction: &Transaction<'_>,
        pending: &Pending,
    ) -> Result<Vec<Occurrence>, StoreError> {
        let target = &pending.target;
        let taken = match self.prepare(pending) {
            Ok(input) => self.0.targets.take(transaction, &target.arn, &input)?,
            Err(refusal) => Err(refusal),
        };
        let Err(refusal) = taken else {
            deliveries::finish(transaction, pending)?;
            return Ok(Vec::new());
        };
        let delivery = Delivery {
            attempts: pending.delivery.attempts.saturating_add(1),
            ..pending.delivery
        };
        match after_refusal(
            &target.retry_policy,
            &self.0.settings.backoff,
            delivery,
            &refusal,
            self.0.clock.now(),
            self.0.chance.fraction(),
        ) {
            Next::Retry { at } => {
                deliveries::postpone(transaction, pending.id, delivery.attempts, at)?;
                Ok(Vec::new())
            }
            Next::GiveUp { exhausted } => {
                deliveries::finish(transaction, pending)?;
                self.give_up(transaction, pending, &refusal, exhausted, delivery.attempts)
            }
        }
    }

    /// What the target gets, if it may be given anything.
    fn prepare<'a>(&self, pending: &'a Pending) -> Result<Cow<'a, str>, Refusal> {
        let Pending {
            event,
            rule_arn,
            target,
            delivery,
            ..
        } = pending;
        if self.0.settings.permissions {
            self.0.declared.access.to_target(rule_arn, target)?;
        }
        if target.input == Input::Event {
            return Ok(Cow::Borrowed(event));
        }
        let context = Context {
            rule_arn,
            ingested_at: delivery.accepted_at,
        };
        let shaped = target.input.shape(event, &context);
        shaped
            .map(Cow::Owned)
            .map_err(|error| Refusal::invalid_json(error.to_string()))
    }

    fn give_up(
        &self,
        transaction: &Transaction<'_>,
        pending: &Pending,
        refusal: &Refusal,
        exhausted: Option<Exhausted>,
        attempts: u32,
    ) -> Result<Vec<Occurrence>, StoreError> {
        let target = &pending.target;
        let mut occurrences = Vec::new();
        let mut destination = None;
        if let Some(queue_arn) = &target.dead_letter_arn {
            let attributes = dead_letter_attributes(
                &pending.rule_arn,
                &target.arn,
                refusal,
                exhausted,
                attempts,
            );
            let message = Outgoing {
                body: pending.event.clone(),
                attributes: attributes.into_iter().map(attribute).collect(),
                ..Outgoing::default()
            };
            match self.dead_letter(transaction, &pending.rule_arn, queue_arn, &message)? {
                Ok(()) => destination = Some(queue_arn.clone()),
                Err(error) => occurrences.push(Occurrence::Warning(format!(
                    "an event for {} is lost ({}: {}): its dead-letter queue {queue_arn} did not take it: {}: {} \
                     (InvocationsFailedToBeSentToDlq on AWS)",
                    target.arn, refusal.code, refusal.message, error.code, error.message
                ))),
            }
        } else {
            occurrences.push(Occurrence::Warning(format!(
                "an event for {} is lost ({}: {}): the target has no dead-letter queue",
                target.arn, refusal.code, refusal.message
            )));
        }
        occurrences.push(Occurrence::Discarded {
            source: target.arn.clone(),
            destination,
            condition: exhausted.map_or(refusal.code, Exhausted::name).to_owned(),
            count: 1,
        });
        Ok(occurrences)
    }

    fn dead_letter(
        &self,
        transaction: &Transaction<'_>,
        rule_arn: &str,
        queue_arn: &str,
        message: &Outgoing,
    ) -> Result<Result<(), Refusal>, StoreError> {
        if self.0.settings.permissions
            && let Err(refusal) = self.0.declared.access.to_queue(rule_arn, queue_arn)
        {
            return Ok(Err(refusal));
        }
        self.0.targets.dead_letter(transaction, queue_arn, message)
    }

    pub(super) fn warn(&self, text: String) {
        self.0.journal.tell(Occurrence::Warning(text));
    }
}

fn attribute((name, data_type, value): (&str, &str, String)) -> (String, Attribute) {
    let attribute = Attribute {
        data_type: data_type.to_owned(),
        value: value.into_bytes(),
    };
    (name.to_owned(), attribute)
}
