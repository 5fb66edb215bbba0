use std::collections::VecDeque;
use std::time::Duration;

use super::{Message, Settings};
use crate::Time;
use crate::mapping::{EVENT_BYTES, event_bytes};

/// Messages that wait for their batch to be full or old enough.
#[derive(Debug)]
pub(super) struct Gathering<P> {
    /// With the times at which they came.
    messages: VecDeque<(Time, Message<P>)>,
    bytes: usize,
}

impl<P> Default for Gathering<P> {
    fn default() -> Self {
        Self {
            messages: VecDeque::new(),
            bytes: 0,
        }
    }
}

impl<P> Gathering<P> {
    pub(super) fn push(&mut self, message: Message<P>, now: Time) {
        self.bytes += message.bytes;
        self.messages.push_back((now, message));
    }

    /// How many messages a batch still takes.
    pub(super) fn room(&self, settings: &Settings) -> usize {
        settings.batch_size.saturating_sub(self.messages.len())
    }

    /// When the first batch is due, if there is one: at once if it is full.
    pub(super) fn due(&self, settings: &Settings, window: Duration) -> Option<Time> {
        let (first, _) = self.messages.front()?;
        let count = self.messages.len();
        let full = count >= settings.batch_size || event_bytes(count, self.bytes) > EVENT_BYTES;
        Some(if full { *first } else { first.plus(window) })
    }

    /// The first batch: as many as the settings and the size of an event allow, and at least one.
    pub(super) fn take(&mut self, settings: &Settings) -> Vec<Message<P>> {
        let mut batch: Vec<Message<P>> = Vec::new();
        let mut bytes = 0;
        while let Some((_, next)) = self.messages.front() {
            let fits = event_bytes(batch.len() + 1, bytes + next.bytes) <= EVENT_BYTES;
            if batch.len() == settings.batch_size || (!fits && !batch.is_empty()) {
                break;
            }
            bytes += next.bytes;
            batch.extend(self.messages.pop_front().map(|(_, message)| message));
        }
        self.bytes -= bytes;
        batch
    }
}

/// Messages that are with the function, or wait for it while it is throttled.
#[derive(Debug)]
pub(super) struct Batch<P> {
    pub(super) messages: Vec<Message<P>>,
    /// How often in a row the function did not run.
    pub(super) throttles: u32,
    /// When it is tried again; `None` while it is with the function.
    pub(super) retry_at: Option<Time>,
}

impl<P> Batch<P> {
    pub(super) fn new(messages: Vec<Message<P>>) -> Self {
        Self {
            messages,
            throttles: 0,
            retry_at: None,
        }
    }

    /// Drops the messages that show again in the queue.
    pub(super) fn drop_shown(&mut self, now: Time) {
        self.messages.retain(|message| message.visible_at > now);
    }

    /// The time at which it is tried again, or has fewer messages.
    pub(super) fn wakes_at(&self) -> Option<Time> {
        let retry_at = self.retry_at?;
        let shown = self.messages.iter().map(|message| message.visible_at);
        shown.min().map(|shown| shown.min(retry_at))
    }
}
