use std::time::{Duration, SystemTime, UNIX_EPOCH};

use delivery::Time;
use tokio::time::Instant;

/// The one clock of an emulator: wall-clock time that moves with `tokio::time`, so that tests can
/// pause and advance it.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    started_at: Time,
    started: Instant,
}

impl Clock {
    /// A clock that shows the machine's time now.
    #[must_use]
    pub fn system() -> Self {
        let since_epoch = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Self::starting_at(Time::default().plus(since_epoch))
    }

    /// A clock that shows `time` now: for a simulation, which is the same at each run.
    #[must_use]
    pub fn starting_at(time: Time) -> Self {
        Self {
            started_at: time,
            started: Instant::now(),
        }
    }

    /// The time now.
    #[must_use]
    pub fn now(&self) -> Time {
        self.started_at.plus(self.started.elapsed())
    }

    /// Waits until `time`; returns at once if it has passed.
    pub async fn sleep_until(&self, time: Time) {
        let remaining: Duration = time.since(self.now());
        tokio::time::sleep(remaining).await;
    }
}
