use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use delivery::Time;
use delivery::queue::{Attribute, MessageError, check};
use rusqlite::Transaction;
use tokio::sync::watch;
use uuid::Uuid;

use super::messages::{self, New};
use super::{Queue, Refusal};
use crate::{Chance, Clock, Store, StoreError};

/// All queues of a stack. Cheap to clone: clones are the same queues.
#[derive(Clone, Debug)]
pub struct Queues(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    queues: BTreeMap<String, Queue>,
    store: Store,
    clock: Clock,
    chance: Chance,
    /// Moves on with each message that can be received, so that a waiting receive looks again.
    arrivals: watch::Sender<u64>,
}

/// A message to be sent.
#[derive(Clone, Debug, Default)]
pub struct Outgoing {
    /// Its body: text.
    pub body: String,
    /// Its attributes.
    pub attributes: BTreeMap<String, Attribute>,
    /// The X-Ray header, if the sender gave one.
    pub trace_header: Option<String>,
    /// How long it stays hidden, in seconds; the queue's delay if absent.
    pub delay: Option<u64>,
}

impl Queues {
    /// The declared queues over their messages in the store.
    pub fn new(
        declared: Vec<Queue>,
        store: Store,
        clock: Clock,
        chance: Chance,
    ) -> Result<Self, StoreError> {
        store.create(messages::SCHEMA)?;
        let queues = declared
            .into_iter()
            .map(|queue| (queue.name.clone(), queue))
            .collect();
        Ok(Self(Arc::new(Inner {
            queues,
            store,
            clock,
            chance,
            arrivals: watch::Sender::new(0),
        })))
    }

    /// Sends a message to the queue with this ARN and returns its id once it is committed.
    pub fn send(&self, arn: &str, message: &Outgoing) -> Result<Uuid, Refusal> {
        let sent = self
            .store()
            .commit(|transaction| self.send_in(transaction, arn, message))??;
        self.announce();
        Ok(sent)
    }

    /// Sends a message within a transaction of another part. Call [`Self::announce`] after its
    /// commit.
    pub(crate) fn send_in(
        &self,
        transaction: &Transaction<'_>,
        arn: &str,
        message: &Outgoing,
    ) -> Result<Result<Uuid, Refusal>, StoreError> {
        let Some(queue) = self.all().find(|queue| queue.arn == arn) else {
            return Ok(Err(Refusal::NoQueue(arn.to_owned())));
        };
        if let Err(error) = check(&queue.settings, &message.body, &message.attributes) {
            return Ok(Err(error.into()));
        }
        let id = self.0.chance.uuid();
        let now = self.now();
        let delay = message.delay.unwrap_or(queue.settings.delay);
        messages::insert(
            transaction,
            &New {
                queue: arn,
                message_id: id,
                message,
                sent_at: now,
                visible_at: now.plus(Duration::from_secs(delay)),
            },
        )?;
        Ok(Ok(id))
    }

    /// Lets waiting receives look again.
    pub(crate) fn announce(&self) {
        self.0.arrivals.send_modify(|count| *count += 1);
    }

    /// Hears of messages that can be received.
    pub(super) fn arrivals(&self) -> watch::Receiver<u64> {
        self.0.arrivals.subscribe()
    }

    /// All queues, by name.
    pub fn all(&self) -> impl Iterator<Item = &Queue> {
        self.0.queues.values()
    }

    /// The queue with this name.
    pub(super) fn named(&self, name: &str) -> Result<&Queue, Refusal> {
        self.0
            .queues
            .get(name)
            .ok_or_else(|| Refusal::NoQueue(name.to_owned()))
    }

    pub(super) fn store(&self) -> &Store {
        &self.0.store
    }

    pub(super) fn clock(&self) -> &Clock {
        &self.0.clock
    }

    pub(super) fn chance(&self) -> &Chance {
        &self.0.chance
    }

    pub(super) fn now(&self) -> Time {
        self.0.clock.now()
    }
}

impl From<MessageError> for Refusal {
    fn from(error: MessageError) -> Self {
        let message = error.to_string();
        match error {
            MessageError::Empty => Self::Request {
                code: "MissingRequiredParameterException",
                query: Some("MissingParameter"),
                message,
            },
            MessageError::TooLong { .. } => Self::parameter(message),
            MessageError::Character(_) => Self::Request {
                code: "InvalidMessageContents",
                query: None,
                message,
            },
        }
    }
}
