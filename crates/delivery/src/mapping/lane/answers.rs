//! What the end of a run does to the batch that is under way.

use crate::Time;
use crate::mapping::{Condition, Ending, Failure, Settings};
use crate::target::Backoff;

use super::{Lane, Phase};

impl<P: Clone> Lane<P> {
    /// The run with the first piece ended.
    pub(in crate::mapping) fn ended(
        &mut self,
        settings: &Settings,
        pauses: &Backoff,
        request_id: String,
        ending: Ending,
        now: Time,
    ) {
        if self.phase != Phase::Invoking {
            return;
        }
        self.phase = Phase::Ready;
        self.window_from = now;
        let failure = match ending {
            Ending::Succeeded => None,
            Ending::Failed { failure, .. } => Some(failure),
        };
        if let (Some(piece), false) = (self.pieces.front_mut(), failure == Some(Failure::Uncounted))
        {
            piece.invocations += 1;
            piece.request_id = Some(request_id);
            piece.function_error = failure == Some(Failure::Error);
        }
        let count = self.first_count();
        let Ending::Failed { from, failure } = ending else {
            return self.done(count);
        };
        let done = from.min(count.saturating_sub(1));
        if done > 0 {
            self.split_first(done, count);
            self.done(done);
        }
        let left = count - done;
        match failure {
            Failure::Uncounted => self.pause(pauses, None, now),
            Failure::Error if settings.bisect_batch_on_function_error && left > 1 => {
                self.split_first(left.div_ceil(2), left);
                self.failures = 0;
            }
            Failure::Error | Failure::Reported => self.failed(settings, pauses, now),
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
