//! Carries a plan out: calls side by side, each with its time-out.

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use tokio::time::{Instant, sleep_until, timeout};

use super::Relay;
use super::observe::Observe;
use super::pace::Pace;
use super::plan::{Job, Plan};
use super::prepare::Prepared;
use super::report;
use crate::batch::AsTheyCame;
use crate::entry::Entry;
use crate::publish::{Answer, CallError};
use crate::quarantine::{Poison, QuarantineError};
use crate::{Publish, Quarantine};

/// What a plan is about.
pub(super) struct Given<'a> {
    pub(super) prepared: &'a [Prepared<'a>],
    pub(super) entries: &'a [Entry],
    pub(super) as_they_came: AsTheyCame<'a>,
}

/// A job with all it needs, so that the plan may change while it is carried out.
enum Order<'a> {
    Call(Vec<usize>),
    Quarantine(usize, Poison<'a>),
}

/// What an order came to.
enum Done {
    Call(Vec<usize>, Result<Vec<Answer>, CallError>),
    Quarantine(usize, Result<(), QuarantineError>),
}

impl<P: Publish, Q: Quarantine, O: Observe> Relay<P, Q, O> {
    /// Answers with the entries that the bus accepted, in the order in which it did.
    pub(super) async fn send<'a>(
        &'a self,
        plan: &mut Plan,
        given: &Given<'a>,
        pace: Pace,
    ) -> Vec<usize> {
        let Given {
            prepared, entries, ..
        } = *given;
        let mut in_flight = FuturesUnordered::new();
        let mut accepted = Vec::with_capacity(entries.len());
        loop {
            while in_flight.len() < pace.calls_in_flight()
                && let Some(job) = plan.next(Instant::now())
            {
                let order = match job {
                    Job::Call(call) => Order::Call(call),
                    Job::Quarantine(record) => {
                        let Some(poison) = self.poison(plan, given, record) else {
                            continue;
                        };
                        Order::Quarantine(record, poison)
                    }
                };
                in_flight.push(self.carry_out(order, entries, pace));
            }
            let wake_at = plan
                .wake_at()
                .filter(|_| in_flight.len() < pace.calls_in_flight());
            tokio::select! {
                // No choice by chance: the same answers in the same order give the same run.
                biased;
                Some(done) = in_flight.next() => match done {
                    Done::Call(call, answer) => {
                        report::call(&call, &answer, entries);
                        accepted.extend(accepted_by(&call, &answer));
                        plan.answered(&call, answer, Instant::now());
                    }
                    Done::Quarantine(record, answer) => {
                        report::quarantine(plan.reason(record), &prepared[record], &answer);
                        plan.quarantined(record, answer, Instant::now());
                    }
                },
                () = sleep_until(wake_at.unwrap_or_else(Instant::now)), if wake_at.is_some() => {}
                else => break,
            }
        }
        report::published(&accepted, entries);
        accepted
    }

    async fn carry_out(&self, order: Order<'_>, entries: &[Entry], pace: Pace) -> Done {
        match order {
            Order::Call(call) => {
                let chosen: Vec<&Entry> = call.iter().map(|entry| &entries[*entry]).collect();
                let answer = timeout(pace.attempt(), self.publish.publish(&chosen)).await;
                Done::Call(
                    call,
                    answer.unwrap_or_else(|_| Err(CallError::no_answer_within(pace.attempt()))),
                )
            }
            Order::Quarantine(record, poison) => {
                let answer = timeout(pace.quarantine(), self.quarantine.store(&poison)).await;
                let answer = answer
                    .unwrap_or_else(|_| Err(CallError::no_answer_within(pace.quarantine()).into()));
                Done::Quarantine(record, answer)
            }
        }
    }

    /// The record as the quarantine keeps it, or nothing if it isn't poison.
    fn poison<'a>(&'a self, plan: &Plan, given: &Given<'a>, record: usize) -> Option<Poison<'a>> {
        let of_record = plan.entries_of(record);
        let entries = given.entries;
        let id = |entry: usize| entries[entry].event_id.as_str();
        Some(Poison {
            reason: plan.reason(record)?.clone(),
            event_ids: of_record.clone().map(id).collect(),
            accepted_event_ids: of_record
                .filter(|entry| plan.is_accepted(*entry))
                .map(id)
                .collect(),
            function: &self.function,
            record: given.as_they_came.record(record)?,
        })
    }
}

/// The entries of a call that the bus accepted; none if it did not answer each.
fn accepted_by(
    call: &[usize],
    answer: &Result<Vec<Answer>, CallError>,
) -> impl Iterator<Item = usize> {
    let answers = answer.as_deref().unwrap_or_default();
    let answers = if answers.len() == call.len() {
        answers
    } else {
        &[]
    };
    call.iter()
        .zip(answers)
        .filter(|(_, answer)| answer.is_ok())
        .map(|(entry, _)| *entry)
}
