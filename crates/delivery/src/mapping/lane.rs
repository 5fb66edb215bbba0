mod answers;
mod given_up;

use std::collections::VecDeque;
use std::time::Duration;

use crate::Time;

use given_up::GivenUp;

use super::reach::Reach;
use super::{
    Condition, Discard, EVENT_BYTES, Effect, LaneProgress, Piece, Record, SequenceNumber, Settings,
    event_bytes,
};

/// A record's time is in whole seconds, rounded down.
const ROUNDING: Duration = Duration::from_secs(1);

fn is_trimmed<P>(record: &Record<P>, horizon: Time) -> bool {
    record.created_at.plus(ROUNDING) <= horizon
}

/// A part of a shard in which one batch is under way at a time: all of it, or with a
/// parallelization factor the items that fall to it.
///
/// ```text
///  checkpoint   pieces[0]        pieces[1]     not in a batch yet
///      │ ┌──────────┴────────┐ ┌─────┴─────┐ ┌──────┴ ─ ─
///      ▼ queue: 1  2  3  4  5   6  7  8  9   10  11
/// ```
#[derive(Debug)]
pub(super) struct Lane<P> {
    checkpoint: Option<SequenceNumber>,
    /// Read and not done, in order.
    queue: VecDeque<Record<P>>,
    bytes: usize,
    /// In order, from the front of the queue. Only the first is ever under way.
    pieces: VecDeque<Piece>,
    /// Records in front of the queue that wait to be given up together with what follows them.
    given_up: Option<GivenUp<P>>,
    phase: Phase,
    /// When the batching window began.
    window_from: Time,
    /// Attempts in a row that ended with nothing done.
    failures: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Ready,
    /// Nothing until this time; then the first piece is given up, or tried again.
    Paused(Time, Option<Condition>),
    /// The first piece is with the function.
    Invoking,
    /// The first piece is on its way to the failure destination.
    Discarding(Condition),
}

/// What a lane wants to happen.
pub(super) enum Next<P> {
    Nothing,
    Invoke(Vec<Record<P>>),
    Discard(Vec<Record<P>>, Condition, Piece),
}

impl<P> Next<P> {
    pub(super) fn effect(self, lane: usize) -> Option<Effect<P>> {
        match self {
            Self::Nothing => None,
            Self::Invoke(records) => Some(Effect::Invoke { lane, records }),
            Self::Discard(records, condition, piece) => Some(Effect::Discard(Discard {
                lane,
                records,
                condition,
                invocations: piece.invocations,
                request_id: piece.request_id,
                function_error: piece.function_error,
            })),
        }
    }
}

impl<P: Clone> Lane<P> {
    pub(super) fn new(progress: LaneProgress, now: Time) -> Self {
        Self {
            checkpoint: progress.checkpoint,
            queue: VecDeque::new(),
            bytes: 0,
            pieces: progress.pieces.into(),
            given_up: None,
            phase: Phase::Ready,
            window_from: now,
            failures: 0,
        }
    }

    /// What must survive a restart. A batch that was not tried yet is made anew then.
    pub(super) fn progress(&self) -> LaneProgress {
        // What follows counts when the failure destination has what was given up.
        if let Some(given_up) = &self.given_up {
            return given_up.progress.clone();
        }
        LaneProgress {
            checkpoint: self.checkpoint.clone(),
            pieces: self.tried_pieces().cloned().collect(),
        }
    }

    fn tried_pieces(&self) -> impl Iterator<Item = &Piece> {
        self.pieces.iter().filter(|piece| piece.invocations > 0)
    }

    pub(super) fn held(&self) -> usize {
        self.queue.len()
    }

    pub(super) fn held_bytes(&self) -> usize {
        self.bytes
    }

    /// Whether the first piece comes from an earlier run and is not read again in full.
    pub(super) fn misses_records(&self, reach: &Reach) -> bool {
        let first = self.pieces.front();
        first.is_some_and(|piece| !reach.includes(&piece.last))
    }

    pub(super) fn push(&mut self, record: Record<P>, settings: &Settings, now: Time) {
        let done = self
            .checkpoint
            .as_ref()
            .is_some_and(|checkpoint| record.sequence_number <= *checkpoint);
        if done {
            return;
        }
        if self.is_empty() {
            self.renew_window(settings, now);
        }
        self.bytes += record.bytes;
        self.queue.push_back(record);
    }

    /// An empty lane is as far as the shard was read: what was filtered out is done too.
    pub(super) fn skip_to(&mut self, read_to: Option<&SequenceNumber>) {
        if self.is_empty() && self.checkpoint.as_ref() < read_to {
            self.checkpoint = read_to.cloned();
        }
    }

    /// Whether nothing is left to do, neither waiting nor under way.
    pub(super) fn is_empty(&self) -> bool {
        self.queue.is_empty() && self.pieces.is_empty() && self.given_up.is_none()
    }

    /// A window that ended with nothing to send is followed by the next.
    fn renew_window(&mut self, settings: &Settings, now: Time) {
        let window = settings.batching_window.as_millis();
        let passed = now.since(self.window_from).as_millis();
        if let Some(windows) = passed.checked_div(window) {
            let skipped = u64::try_from(windows * window).unwrap_or(u64::MAX);
            self.window_from = Time(self.window_from.0.saturating_add(skipped));
        }
    }

    /// When something happens here without an input.
    pub(super) fn wakes_at(&self, settings: &Settings, now: Time) -> Option<Time> {
        let at = match self.phase {
            Phase::Paused(until, _) => until,
            Phase::Ready if self.pieces.is_empty() && !self.queue.is_empty() => {
                self.window_from.plus(settings.batching_window)
            }
            _ => return None,
        };
        (at > now).then_some(at)
    }

    /// What is to be done now. `read_all`: nothing more can be read at the moment.
    pub(super) fn next(
        &mut self,
        settings: &Settings,
        read_all: bool,
        reach: &Reach,
        now: Time,
    ) -> Next<P> {
        let condition = match self.phase {
            Phase::Invoking | Phase::Discarding(_) => return Next::Nothing,
            Phase::Paused(until, _) if now < until => return Next::Nothing,
            Phase::Paused(_, condition) => condition,
            Phase::Ready => None,
        };
        self.phase = Phase::Ready;
        self.drop_emptied_pieces(reach);
        if self.goes_on_giving_up(reach) {
            self.put_aside();
            self.close_given_up();
        }
        if let Some(discard) = self.discard_given_up(settings, condition, now) {
            return discard;
        }
        if self.pieces.is_empty() {
            self.close_batch(settings, read_all, now);
        }
        if self.pieces.is_empty() || self.misses_records(reach) {
            return Next::Nothing;
        }
        if let Some(condition) = condition {
            return self.discard(condition);
        }
        if self.split_off_expired(settings, now) {
            return self.discard(Condition::RecordAgeExceeded);
        }
        self.phase = Phase::Invoking;
        Next::Invoke(self.first_piece())
    }

    /// Makes a batch of the queue if it is full, its window is over or nothing more can come.
    fn close_batch(&mut self, settings: &Settings, read_all: bool, now: Time) {
        let (mut count, mut bytes) = (0, 0);
        for record in self.queue.iter().take(settings.batch_size) {
            bytes += record.bytes;
            // A record that is too large alone is tried all the same, so that it is not lost.
            if count > 0 && event_bytes(count + 1, bytes) > EVENT_BYTES {
                break;
            }
            count += 1;
        }
        let full = count == settings.batch_size || count < self.queue.len();
        let window = settings.batching_window;
        let over = if window.is_zero() {
            read_all
        } else {
            now >= self.window_from.plus(window)
        };
        if !(full || over) {
            return;
        }
        let last = count.checked_sub(1).and_then(|last| self.queue.get(last));
        if let Some(last) = last {
            self.pieces
                .push_back(Piece::fresh(last.sequence_number.clone()));
        }
    }

    /// Drops the records that the stream does not keep any more, unless they are under way.
    pub(super) fn expire(&mut self, horizon: Time) -> Vec<Record<P>> {
        if matches!(self.phase, Phase::Invoking | Phase::Discarding(_)) {
            return Vec::new();
        }
        let expired = self
            .queue
            .iter()
            .take_while(|record| is_trimmed(record, horizon))
            .count();
        let mut dropped = self.expire_given_up(horizon);
        let expired: Vec<_> = self.queue.drain(..expired).collect();
        let Some(last) = expired.last() else {
            return dropped;
        };
        self.bytes -= expired.iter().map(|record| record.bytes).sum::<usize>();
        let last = last.sequence_number.clone();
        while self
            .pieces
            .pop_front_if(|piece| piece.last <= last)
            .is_some()
        {
            self.phase = Phase::Ready;
            self.failures = 0;
        }
        self.checkpoint = Some(last);
        dropped.extend(expired);
        dropped
    }

    /// A piece from an earlier run may have no record left: trimmed, or filtered out since.
    fn drop_emptied_pieces(&mut self, reach: &Reach) {
        while !self.misses_records(reach)
            && self.first_count() == 0
            && let Some(piece) = self.pieces.pop_front()
        {
            self.checkpoint = Some(piece.last);
        }
    }

    fn first_count(&self) -> usize {
        self.pieces.front().map_or(0, |piece| {
            self.queue
                .partition_point(|record| record.sequence_number <= piece.last)
        })
    }

    fn first_piece(&self) -> Vec<Record<P>> {
        self.queue
            .iter()
            .take(self.first_count())
            .cloned()
            .collect()
    }

    fn discard(&mut self, condition: Condition) -> Next<P> {
        let Some(piece) = self.pieces.front().cloned() else {
            return Next::Nothing;
        };
        self.phase = Phase::Discarding(condition);
        Next::Discard(self.first_piece(), condition, piece)
    }

    /// Cuts the first piece behind its records that are too old; whether there were any.
    fn split_off_expired(&mut self, settings: &Settings, now: Time) -> bool {
        let Some(most) = settings.maximum_record_age else {
            return false;
        };
        let count = self.first_count();
        let expired = self
            .queue
            .iter()
            .take(count)
            .take_while(|record| now.since(record.created_at) > most)
            .count();
        self.split_first(expired, count);
        expired > 0
    }

    /// Cuts the first piece, of `count` records, behind its first `front` ones.
    fn split_first(&mut self, front: usize, count: usize) {
        let last = front.checked_sub(1).and_then(|last| self.queue.get(last));
        if let (Some(last), Some(piece)) = (last, self.pieces.front())
            && front < count
        {
            let first = piece.up_to(last.sequence_number.clone());
            self.pieces.push_front(first);
        }
    }
}
