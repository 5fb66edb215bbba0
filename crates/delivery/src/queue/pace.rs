use std::time::Duration;

use crate::Time;

/// The most messages that a message move task moves in a second.
///
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html>
pub const MAXIMUM_MOVED_PER_SECOND: u64 = 500;

/// How long a message move task may take.
///
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-dead-letter-queue-redrive.html>
pub const LONGEST_MOVE: Duration = Duration::from_hours(36);

/// How fast a message move task goes: a tenth of a second's messages at a time, and in no second more
/// than it may. Time that was lost is not made up for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    per_second: u64,
    next: Time,
}

impl Pace {
    /// A pace of so many messages a second, 1 to 500, from now on; AWS's own is at most 500.
    #[must_use]
    pub fn new(per_second: Option<u64>, now: Time) -> Self {
        let per_second = per_second.unwrap_or(MAXIMUM_MOVED_PER_SECOND);
        Self {
            per_second: per_second.clamp(1, MAXIMUM_MOVED_PER_SECOND),
            next: now,
        }
    }

    /// How many messages may be moved now.
    #[must_use]
    pub fn due(&self, now: Time) -> u64 {
        if now < self.next {
            0
        } else {
            (self.per_second / 10).max(1)
        }
    }

    /// So many were moved now.
    pub fn moved(&mut self, messages: u64, now: Time) {
        let pause = (messages * 1000).div_ceil(self.per_second);
        self.next = now.plus(Duration::from_millis(pause));
    }

    /// When more may be moved.
    #[must_use]
    pub fn next(&self) -> Time {
        self.next
    }
}
