use tokio::sync::watch;
use tokio::time::{Interval, MissedTickBehavior};

use super::Polling;

/// The most records of one `GetRecords` call.
const AWS_PAGE: usize = 1000;

/// When a shard may be read next.
pub(super) enum Readiness {
    Instant {
        changes: watch::Receiver<u64>,
        /// The last read left something.
        more: bool,
    },
    Aws(Interval),
}

impl Readiness {
    pub(super) fn new(polling: Polling, changes: watch::Receiver<u64>) -> Self {
        match polling {
            Polling::Instant => Self::Instant {
                changes,
                more: true,
            },
            Polling::Aws => {
                let mut interval = tokio::time::interval(Polling::INTERVAL);
                interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
                Self::Aws(interval)
            }
        }
    }

    /// Returns when the shard may be read; what is written from then on is heard by the next call.
    pub(super) async fn wait(&mut self) {
        match self {
            Self::Instant { more: true, .. } => tokio::task::yield_now().await,
            Self::Instant { changes, .. } => changed(changes).await,
            Self::Aws(interval) => {
                interval.tick().await;
            }
        }
    }

    /// How many records one read may take, of `wanted`.
    pub(super) fn page(&self, wanted: usize) -> usize {
        match self {
            Self::Instant { .. } => wanted,
            Self::Aws(_) => wanted.min(AWS_PAGE),
        }
    }

    /// Takes note of a read; whether a batch should wait for nothing more.
    pub(super) fn was_read(&mut self, exhausted: bool) -> bool {
        match self {
            Self::Instant { more, .. } => {
                *more = !exhausted;
                exhausted
            }
            // The next read is a quarter of a second away.
            Self::Aws(_) => true,
        }
    }
}

/// Returns at the next change; never if the stream is gone, from which no change can come.
pub(super) async fn changed(changes: &mut watch::Receiver<u64>) {
    if changes.changed().await.is_err() {
        std::future::pending::<()>().await;
    }
}
