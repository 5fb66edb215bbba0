use std::time::Duration;

use delivery::Time;
use tokio::sync::watch;
use tokio::time::{Instant, Interval, MissedTickBehavior, sleep_until};

use super::Polling;
use crate::Clock;

/// The pause after the stream or the state could not be read or written.
pub(super) const BROKEN: Duration = Duration::from_secs(1);

/// The most records of one `GetRecords` call.
const AWS_PAGE: usize = 1000;

/// When a shard may be read next.
pub(super) struct Readiness {
    pace: Pace,
    clock: Clock,
    /// The last read failed: the next one waits until then.
    broken_until: Option<Time>,
}

enum Pace {
    Instant {
        changes: watch::Receiver<u64>,
        /// The last read left something.
        more: bool,
        /// Something was written since.
        heard: bool,
        /// When the next read may be.
        not_before: Instant,
    },
    Aws(Interval),
}

impl Readiness {
    pub(super) fn new(polling: Polling, changes: watch::Receiver<u64>, clock: Clock) -> Self {
        let pace = match polling {
            Polling::Instant => Pace::Instant {
                changes,
                more: true,
                heard: false,
                not_before: Instant::now(),
            },
            Polling::Aws => {
                let mut interval = tokio::time::interval(Polling::INTERVAL);
                interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
                Pace::Aws(interval)
            }
        };
        Self {
            pace,
            clock,
            broken_until: None,
        }
    }

    /// Returns when the shard may be read; what is written from then on is heard by the next call. It may be dropped
    /// at every await.
    pub(super) async fn wait(&mut self) {
        if let Some(time) = self.broken_until {
            return self.clock.sleep_until(time).await;
        }
        match &mut self.pace {
            Pace::Instant { more: true, .. } => tokio::task::yield_now().await,
            Pace::Instant {
                changes,
                heard,
                not_before,
                ..
            } => {
                if !*heard {
                    changed(changes).await;
                    *heard = true;
                }
                sleep_until(*not_before).await;
                // What was written meanwhile is read now.
                changes.mark_unchanged();
            }
            Pace::Aws(interval) => {
                interval.tick().await;
            }
        }
    }

    /// How many records one read may take, of `wanted`.
    pub(super) fn page(&self, wanted: usize) -> usize {
        match self.pace {
            Pace::Instant { .. } => wanted,
            Pace::Aws(_) => wanted.min(AWS_PAGE),
        }
    }

    /// Takes note of a read; whether a batch should wait for nothing more.
    pub(super) fn was_read(&mut self, exhausted: bool) -> bool {
        self.broken_until = None;
        match &mut self.pace {
            Pace::Instant {
                more,
                heard,
                not_before,
                ..
            } => {
                *more = !exhausted;
                *heard = false;
                *not_before = Instant::now() + Polling::GATHERING;
                exhausted
            }
            // The next read is a quarter of a second away.
            Pace::Aws(_) => true,
        }
    }

    /// Takes note of a read that failed.
    pub(super) fn was_broken(&mut self) {
        self.broken_until = Some(self.clock.now().plus(BROKEN));
    }
}

/// Returns at the next change; never if the stream is gone, from which no change can come.
pub(super) async fn changed(changes: &mut watch::Receiver<u64>) {
    if changes.changed().await.is_err() {
        std::future::pending::<()>().await;
    }
}
