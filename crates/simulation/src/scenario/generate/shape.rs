use std::time::Duration;

use outbox::consume::order::Bounds;

use super::Draw;
use crate::scenario::{Flow, Settings};

/// What kind of scenario a seed is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// Everything within this time, seconds to minutes.
    Short(Duration),
    /// An outage of hours.
    Long(Duration),
    /// Most of what is written can't be mapped.
    BadDeployment(Duration),
    /// Something may be lost, for this reason.
    Leaving(Reason),
}

/// Why a scenario leaves the envelope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reason {
    /// Records reach the age of 24 h while neither the bus nor the failure destination can be reached.
    Trimmed,
    /// The consumer fails and has no failure destination.
    NoConsumerDestination,
    /// A target is gone and its dead-letter queue refuses.
    NoDeadLetterQueue,
    /// The bus refuses all that the pipe sends, until the pipe stops by itself.
    PipeStops,
}

impl Shape {
    pub(super) fn draw(draw: &mut Draw, flow: Flow) -> Self {
        let third = match flow {
            Flow::Users => Reason::NoConsumerDestination,
            Flow::Orders => Reason::PipeStops,
            Flow::Checkout => Reason::Trimmed,
        };
        match draw.index(1000) {
            0..40 => Self::Leaving(draw.pick(&[Reason::Trimmed, third, Reason::NoDeadLetterQueue])),
            40..80 => Self::Long(draw.duration(Duration::from_hours(1), Duration::from_hours(18))),
            80..90 if flow == Flow::Users => Self::BadDeployment(Duration::from_mins(1)),
            80..400 => Self::Short(draw.duration(Duration::from_secs(1), Duration::from_secs(10))),
            _ => Self::Short(draw.duration(Duration::from_secs(10), Duration::from_mins(4))),
        }
    }

    /// How long callers write.
    pub(super) fn span(self) -> Duration {
        match self {
            Self::Short(span) | Self::Long(span) | Self::BadDeployment(span) => span,
            Self::Leaving(Reason::Trimmed | Reason::PipeStops) => Duration::from_hours(2),
            Self::Leaving(_) => Duration::from_mins(1),
        }
    }

    /// Whether attempts go on for hours, so that they must be few.
    pub(super) fn is_long(self) -> bool {
        matches!(
            self,
            Self::Long(_)
                | Self::BadDeployment(_)
                | Self::Leaving(Reason::Trimmed | Reason::PipeStops)
        )
    }

    pub(super) fn settings(self, draw: &mut Draw, flow: Flow) -> Settings {
        let settings = self.of_users(draw);
        match flow {
            Flow::Users => settings,
            Flow::Orders => Settings {
                // A run of a pipe takes no more to a bus.
                batch_size: settings.batch_size.min(10),
                maximum_retry_attempts: settings.maximum_retry_attempts.min(1_000),
                audit_filters: false,
                ..settings
            },
            Flow::Checkout => Settings {
                audit_filters: false,
                stock: (0..draw.between(1, 4))
                    .map(|_| draw.between(0, 80))
                    .collect(),
                rows_kept_for: draw.pick(&[1, 20, 60, 16 * 24 * 60].map(Duration::from_mins)),
                remembers_cancelled: draw.chance(500),
                order_bounds: order_bounds(draw),
                sweeper_dies_after: draw
                    .chance(500)
                    .then(|| draw.magnitude(Duration::from_millis(1), Duration::from_millis(500))),
                ..settings
            },
        }
    }

    fn of_users(self, draw: &mut Draw) -> Settings {
        let usual = Settings::default();
        let long = self.is_long();
        Settings {
            shards: if long {
                draw.pick(&[1, 1, 2])
            } else {
                draw.pick(&[1, 1, 1, 2, 2, 3, 4, 8])
            },
            batch_size: if long {
                draw.pick(&[1, 5, 10, 25])
            } else {
                draw.pick(&[1, 2, 5, 10, 10, 25, 50, 100, 100, 100])
            },
            batching_window: match draw.index(10) {
                0..7 => Duration::ZERO,
                7 | 8 => draw.duration(Duration::from_secs(1), Duration::from_secs(5)),
                _ => Duration::from_secs(u64::from(draw.between(6, 60))),
            },
            parallelization_factor: if long {
                draw.pick(&[1, 1, 2])
            } else {
                draw.pick(&[1, 1, 1, 2, 2, 3, 5, 10])
            },
            maximum_record_age: if !long && draw.chance(80) {
                Duration::from_secs(u64::from(draw.between(60, 600)))
            } else {
                usual.maximum_record_age
            },
            maximum_retry_attempts: if !long && draw.chance(80) {
                draw.between(0, 5)
            } else {
                usual.maximum_retry_attempts
            },
            longest_pause: if long {
                Duration::from_mins(5)
            } else {
                draw.pick(&[1, 5, 30, 30, 30].map(Duration::from_secs))
            },
            polls_as_aws: !long && draw.chance(20),
            consumer_destination: self != Self::Leaving(Reason::NoConsumerDestination),
            consumer_concurrency: draw.pick(&[1, 2, 10, 10, 100]),
            visibility_timeout: draw.pick(&[5, 30, 30, 60].map(Duration::from_secs)),
            maximum_receive_count: u64::from(draw.between(1, 6)),
            target_maximum_age: if draw.chance(100) {
                Duration::from_secs(u64::from(draw.between(60, 600)))
            } else {
                usual.target_maximum_age
            },
            target_maximum_retry_attempts: if draw.chance(100) {
                draw.between(0, 5)
            } else {
                usual.target_maximum_retry_attempts
            },
            queue_batch_size: draw.pick(&[1, 2, 5, 10, 10, 10]),
            queue_batching_window: match draw.index(8) {
                0 => Duration::from_secs(u64::from(draw.between(1, 3))),
                _ => Duration::ZERO,
            },
            queue_concurrency: draw.pick(&[None, None, Some(2), Some(3)]),
            audit_filters: draw.chance(200),
            ..usual
        }
    }
}

/// An order has up to five events of about 500 bytes.
fn order_bounds(draw: &mut Draw) -> Bounds {
    let usual = Bounds::default();
    Bounds {
        events: draw.pick(&[1, 2, 3, usual.events, usual.events]),
        bytes: draw.pick(&[1_000, usual.bytes, usual.bytes, usual.bytes]),
        patience: draw.pick(&[2, 10, 60, 300, usual.patience.as_secs()].map(Duration::from_secs)),
    }
}
