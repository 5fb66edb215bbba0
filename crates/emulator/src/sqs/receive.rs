//! `ReceiveMessage`: handing messages out, with long polling.

use std::time::Duration;

use delivery::Time;
use delivery::queue::{MAXIMUM_IN_FLIGHT, Received, receive};
use rusqlite::Transaction;
use tokio::sync::futures::Notified;

use super::messages::{self, Message};
use super::{Queue, Queues, Refusal};
use crate::StoreError;

/// What a receive asks for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Request {
    /// At most so many messages.
    pub(crate) limit: u64,
    /// How long they stay hidden, in seconds; the queue's time-out if absent.
    pub(crate) visibility_timeout: Option<u64>,
    /// How long to wait for the first one.
    pub(crate) wait: Duration,
}

/// A message that was handed out.
#[derive(Debug)]
pub(crate) struct Delivered {
    pub(crate) message: Message,
    /// With this it can be deleted.
    pub(crate) receipt: String,
    pub(crate) received_at: Time,
    /// When it shows again, as far as the receiver knows.
    pub(crate) visible_at: Time,
}

/// What one look into a queue came to.
struct Look {
    delivered: Vec<Delivered>,
    /// Something moved to the dead-letter queue.
    dead_lettered: bool,
    /// As many messages as AWS allows are in flight.
    full: bool,
    /// When the next hidden message shows; not looked for if something was delivered.
    next: Option<Time>,
}

impl Queues {
    /// Hands out messages, waiting for the first one as long as the request says.
    pub(crate) async fn receive(
        &self,
        queue: &Queue,
        request: Request,
    ) -> Result<Vec<Delivered>, Refusal> {
        let deadline = self.now().plus(request.wait);
        loop {
            let arrival = self.next_arrival(queue);
            let now = self.now();
            let look = self
                .store()
                .commit(|transaction| self.take(transaction, queue, request, now))?;
            if look.dead_lettered {
                self.announce_all();
            }
            // A long poll waits for room instead, without an error.
            if look.full && request.wait.is_zero() {
                return Err(over_limit());
            }
            if !look.delivered.is_empty() || now >= deadline {
                return Ok(look.delivered);
            }
            let look_again = look.next.map_or(deadline, |next| next.min(deadline));
            tokio::select! {
                // What arrived at the very end still counts.
                biased;
                () = arrives(arrival) => {}
                () = self.clock().sleep_until(look_again) => {}
            }
        }
    }

    /// What can be had now.
    fn take(
        &self,
        transaction: &Transaction<'_>,
        queue: &Queue,
        request: Request,
        now: Time,
    ) -> Result<Look, StoreError> {
        queue.expire(transaction, now)?;
        let in_flight = messages::count_in_flight(transaction, &queue.arn, now, MAXIMUM_IN_FLIGHT)?;
        let limit = request.limit.min(MAXIMUM_IN_FLIGHT - in_flight);
        let mut look = Look {
            delivered: Vec::new(),
            dead_lettered: false,
            full: limit == 0,
            next: None,
        };
        loop {
            let visible = messages::visible(transaction, &queue.arn, now, limit)?;
            let nothing_left = visible.is_empty();
            for message in visible {
                let timeout = request.visibility_timeout;
                match receive(&queue.settings, message.receives_here, timeout, now) {
                    Received::DeadLettered { target_arn } => {
                        messages::dead_letter(transaction, message.id, target_arn, now)?;
                        look.dead_lettered = true;
                    }
                    Received::Delivered { visible_at } => {
                        let receipt = self.chance().uuid().to_string();
                        let hidden_until = if self.repeats() { now } else { visible_at };
                        messages::hide(transaction, &message, &receipt, now, hidden_until)?;
                        look.delivered.push(Delivered {
                            message,
                            receipt,
                            received_at: now,
                            visible_at,
                        });
                    }
                }
            }
            if !look.delivered.is_empty() {
                return Ok(look);
            }
            if nothing_left {
                look.next = messages::next_visible(transaction, &queue.arn, now)?;
                return Ok(look);
            }
        }
    }
}

/// Waits for an arrival; for ever where none can come.
async fn arrives(arrival: Option<Notified<'_>>) {
    match arrival {
        Some(arrival) => arrival.await,
        None => std::future::pending().await,
    }
}

fn over_limit() -> Refusal {
    Refusal::modelled(
        "OverLimit",
        "OverLimit",
        format!(
            "The queue has {MAXIMUM_IN_FLIGHT} messages in flight, which is the most; delete some."
        ),
    )
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
