//! Starts what is due: events for their functions, letters for their destinations.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use delivery::Time;
use tokio::task::JoinSet;

use super::{Asynchronous, events, letters};
use crate::{FailureDestination, Invoke, Occurrence, StoreError};

/// How long the driver rests when the state can't be read or written.
pub(super) const AFTER_STORE_ERROR: Duration = Duration::from_secs(1);

/// So many letters are under way at once.
const LETTERS_AT_ONCE: usize = 10;

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
pub(super) struct Worker {
    pub(super) queue: Asynchronous,
    pub(super) invoke: Arc<dyn Invoke>,
    pub(super) destination: Arc<dyn FailureDestination>,
}

/// What a task under way works on.
enum Work {
    /// An event of the function with this ARN.
    Event(String, i64),
    Letter(i64),
}

type Busy = BTreeMap<tokio::task::Id, Work>;

impl Worker {
    /// Starts what is due as far as there is room; answers when the next one is due.
    fn start_due(
        &self,
        running: &mut JoinSet<()>,
        busy: &mut Busy,
    ) -> Result<Option<Time>, StoreError> {
        let events = self.start_events(running, busy)?;
        let letters = self.start_letters(running, busy)?;
        Ok([events, letters].into_iter().flatten().min())
    }

    /// Each function has its own limit.
    fn start_events(
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
                .filter_map(|work| match work {
                    Work::Event(arn, id) if *arn == function.arn => Some(*id),
                    _ => None,
                })
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
                let work = Work::Event(function.arn.clone(), waiting.id);
                let (worker, function) = (self.clone(), function.clone());
                let task = running.spawn(async move { worker.attempt(&function, waiting).await });
                busy.insert(task.id(), work);
            }
            earliest = [earliest, next].into_iter().flatten().min();
        }
        Ok(earliest)
    }

    fn start_letters(
        &self,
        running: &mut JoinSet<()>,
        busy: &mut Busy,
    ) -> Result<Option<Time>, StoreError> {
        let queue = &self.queue.0;
        let now = queue.clock.now();
        let at_work: BTreeSet<i64> = busy
            .values()
            .filter_map(|work| match work {
                Work::Letter(id) => Some(*id),
                Work::Event(..) => None,
            })
            .collect();
        let (due, next) = queue.store.commit(|transaction| {
            let mut due = Vec::new();
            for id in letters::due(transaction, now, LETTERS_AT_ONCE)? {
                if due.len() + at_work.len() < LETTERS_AT_ONCE && !at_work.contains(&id) {
                    due.push(letters::read(transaction, id)?);
                }
            }
            Ok((due, letters::next_due(transaction, now)?))
        })?;
        for letter in due {
            let work = Work::Letter(letter.id);
            let worker = self.clone();
            let task = running.spawn(async move { worker.send(letter).await });
            busy.insert(task.id(), work);
        }
        Ok(next)
    }

    pub(super) fn warn(&self, text: String) {
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
