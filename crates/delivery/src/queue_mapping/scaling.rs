use std::time::Duration;

use crate::Time;

/// With so many batches at once a mapping begins.
const FIRST: usize = 5;

/// So many more it may have after each minute in which it could not have more.
const STEP: usize = 300;

/// It never has more.
const MOST: usize = 1_250;

const STEP_TIME: Duration = Duration::from_mins(1);

/// How many batches a mapping may have under way at once.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html>
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Scaling {
    most: usize,
    level: usize,
    /// Since when it has had no room.
    full_since: Option<Time>,
}

impl Scaling {
    pub(super) fn new(maximum_concurrency: Option<usize>) -> Self {
        let most = maximum_concurrency.unwrap_or(MOST);
        Self {
            most,
            level: most.min(FIRST),
            full_since: None,
        }
    }

    /// The number of the moment.
    pub(super) fn level(&self) -> usize {
        self.level
    }

    /// So many batches are under way.
    pub(super) fn has(&mut self, batches: usize, now: Time) {
        if batches < self.level || self.level == self.most {
            self.full_since = None;
            return;
        }
        let since = *self.full_since.get_or_insert(now);
        if now.since(since) >= STEP_TIME {
            // After failures it is first as many as in the beginning.
            let next = if self.level < FIRST {
                FIRST
            } else {
                self.level + STEP
            };
            self.level = next.min(self.most);
            self.full_since = Some(now);
        }
    }

    /// When the next step is due, if all stays as it is.
    pub(super) fn next_step(&self) -> Option<Time> {
        self.full_since.map(|since| since.plus(STEP_TIME))
    }

    /// An invocation failed or was throttled: half as many, and at least one.
    pub(super) fn slow_down(&mut self) {
        self.level = (self.level / 2).max(1);
        self.full_since = None;
    }

    /// An invocation succeeded: after failures one more.
    pub(super) fn succeeded(&mut self) {
        if self.level < self.most.min(FIRST) {
            self.level += 1;
        }
    }

    /// The queue is empty and nothing is under way.
    pub(super) fn idle(&mut self) {
        self.level = self.level.min(FIRST);
    }
}
