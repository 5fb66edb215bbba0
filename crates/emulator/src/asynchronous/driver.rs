//! Gives waiting events to their functions and keeps what comes of it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use delivery::Time;
use delivery::asynchronous::{GivenUp, Next, Queued, after, failure_key, failure_record};
use serde_json::Value;
use tokio::task::JoinSet;

use super::events::{self, Waiting};
use super::{Asynchronous, AsynchronousFunction};
use crate::{FailureDestination, Invocation, Invoke, Occurrence, StoreError};

/// How long the driver rests when the state can't be read or written.
const AFTER_STORE_ERROR: Duration = Duration::from_secs(1);

/// Runs for ever; dropped, it also ends the attempts under way, whose events stay in the store.
pub(super) async fn drive(
    queue: Asynchronous,
    invoke: Arc<dyn Invoke>,
    destination: Arc<dyn FailureDestination>,
) {
    queue.warn_of_abandoned();
    let worker = Worker {
        queue,
        invoke,
        destination,
    };
    let mut running = JoinSet::new();
    let mut busy = BTreeMap::new();
    loop {
        let next = worker.start_due(&mut running, &mut busy);
        let wait = async {
            match next {
                Ok(Some(at)) => worker.queue.0.clock.sleep_until(at).await,
                Ok(None) => std::future::pending().await,
                Err(error) => {
                    worker.warn(format!("asynchronous events can't be read: {error}"));
                    tokio::time::sleep(AFTER_STORE_ERROR).await;
                }
            }
        };
        tokio::select! {
            // One order each time, so that a simulation repeats itself. What ended makes room first.
            biased;
            Some(ended) = running.join_next_with_id() => {
                let task = match ended {
                    Ok((task, ())) => task,
                    Err(error) => error.id(),
                };
                busy.remove(&task);
            }
            () = worker.queue.0.arrived.notified() => {}
            () = wait => {}
        }
    }
}

#[derive(Clone)]
struct Worker {
    queue: Asynchronous,
    invoke: Arc<dyn Invoke>,
    destination: Arc<dyn FailureDestination>,
}

/// What each task under way works on: the function's ARN and the event's id.
type Busy = BTreeMap<tokio::task::Id, (String, i64)>;

impl Worker {
    /// Starts what is due as far as each function's concurrency allows; answers when the next
    /// event is due.
    fn start_due(
        &self,
        running: &mut JoinSet<()>,
        busy: &mut Busy,
    ) -> Result<Option<Time>, StoreError> {
        let queue = &self.queue.0;
        let now = queue.clock.now();
        let mut earliest: Option<Time> = None;
        for function in queue.functions.values() {
            let at_work: BTreeSet<i64> = busy
                .values()
                .filter(|(arn, _)| *arn == function.arn)
                .map(|(_, id)| *id)
                .collect();
            let limit = queue.settings.concurrency;
            let (due, next) = queue.store.commit(|transaction| {
                let mut due = Vec::new();
                for id in events::due(transaction, &function.arn, now, limit)? {
                    if due.len() + at_work.len() < limit && !at_work.contains(&id) {
                        due.push(events::read(transaction, id)?);
                    }
                }
                Ok((due, events::next_due(transaction, &function.arn, now)?))
            })?;
            for waiting in due {
                let id = waiting.id;
                let worker = self.clone();
                let function = function.clone();
                let arn = function.arn.clone();
                let task = running.spawn(async move { worker.attempt(&function, waiting).await });
                busy.insert(task.id(), (arn, id));
            }
            earliest = [earliest, next].into_iter().flatten().min();
        }
        Ok(earliest)
    }

    /// One attempt to be rid of an event: a run of the function, or its record for the destination.
    async fn attempt(&self, function: &AsynchronousFunction, waiting: Waiting) {
        let result = match &waiting.record {
            Some(record) => self.send_record(function, &waiting, record).await,
            None => self.run(function, &waiting).await,
        };
        if let Err(error) = result {
            self.warn(format!(
                "the outcome of request {} of {} was not kept, so it is tried again: {error}",
                waiting.request_id, function.name
            ));
            tokio::time::sleep(AFTER_STORE_ERROR).await;
        }
    }

    async fn run(
        &self,
        function: &AsynchronousFunction,
        waiting: &Waiting,
    ) -> Result<(), StoreError> {
        let invocation = Invocation {
            function_arn: function.arn.clone(),
            request_id: waiting.request_id.clone(),
            payload: waiting.payload.clone(),
        };
        let outcome = self.invoke.invoke(invocation).await;
        let queue = &self.queue.0;
        let now = queue.clock.now();
        let delays = &queue.settings.delays;
        match after(&function.policy, delays, waiting.queued, &outcome, now) {
            Next::Done => queue.store.commit(|t| events::delete(t, waiting.id)),
            Next::Retry { at, queued } => queue
                .store
                .commit(|t| events::postpone(t, waiting.id, queued, at, None)),
            Next::GiveUp { condition, runs } => {
                let record = failure_record(
                    &GivenUp {
                        function_arn: &function.arn,
                        request_id: &waiting.request_id,
                        condition,
                        runs,
                        payload: &waiting.payload,
                        outcome: &outcome,
                    },
                    now,
                );
                // The record is kept before it is sent, so the function does not run again for
                // an event that was given up.
                let queued = Queued {
                    runs,
                    not_runs: 0,
                    ..waiting.queued
                };
                let record = record.to_string();
                queue
                    .store
                    .commit(|t| events::postpone(t, waiting.id, queued, now, Some(&record)))?;
                let given_up = Waiting {
                    queued,
                    ..waiting.clone()
                };
                self.send_record(function, &given_up, &record).await
            }
        }
    }

    async fn send_record(
        &self,
        function: &AsynchronousFunction,
        waiting: &Waiting,
        record_text: &str,
    ) -> Result<(), StoreError> {
        let queue = &self.queue.0;
        let record: Value = serde_json::from_str(record_text)?;
        let condition = record["requestContext"]["condition"]
            .as_str()
            .unwrap_or_default();
        if let Some(arn) = &function.on_failure {
            let unique = queue.chance.uuid().to_string();
            let key = failure_key(&function.name, queue.clock.now(), &unique);
            if let Err(error) = self.destination.put(arn, &key, &record).await {
                self.warn(format!("{error}; it is tried again"));
                return self.send_later(waiting, record_text);
            }
        }
        queue.store.commit(|t| events::delete(t, waiting.id))?;
        queue.journal.tell(Occurrence::Discarded {
            source: function.name.clone(),
            destination: function.on_failure.clone(),
            condition: condition.to_owned(),
            count: 1,
        });
        Ok(())
    }

    /// A destination that can't be reached is tried again with the pauses of a function that
    /// can't be run.
    fn send_later(&self, waiting: &Waiting, record: &str) -> Result<(), StoreError> {
        let queue = &self.queue.0;
        let not_runs = waiting.queued.not_runs.saturating_add(1);
        let pause = queue.settings.delays.pause_not_run(not_runs);
        let at = queue.clock.now().plus(pause);
        let queued = Queued {
            not_runs,
            ..waiting.queued
        };
        queue
            .store
            .commit(|t| events::postpone(t, waiting.id, queued, at, Some(record)))
    }

    fn warn(&self, text: String) {
        self.queue.0.journal.tell(Occurrence::Warning(text));
    }
}

impl Asynchronous {
    /// Events of a function that is not declared any more stay where they are.
    fn warn_of_abandoned(&self) {
        let known = |arn: &str| self.0.functions.contains_key(arn);
        let abandoned = self.0.store.commit(|t| events::abandoned(t, known));
        for (arn, count) in abandoned.unwrap_or_default() {
            self.0.journal.tell(Occurrence::Warning(format!(
                "{count} asynchronous events wait for {arn}, which is not declared any more"
            )));
        }
    }
}
