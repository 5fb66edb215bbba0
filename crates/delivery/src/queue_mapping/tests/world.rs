//! A mapping with a queue that always has what it asks for.

use std::time::Duration;

use super::super::*;
use crate::target::Backoff;
use crate::{Outcome, Time};

/// How long the queue hides what was received.
pub(super) const VISIBILITY: Duration = Duration::from_secs(30);

pub(super) struct World {
    mapping: QueueMapping<()>,
    pub(super) now: Time,
    /// The limit of the receive under way.
    pub(super) receive: Option<usize>,
    pub(super) wake: Option<Time>,
    /// What the function was given, by the batch's number, the latest last.
    pub(super) invoked: Vec<(u64, Vec<String>)>,
    pub(super) deleted: Vec<String>,
}

pub(super) fn message(id: &str) -> Message<()> {
    Message {
        id: id.to_owned(),
        bytes: 100,
        wanted: true,
        visible_at: Time(0),
        payload: (),
    }
}

pub(super) fn numbered(ids: std::ops::Range<usize>) -> Vec<Message<()>> {
    ids.map(|id| message(&id.to_string())).collect()
}

pub(super) fn failed() -> Outcome {
    Outcome::Failed {
        body: "{}".to_owned().into(),
    }
}

pub(super) fn throttled() -> Outcome {
    Outcome::NotRun {
        reason: "Rate Exceeded.".to_owned(),
    }
}

pub(super) fn answered(body: &str) -> Outcome {
    Outcome::Answered(body.to_owned().into())
}

impl World {
    pub(super) fn new(settings: Settings) -> Self {
        Self::with_patience(settings, Duration::ZERO)
    }

    pub(super) fn with_patience(settings: Settings, patience: Duration) -> Self {
        let pauses = Backoff {
            first: Duration::from_secs(1),
            longest: Duration::from_secs(8),
        };
        let mut world = Self {
            mapping: QueueMapping::new(settings, patience, pauses),
            now: Time(1_000_000),
            receive: None,
            wake: None,
            invoked: Vec::new(),
            deleted: Vec::new(),
        };
        world.step(Input::Woken);
        world
    }

    pub(super) fn step(&mut self, input: Input<()>) {
        self.wake = None;
        for effect in self.mapping.step(input, self.now) {
            let ids = |messages: Vec<Message<()>>| messages.into_iter().map(|it| it.id);
            match effect {
                Effect::Delete(messages) => self.deleted.extend(ids(messages)),
                Effect::Invoke { batch, messages } => {
                    self.invoked.push((batch, ids(messages).collect()));
                }
                Effect::Receive { limit } => {
                    assert_eq!(self.receive.replace(limit), None, "two receives at once");
                }
                Effect::Wake(time) => self.wake = Some(time),
            }
        }
    }

    /// Ends the receive under way with these messages, hidden from now on.
    pub(super) fn receives(&mut self, messages: Vec<Message<()>>) {
        let limit = self.receive.take().unwrap();
        assert!(messages.len() <= limit, "{} of {limit}", messages.len());
        let visible_at = self.now.plus(VISIBILITY);
        let hidden = messages
            .into_iter()
            .map(|message| Message {
                visible_at,
                ..message
            })
            .collect();
        self.step(Input::Received(hidden));
    }

    /// Ends an invocation.
    pub(super) fn answers(&mut self, batch: u64, outcome: Outcome) {
        self.step(Input::Answered { batch, outcome });
    }

    /// Lets time pass; wakes the mapping whenever it wants to be woken.
    pub(super) fn waits(&mut self, time: Duration) {
        let end = self.now.plus(time);
        while let Some(wake) = self.wake.filter(|wake| *wake <= end) {
            assert!(wake > self.now, "it wants to be woken without end");
            self.now = wake;
            self.step(Input::Woken);
        }
        self.now = end;
    }

    /// The ids of the last invocation.
    pub(super) fn last(&self) -> Vec<&str> {
        let (_, ids) = self.invoked.last().unwrap();
        ids.iter().map(String::as_str).collect()
    }

    /// How many messages each invocation had.
    pub(super) fn sizes(&self) -> Vec<usize> {
        self.invoked.iter().map(|(_, ids)| ids.len()).collect()
    }
}
