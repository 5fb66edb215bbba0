//! Pieces of a halved batch that are given up one right after the other share one failure record.

use crate::Time;
use crate::mapping::reach::Reach;
use crate::mapping::{Condition, LaneProgress, Piece, Record, Settings};
use crate::target::Backoff;

use super::{Lane, Next, Phase, is_trimmed};

/// Records that were given up and are not with the failure destination yet.
#[derive(Debug)]
pub(super) struct GivenUp<P> {
    /// The lane's progress from before, with these records as one piece: a restart gives them up
    /// without another try, since later changes of their items may be done by then.
    pub(super) progress: LaneProgress,
    /// In order, without a gap.
    records: Vec<Record<P>>,
    /// The last piece of them.
    piece: Piece,
    /// Nothing more joins them.
    closed: bool,
    /// What is to become of the first piece of the queue after them.
    then: Option<Condition>,
}

impl<P: Clone> Lane<P> {
    /// Whether the first piece may wait for what becomes of its neighbours.
    pub(super) fn may_put_aside(&self) -> bool {
        match &self.given_up {
            Some(given_up) => !given_up.closed,
            None => self.pieces.len() > 1,
        }
    }

    /// Whether the first piece comes from an earlier run that had given it up.
    pub(super) fn goes_on_giving_up(&self, reach: &Reach) -> bool {
        let first = self.pieces.front();
        first.is_some_and(|piece| piece.given_up)
            && !self.misses_records(reach)
            && self.given_up.is_none()
    }

    /// Takes the first piece, whose retries are used up, out of the queue.
    pub(super) fn put_aside(&mut self) {
        let count = self.first_count();
        let Some(mut piece) = self.pieces.pop_front() else {
            return;
        };
        piece.given_up = true;
        let records: Vec<_> = self.queue.drain(..count).collect();
        self.bytes -= records.iter().map(|record| record.bytes).sum::<usize>();
        let before = self.checkpoint.replace(piece.last.clone());
        self.failures = 0;
        let (checkpoint, mut all) = match self.given_up.take() {
            Some(given_up) => (given_up.progress.checkpoint, given_up.records),
            None => (before, Vec::new()),
        };
        all.extend(records);
        let pieces = std::iter::once(&piece).chain(self.tried_pieces());
        let pieces = pieces.cloned().collect();
        self.given_up = Some(GivenUp {
            progress: LaneProgress { checkpoint, pieces },
            records: all,
            piece,
            closed: false,
            then: None,
        });
    }

    /// What follows is not given up at once: nothing more joins what was.
    pub(super) fn close_given_up(&mut self) {
        if let Some(given_up) = &mut self.given_up {
            given_up.closed = true;
        }
    }

    /// Sends what was given up to the failure destination, unless its neighbours may join it.
    pub(super) fn discard_given_up(
        &mut self,
        settings: &Settings,
        then: Option<Condition>,
        now: Time,
    ) -> Option<Next<P>> {
        let neighbour_is_old = self.queue.front().is_some_and(|record| {
            let age = now.since(record.created_at);
            settings.maximum_record_age.is_some_and(|most| age > most)
        });
        let alone = self.pieces.is_empty() || neighbour_is_old;
        let given_up = self.given_up.as_mut()?;
        given_up.closed |= alone;
        if !given_up.closed {
            return None;
        }
        given_up.then = then;
        let condition = Condition::RetryAttemptsExhausted;
        let discard = Next::Discard(given_up.records.clone(), condition, given_up.piece.clone());
        self.phase = Phase::Discarding(condition);
        Some(discard)
    }

    /// What was given up is with the failure destination now, or has to wait. `false`: it was not
    /// that but the first piece which was sent.
    pub(super) fn given_up_was_sent(&mut self, stored: bool, pauses: &Backoff, now: Time) -> bool {
        let Some(then) = self.given_up.as_ref().map(|given_up| given_up.then) else {
            return false;
        };
        if stored {
            self.given_up = None;
            self.phase = Phase::Paused(now, then);
        } else {
            self.pause(pauses, then, now);
        }
        true
    }

    /// What was given up and is not in the stream any more: all of it or nothing.
    pub(super) fn expire_given_up(&mut self, horizon: Time) -> Vec<Record<P>> {
        self.given_up
            .take_if(|given_up| {
                let last = given_up.records.last();
                last.is_none_or(|last| is_trimmed(last, horizon))
            })
            .map(|given_up| given_up.records)
            .unwrap_or_default()
    }
}
