use std::collections::BTreeMap;
use std::time::Duration;

use super::batch::{Batch, Gathering};
use super::scaling::Scaling;
use super::{Response, Settings, read_response};
use crate::target::Backoff;
use crate::{Outcome, Time};

/// The most messages of one `ReceiveMessage` call.
const RECEIVE: usize = 10;

/// A message that was received; `P` is whatever the function and the deletion need.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message<P> {
    /// Its `messageId`.
    pub id: String,
    /// The size of its record.
    pub bytes: usize,
    /// Whether the filters let it pass.
    pub wanted: bool,
    /// When it shows again in the queue.
    pub visible_at: Time,
    /// What it is made of.
    pub payload: P,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input<P> {
    /// The start, or the time that was asked for.
    Woken,
    /// A receive ended; without messages it waited in vain.
    Received(Vec<Message<P>>),
    /// The function ended, or did not run.
    Answered {
        /// The batch it was given.
        batch: u64,
        /// How it ended.
        outcome: Outcome,
    },
}

/// What is to be done, in this order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect<P> {
    /// Delete these messages from the queue.
    Delete(Vec<Message<P>>),
    /// Run the function with these messages.
    Invoke {
        /// Names the batch in [`Input::Answered`].
        batch: u64,
        /// In the order in which they were received.
        messages: Vec<Message<P>>,
    },
    /// Receive at most so many messages, waiting for the first one. One receive is under way at a
    /// time.
    Receive {
        /// 1 to 10.
        limit: usize,
    },
    /// Come back at this time if nothing happens before; it replaces the time asked for before.
    Wake(Time),
}

/// The state of a mapping on a queue.
#[derive(Debug)]
pub struct QueueMapping<P> {
    settings: Settings,
    /// How long messages are gathered for a batch that is not full.
    window: Duration,
    pauses: Backoff,
    scaling: Scaling,
    gathering: Gathering<P>,
    batches: BTreeMap<u64, Batch<P>>,
    started: u64,
    /// Whether a receive is under way.
    receiving: bool,
}

impl<P: Clone> QueueMapping<P> {
    /// A mapping that starts with [`Input::Woken`].
    ///
    /// A batching window is at least `patience` long: AWS may wait up to 20 s when there is little
    /// traffic. `pauses` are those between attempts to run a throttled function.
    #[must_use]
    pub fn new(settings: Settings, patience: Duration, pauses: Backoff) -> Self {
        let window = settings.batching_window;
        Self {
            window: if window.is_zero() {
                window
            } else {
                window.max(patience)
            },
            pauses,
            scaling: Scaling::new(settings.maximum_concurrency),
            settings,
            gathering: Gathering::default(),
            batches: BTreeMap::new(),
            started: 0,
            receiving: false,
        }
    }

    /// What follows from an input.
    pub fn step(&mut self, input: Input<P>, now: Time) -> Vec<Effect<P>> {
        let mut effects = Vec::new();
        let done = self.take(input, now);
        if !done.is_empty() {
            effects.push(Effect::Delete(done));
        }
        self.retry(now, &mut effects);
        self.scaling.has(self.batches.len(), now);
        self.start(now, &mut effects);
        self.scaling.has(self.batches.len(), now);
        let room = self.gathering.room(&self.settings);
        if !self.receiving && room > 0 && self.batches.len() < self.scaling.level() {
            self.receiving = true;
            effects.push(Effect::Receive {
                limit: room.min(RECEIVE),
            });
        }
        effects.extend(self.wakes_at().map(Effect::Wake));
        effects
    }

    /// Takes note of an input; the messages that leave the queue.
    fn take(&mut self, input: Input<P>, now: Time) -> Vec<Message<P>> {
        match input {
            Input::Woken => Vec::new(),
            Input::Received(messages) => {
                self.receiving = false;
                if messages.is_empty() && self.batches.is_empty() {
                    self.scaling.idle();
                }
                let (wanted, filtered) = messages.into_iter().partition(|message| message.wanted);
                let wanted: Vec<Message<P>> = wanted;
                for message in wanted {
                    self.gathering.push(message, now);
                }
                filtered
            }
            Input::Answered { batch, outcome } => {
                let Some(answered) = self.batches.remove(&batch) else {
                    return Vec::new();
                };
                match outcome {
                    Outcome::Answered(body) => {
                        self.scaling.succeeded();
                        self.done(answered, &body)
                    }
                    // The messages show again by themselves.
                    Outcome::Failed { .. } => {
                        if !self.settings.report_batch_item_failures {
                            self.scaling.slow_down();
                        }
                        Vec::new()
                    }
                    Outcome::NotRun { .. } => {
                        self.scaling.slow_down();
                        self.throttled(batch, answered, now);
                        Vec::new()
                    }
                }
            }
        }
    }

    /// The messages of a batch that its answer says are done.
    fn done(&self, batch: Batch<P>, answer: &[u8]) -> Vec<Message<P>> {
        if !self.settings.report_batch_item_failures {
            return batch.messages;
        }
        let ids: Vec<&str> = batch.messages.iter().map(|it| it.id.as_str()).collect();
        match read_response(answer, &ids) {
            Response::AllFailed => Vec::new(),
            Response::Failed(failed) => {
                let messages = batch.messages.into_iter();
                messages.filter(|it| !failed.contains(&it.id)).collect()
            }
        }
    }

    fn throttled(&mut self, number: u64, mut batch: Batch<P>, now: Time) {
        batch.drop_shown(now);
        if batch.messages.is_empty() {
            return;
        }
        batch.throttles = batch.throttles.saturating_add(1);
        batch.retry_at = Some(now.plus(self.pauses.pause(batch.throttles, 1.0)));
        self.batches.insert(number, batch);
    }

    /// Tries throttled batches again, with what of them is still hidden in the queue.
    fn retry(&mut self, now: Time, effects: &mut Vec<Effect<P>>) {
        for (number, batch) in &mut self.batches {
            let Some(retry_at) = batch.retry_at else {
                continue;
            };
            batch.drop_shown(now);
            if retry_at <= now && !batch.messages.is_empty() {
                batch.retry_at = None;
                effects.push(Effect::Invoke {
                    batch: *number,
                    messages: batch.messages.clone(),
                });
            }
        }
        self.batches.retain(|_, batch| !batch.messages.is_empty());
    }

    /// Gives the function the batches that are due, as far as there is room.
    fn start(&mut self, now: Time, effects: &mut Vec<Effect<P>>) {
        while self.batches.len() < self.scaling.level() {
            let due = self.gathering.due(&self.settings, self.window);
            if due.is_none_or(|due| due > now) {
                return;
            }
            let messages = self.gathering.take(&self.settings);
            self.started += 1;
            effects.push(Effect::Invoke {
                batch: self.started,
                messages: messages.clone(),
            });
            self.batches.insert(self.started, Batch::new(messages));
        }
    }

    fn wakes_at(&self) -> Option<Time> {
        let has_room = self.batches.len() < self.scaling.level();
        let due = self.gathering.due(&self.settings, self.window);
        let throttled = self.batches.values().filter_map(Batch::wakes_at).min();
        let times = [
            due.filter(|_| has_room),
            throttled,
            self.scaling.next_step(),
        ];
        times.into_iter().flatten().min()
    }
}
