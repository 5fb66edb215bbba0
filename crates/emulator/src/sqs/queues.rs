use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use delivery::Time;
use delivery::queue::{Attribute, MessageError, check, check_group};
use rusqlite::Transaction;
use tokio::sync::futures::Notified;
use tokio::sync::watch;
use uuid::Uuid;

use super::arrivals::Arrivals;
use super::messages::{self, New};
use super::{Queue, Refusal, moving, purge, tasks};
use crate::{Background, Chance, Clock, Store, StoreError};

/// All queues of a stack. Cheap to clone: clones are the same queues.
#[derive(Clone, Debug)]
pub struct Queues(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    queues: BTreeMap<String, Queue>,
    store: Store,
    clock: Clock,
    chance: Chance,
    arrivals: Arrivals,
    /// Moves on with each message move task that starts or is to end.
    tasks: watch::Sender<u64>,
    /// The bits of [`Queues::deliver_twice`]'s fraction.
    repeats: AtomicU64,
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
    /// The id of its message group: kept and shown, and without effect on the order.
    pub group: Option<String>,
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
        for schema in [messages::SCHEMA, purge::SCHEMA, tasks::SCHEMA] {
            store.create(schema)?;
        }
        let arrivals = Arrivals::at(declared.iter().map(|queue| queue.arn.clone()));
        let queues = declared
            .into_iter()
            .map(|queue| (queue.name.clone(), queue))
            .collect();
        Ok(Self(Arc::new(Inner {
            queues,
            store,
            clock,
            chance,
            arrivals,
            tasks: watch::Sender::new(0),
            repeats: AtomicU64::new(0.0_f64.to_bits()),
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
        let Some(queue) = self.with_arn(arn) else {
            return Ok(Err(Refusal::NoQueue(arn.to_owned())));
        };
        let group = message.group.as_deref().map_or(Ok(()), check_group);
        let size = check(&queue.settings, &message.body, &message.attributes);
        if let Err(error) = group.and(size) {
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
        self.0.arrivals.expect(arn);
        Ok(Ok(id))
    }

    /// Lets those who wait at queues look again to which [`Self::send_in`] sent.
    pub(crate) fn announce(&self) {
        self.0.arrivals.tell_expected();
    }

    /// Lets those who wait at a queue look again.
    pub(super) fn announce_at(&self, queue: &Queue) {
        self.0.arrivals.tell(&queue.arn);
    }

    /// Lets those who wait at any queue look again.
    pub(super) fn announce_all(&self) {
        self.0.arrivals.tell_all();
    }

    /// Works on message move tasks until the answer is dropped. All else needs no start.
    #[must_use]
    pub fn start(&self) -> Background {
        Background::start(moving::run(self.clone()))
    }

    /// Lets whoever works on message move tasks look again.
    pub(super) fn announce_tasks(&self) {
        self.0.tasks.send_modify(|count| *count += 1);
    }

    /// Hears of message move tasks.
    pub(super) fn tasks(&self) -> watch::Receiver<u64> {
        self.0.tasks.subscribe()
    }

    /// Ends with the next message that can be received at this queue from now on, whether it is waited for yet or not;
    /// `None` if there is no such queue.
    pub(super) fn next_arrival(&self, queue: &Queue) -> Option<Notified<'_>> {
        self.0.arrivals.next(&queue.arn)
    }

    /// From now on leaves this fraction (0 to 1; 0 at the start) of the messages that are received
    /// visible, so that they are received again at once. A standard queue may do that at any time.
    ///
    /// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/standard-queues-at-least-once-delivery.html>
    pub fn deliver_twice(&self, fraction: f64) {
        self.0.repeats.store(fraction.to_bits(), Ordering::Relaxed);
    }

    /// Whether the message that is received now can be received again at once.
    pub(super) fn repeats(&self) -> bool {
        let fraction = f64::from_bits(self.0.repeats.load(Ordering::Relaxed));
        fraction > 0.0 && self.0.chance.fraction() < fraction
    }

    /// All queues, by name.
    pub fn all(&self) -> impl Iterator<Item = &Queue> {
        self.0.queues.values()
    }

    /// The queue with this ARN.
    pub(crate) fn with_arn(&self, arn: &str) -> Option<&Queue> {
        self.all().find(|queue| queue.arn == arn)
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
            MessageError::TooLong { .. } | MessageError::Group(_) => Self::parameter(message),
            MessageError::Character(_) => Self::Request {
                code: "InvalidMessageContents",
                query: None,
                message,
            },
        }
    }
}
