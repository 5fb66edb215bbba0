//! Works on message move tasks: each step of a task is one commit, so that a kill at any moment
//! neither loses nor doubles a message.

use std::collections::BTreeMap;
use std::time::Duration;

use delivery::Time;
use delivery::queue::{LONGEST_MOVE, Pace, check};
use rusqlite::Transaction;

use super::messages::{self, Message};
use super::tasks::{self, CANCELLED, CANCELLING, COMPLETED, FAILED, Task};
use super::{Queue, Queues};
use crate::StoreError;

/// How long the work rests when the state can't be read or written.
const AFTER_STORE_ERROR: Duration = Duration::from_secs(1);

/// Why a task failed. The first two are AWS's words, for the others it has none.
///
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/troubleshooting-dlq-redrive.html>
mod reason {
    pub(super) const NO_SOURCE: &str = "CouldNotDetermineMessageSource";
    pub(super) const NO_QUEUE: &str = "AWS.SimpleQueueService.NonExistentQueue";
    pub(super) const REFUSED: &str = "The destination queue does not take a message of this size";
    pub(super) const TOO_LONG: &str = "The task ran for 36 hours, which is the longest";
}

/// Runs for ever.
pub(super) async fn run(queues: Queues) {
    // By the task's id. A new start begins with a new pace.
    let mut paces = BTreeMap::new();
    let mut changes = queues.tasks();
    loop {
        changes.borrow_and_update();
        let next = match queues.move_some(&mut paces) {
            Ok(next) => next,
            Err(error) => {
                tracing::warn!(%error, "message move tasks wait");
                Some(queues.now().plus(AFTER_STORE_ERROR))
            }
        };
        tokio::select! {
            // Between two steps a task that starts or is cancelled comes first.
            biased;
            _ = changes.changed() => {}
            () = queues.clock().sleep_until(next.unwrap_or_default()), if next.is_some() => {}
        }
    }
}

impl Queues {
    /// One step of each task that may make one; when the next one may.
    fn move_some(&self, paces: &mut BTreeMap<i64, Pace>) -> Result<Option<Time>, StoreError> {
        let active = self.store().commit(tasks::active)?;
        paces.retain(|id, _| active.iter().any(|task| task.id == *id));
        let mut next: Option<Time> = None;
        for task in active {
            let now = self.now();
            let pace = paces
                .entry(task.id)
                .or_insert_with(|| Pace::new(task.per_second, now));
            let due = pace.due(now);
            if due == 0 && task.status != CANCELLING {
                next = Some(next.map_or(pace.next(), |next| next.min(pace.next())));
                continue;
            }
            let moved = self
                .store()
                .commit(|transaction| self.step(transaction, &task, due, now))?;
            if moved > 0 {
                self.announce_all();
            }
            // Also a step that moved nothing is followed by a pause.
            pace.moved(moved.max(1), now);
            next = Some(next.map_or(pace.next(), |next| next.min(pace.next())));
        }
        Ok(next)
    }

    /// Moves up to `due` messages, or ends the task; how many it moved.
    fn step(
        &self,
        transaction: &Transaction<'_>,
        task: &Task,
        due: u64,
        now: Time,
    ) -> Result<u64, StoreError> {
        let end = |status, reason| tasks::set_status(transaction, task.id, status, reason);
        if task.status == CANCELLING {
            end(CANCELLED, None)?;
            return Ok(0);
        }
        if now.since(task.started_at) >= LONGEST_MOVE {
            end(FAILED, Some(reason::TOO_LONG))?;
            return Ok(0);
        }
        let Some(source) = self.with_arn(&task.source) else {
            end(FAILED, Some(reason::NO_QUEUE))?;
            return Ok(0);
        };
        source.expire(transaction, now)?;
        // What is received by someone else stays.
        let visible = messages::visible(transaction, &source.arn, now, due)?;
        if visible.is_empty() {
            end(COMPLETED, None)?;
            return Ok(0);
        }
        let mut moved = 0;
        for message in visible {
            match self.destination(task, &message) {
                Ok(destination) => {
                    let delay = Duration::from_secs(destination.settings.delay);
                    let new_id = self.chance().uuid();
                    let (arn, visible_at) = (&destination.arn, now.plus(delay));
                    messages::renew(transaction, message.id, arn, new_id, now, visible_at)?;
                    moved += 1;
                }
                Err(reason) => {
                    end(FAILED, Some(reason))?;
                    break;
                }
            }
        }
        tasks::add_moved(transaction, task.id, moved)?;
        Ok(moved)
    }

    /// Where a message goes; otherwise why the task fails.
    fn destination(&self, task: &Task, message: &Message) -> Result<&Queue, &'static str> {
        let arn = task.destination.as_ref();
        let arn = arn
            .or(message.dead_letter_source.as_ref())
            .ok_or(reason::NO_SOURCE)?;
        let queue = self.with_arn(arn).ok_or(reason::NO_QUEUE)?;
        check(&queue.settings, &message.body, &message.attributes).map_err(|_| reason::REFUSED)?;
        Ok(queue)
    }
}
