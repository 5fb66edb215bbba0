//! What an answer does to the batch that is under way.

use crate::mapping::response::{Response, read_response};
use crate::mapping::{Condition, Settings};
use crate::target::Backoff;
use crate::{Outcome, Time};

use super::{Lane, Phase};

impl<P: Clone> Lane<P> {
    /// The function's answer for the first piece.
    pub(in crate::mapping) fn answered(
        &mut self,
        settings: &Settings,
        pauses: &Backoff,
        request_id: String,
        outcome: &Outcome,
        now: Time,
    ) {
        if self.phase != Phase::Invoking {
            return;
        }
        self.phase = Phase::Ready;
        self.window_from = now;
        if let (Some(piece), false) = (
            self.pieces.front_mut(),
            matches!(outcome, Outcome::NotRun { .. }),
        ) {
            piece.invocations += 1;
            piece.request_id = Some(request_id);
            piece.function_error = matches!(outcome, Outcome::Failed { .. });
        }
        let count = self.first_count();
        match outcome {
            // Throttles and failures before the function runs use up no retry.
            Outcome::NotRun { .. } => self.pause(pauses, None, now),
            Outcome::Failed { .. } if settings.bisect_batch_on_function_error && count > 1 => {
                self.split_first(count.div_ceil(2), count);
                self.failures = 0;
            }
            Outcome::Failed { .. } => self.failed(settings, pauses, now),
            Outcome::Answered(_) if !settings.report_batch_item_failures => self.done(count),
            Outcome::Answered(body) => {
                let numbers: Vec<_> = self
                    .queue
                    .iter()
                    .take(count)
                    .map(|record| &record.sequence_number)
                    .collect();
                match read_response(body, &numbers) {
                    Response::Succeeded => self.done(count),
                    Response::Failed => self.failed(settings, pauses, now),
                    Response::FailedFrom(place) => {
                        if place > 0 {
                            self.split_first(place, count);
                            self.done(place);
                        }
                        self.failed(settings, pauses, now);
                    }
                }
            }
        }
    }

    /// The first piece failed: it is tried again, or given up if its retries are used up.
    fn failed(&mut self, settings: &Settings, pauses: &Backoff, now: Time) {
        let most = settings.maximum_retry_attempts;
        let Some(piece) = self.pieces.front_mut() else {
            return;
        };
        if most.is_none_or(|most| piece.retries < most) {
            piece.retries = piece.retries.saturating_add(1);
            self.pause(pauses, None, now);
        } else if settings.bisect_batch_on_function_error && self.may_put_aside() {
            self.put_aside();
        } else {
            self.phase = Phase::Paused(now, Some(Condition::RetryAttemptsExhausted));
        }
    }

    pub(super) fn pause(&mut self, pauses: &Backoff, then: Option<Condition>, now: Time) {
        self.close_given_up();
        self.failures = self.failures.saturating_add(1);
        let pause = pauses.pause(self.failures, 1.0);
        self.phase = Phase::Paused(now.plus(pause), then);
    }

    /// The first piece's `count` records are done.
    fn done(&mut self, count: usize) {
        self.close_given_up();
        for record in self.queue.drain(..count.min(self.queue.len())) {
            self.bytes -= record.bytes;
        }
        if let Some(piece) = self.pieces.pop_front() {
            self.checkpoint = Some(piece.last);
        }
        self.failures = 0;
    }

    /// The failure destination has the first piece, or could not take it.
    pub(in crate::mapping) fn discarded(&mut self, pauses: &Backoff, stored: bool, now: Time) {
        let Phase::Discarding(condition) = self.phase else {
            return;
        };
        if self.given_up_was_sent(stored, pauses, now) {
            return;
        }
        if stored {
            self.phase = Phase::Ready;
            self.done(self.first_count());
        } else {
            self.pause(pauses, Some(condition), now);
        }
    }
}
