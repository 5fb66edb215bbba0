//! Carries a transaction out.

use std::time::Duration;

use aws_sdk_dynamodb::types::TransactWriteItem;
use futures::future::try_join_all;
use tokio::time::{Instant, sleep_until, timeout};

use super::action::Action;
use super::course::{Course, Step};
use super::error::{Error, Invalid};
use super::plan::{Plan, key};
use super::store::{ReadError, Store, WriteError};
use super::token::Token;
use super::transaction::Transaction;
use crate::row::counter_id;

/// A transaction that is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The ids of the events, in the order in which they were added: the keys of their rows.
    pub event_ids: Vec<String>,
    /// An attempt that gave no answer had written it: a later one, or a look at the table, told so.
    pub earlier_attempt: bool,
}

impl<S: Store + Sync> Transaction<'_, S> {
    /// Writes the actions and the events, or nothing.
    ///
    /// A caller that gives up waiting (drops the future) doesn't know whether it is written.
    ///
    /// # Errors
    /// Only [`Error::Unknown`] leaves open whether it is written; all others mean that it is not. After an
    /// attempt that was lost it is the only one, for such an attempt may still arrive.
    pub async fn commit(mut self, token: Token) -> Result<Receipt, Error> {
        if token.as_str().is_empty() {
            return Err(Invalid::EmptyToken.into());
        }
        let plan = self.plan();
        let names = plan.names()?;
        // What is wrong whatever the numbers will be is told before anything is read.
        plan.request(&vec![0; plan.aggregates.len()], &names)?;
        let event_ids: Vec<_> = plan
            .events
            .iter()
            .map(|event| event.event_id.clone())
            .collect();
        let receipt = |earlier_attempt| Receipt {
            event_ids: event_ids.clone(),
            earlier_attempt,
        };
        let mut course = Course::new(self.limits, token, Instant::now());
        let mut actions = self
            .numbered(&plan, &names, &mut course, &event_ids)
            .await?;
        loop {
            let answer = self
                .within(self.store.write(&actions, course.token.as_str()))
                .await;
            let answer = answer.unwrap_or_else(|reason| Err(WriteError::Unknown(reason)));
            let jitter = self.random.f64();
            match course.answered(answer, &names, &event_ids, Instant::now(), jitter) {
                Step::Written { earlier } => return Ok(receipt(earlier)),
                Step::Repeat(at) => sleep_until(at).await,
                Step::Anew(at) => {
                    sleep_until(at).await;
                    course.renew(Token::drawn(&mut self.random), Instant::now());
                    actions = self
                        .numbered(&plan, &names, &mut course, &event_ids)
                        .await?;
                }
                Step::LookFor(error) => {
                    return match self.is_there(&plan.table, &event_ids[0]).await {
                        Ok(true) => Ok(receipt(true)),
                        Ok(false) => Err(error),
                        Err(reason) => Err(Error::Unknown {
                            token: course.token,
                            event_ids,
                            reason,
                        }),
                    };
                }
                Step::End(error) => return Err(error),
            }
        }
    }

    /// The request with the numbers that are next now.
    async fn numbered(
        &mut self,
        plan: &Plan,
        names: &[Action],
        course: &mut Course,
        event_ids: &[String],
    ) -> Result<Vec<TransactWriteItem>, Error> {
        let last = self.last_sequences(plan, course, event_ids).await?;
        plan.request(&last, names)
            .map_err(|invalid| unsettled(invalid.into(), course, event_ids))
    }

    /// The last sequence number of each aggregate.
    async fn last_sequences(
        &mut self,
        plan: &Plan,
        course: &mut Course,
        event_ids: &[String],
    ) -> Result<Vec<u64>, Error> {
        loop {
            let counters = plan.aggregates.iter().map(|aggregate| {
                let key = key(counter_id(aggregate));
                let read = self.within(self.store.read(&plan.table, key));
                async {
                    read.await
                        .unwrap_or_else(|reason| Err(ReadError::Transient(reason)))
                }
            });
            let counters = try_join_all(counters).await;
            let failed = match counters {
                Ok(counters) => {
                    let counters = counters.iter().enumerate();
                    let last: Result<_, Invalid> = counters
                        .map(|(nth, counter)| plan.last_sequence(nth, counter.as_ref()))
                        .collect();
                    return last.map_err(|invalid| unsettled(invalid.into(), course, event_ids));
                }
                Err(ReadError::Transient(reason)) => {
                    let jitter = self.random.f64();
                    let at = course.next_attempt(Instant::now(), jitter);
                    if course.may_try(at) {
                        sleep_until(at).await;
                        continue;
                    }
                    Error::Busy { reason }
                }
                Err(ReadError::Refused { code, message }) => Error::Refused { code, message },
            };
            return Err(unsettled(failed, course, event_ids));
        }
    }

    async fn is_there(&self, table: &str, event_id: &str) -> Result<bool, String> {
        match self.within(is_written(self.store, table, event_id)).await? {
            Ok(there) => Ok(there),
            Err(ReadError::Transient(reason)) => Err(reason),
            Err(ReadError::Refused { code, message }) => Err(format!("{code}: {message}")),
        }
    }

    async fn within<T>(&self, call: impl Future<Output = T>) -> Result<T, String> {
        let patience: Duration = self.limits.attempt;
        let answer = timeout(patience, call).await;
        answer.map_err(|_| format!("no answer within {} ms", patience.as_millis()))
    }
}

/// What ends a commit before its next attempt; an earlier one whose answer was lost may still turn out to be written.
fn unsettled(failed: Error, course: &Course, event_ids: &[String]) -> Error {
    let reason = match &failed {
        Error::Busy { reason } => reason.clone(),
        Error::Refused { code, message } => format!("{code}: {message}"),
        Error::Invalid(invalid) => invalid.to_string(),
        _ => return failed,
    };
    if !course.unknown {
        return failed;
    }
    Error::Unknown {
        token: course.token.clone(),
        event_ids: event_ids.to_vec(),
        reason,
    }
}

/// Whether a transaction was written: whether the row of one of its events is in the outbox table, by a strongly
/// consistent read. What is not there ten minutes after the last attempt will not come.
///
/// # Errors
/// The table could not be read.
pub async fn is_written(
    store: &(impl Store + Sync),
    outbox_table: &str,
    event_id: &str,
) -> Result<bool, ReadError> {
    let row = store.read(outbox_table, key(event_id.to_owned())).await?;
    Ok(row.is_some())
}
