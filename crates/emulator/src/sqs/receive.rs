//! `ReceiveMessage`: handing messages out, with long polling.

use std::time::Duration;

use delivery::Time;
use delivery::queue::{Received, receive};
use rusqlite::Transaction;

use super::messages::{self, Message};
use super::{Queue, Queues, Refusal};
use crate::StoreError;

/// What a receive asks for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Request {
    /// At most so many messages.
    pub(super) limit: u64,
    /// How long they stay hidden, in seconds; the queue's time-out if absent.
    pub(super) visibility_timeout: Option<u64>,
    /// How long to wait for the first one.
    pub(super) wait: Duration,
}

/// A message that was handed out.
#[derive(Debug)]
pub(super) struct Delivered {
    pub(super) message: Message,
    /// With this it can be deleted.
    pub(super) receipt: String,
    pub(super) received_at: Time,
}

impl Queues {
    /// Hands out messages, waiting for the first one as long as the request says.
    pub(super) async fn receive(
        &self,
        queue: &Queue,
        request: Request,
    ) -> Result<Vec<Delivered>, Refusal> {
        let mut arrivals = self.arrivals();
        let deadline = self.now().plus(request.wait);
        loop {
            arrivals.borrow_and_update();
            let now = self.now();
            let (delivered, dead_lettered, next) = self
                .store()
                .commit(|transaction| self.take(transaction, queue, request, now))?;
            if dead_lettered {
                self.announce();
            }
            if !delivered.is_empty() || now >= deadline {
                return Ok(delivered);
            }
            let look_again = next.map_or(deadline, |next| next.min(deadline));
            tokio::select! {
                () = self.clock().sleep_until(look_again) => {}
                _ = arrivals.changed() => {}
            }
        }
    }

    /// What can be had now, whether something moved to the dead-letter queue, and when the next
    /// hidden message shows.
    fn take(
        &self,
        transaction: &Transaction<'_>,
        queue: &Queue,
        request: Request,
        now: Time,
    ) -> Result<(Vec<Delivered>, bool, Option<Time>), StoreError> {
        queue.expire(transaction, now)?;
        let mut delivered = Vec::new();
        let mut dead_lettered = false;
        loop {
            let visible = messages::visible(transaction, &queue.arn, now, request.limit)?;
            let nothing_left = visible.is_empty();
            for message in visible {
                let timeout = request.visibility_timeout;
                match receive(&queue.settings, message.receives_here, timeout, now) {
                    Received::DeadLettered { target_arn } => {
                        messages::dead_letter(transaction, message.id, target_arn, now)?;
                        dead_lettered = true;
                    }
                    Received::Delivered { visible_at } => {
                        let receipt = self.chance().uuid().to_string();
                        messages::hide(transaction, message.id, &receipt, now, visible_at)?;
                        delivered.push(Delivered {
                            message,
                            receipt,
                            received_at: now,
                        });
                    }
                }
            }
            if nothing_left || !delivered.is_empty() {
                let next = messages::next_visible(transaction, &queue.arn, now)?;
                return Ok((delivered, dead_lettered, next));
            }
        }
    }
}

impl Queue {
    /// Forgets messages that are past the queue's retention.
    pub(super) fn expire(
        &self,
        transaction: &Transaction<'_>,
        now: Time,
    ) -> Result<(), StoreError> {
        let retention = Duration::from_secs(self.settings.retention);
        let oldest = now.since(Time(0)).saturating_sub(retention);
        messages::expire(transaction, &self.arn, Time(0).plus(oldest))
    }
}

#[cfg(test)]
impl Queues {
    /// The body of the next message of a queue, however long it takes.
    pub(crate) async fn next_body(&self, name: &str) -> String {
        loop {
            let request = Request {
                limit: 1,
                visibility_timeout: None,
                wait: Duration::from_secs(20),
            };
            let queue = self.named(name);
            let received = match queue {
                Ok(queue) => self.receive(queue, request).await,
                Err(error) => Err(error),
            };
            if let Some(delivered) = received.ok().and_then(|mut all| all.pop()) {
                return delivered.message.body;
            }
        }
    }
}
