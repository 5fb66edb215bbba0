use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Refusal;
use crate::Time;

/// How long a target is tried: the limit that is reached first ends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RetryPolicy {
    /// Attempts after the first one, 0 to 185.
    pub maximum_retry_attempts: u32,
    /// Seconds since the bus took the event, 60 to 86,400.
    pub maximum_event_age_in_seconds: u64,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            maximum_retry_attempts: 185,
            maximum_event_age_in_seconds: 86_400,
        }
    }
}

/// The pauses between attempts, which AWS calls exponential with jitter and gives no figures for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
    /// The longest pause after the first attempt; it doubles with each further one.
    pub first: Duration,
    /// No pause is longer.
    pub longest: Duration,
}

impl Backoff {
    /// The pause after the `attempts`-th attempt (from 1): between half of it and all of it, as
    /// `jitter` (0 to 1) says.
    #[must_use]
    pub fn pause(&self, attempts: u32, jitter: f64) -> Duration {
        let doublings = attempts.saturating_sub(1).min(31);
        let pause = self.first.saturating_mul(1 << doublings).min(self.longest);
        pause.mul_f64(0.5 + jitter.clamp(0.0, 1.0) / 2.0)
    }
}

impl Default for Backoff {
    fn default() -> Self {
        Self {
            first: Duration::from_secs(1),
            longest: Duration::from_mins(10),
        }
    }
}

/// One event on its way to one target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// When the bus took the event.
    pub accepted_at: Time,
    /// Attempts made so far, the refused one included.
    pub attempts: u32,
}

/// What becomes of a delivery that a target refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// It is tried again.
    Retry {
        /// Not before this time.
        at: Time,
    },
    /// It goes to the target's dead-letter queue, or is lost where there is none.
    GiveUp {
        /// The limit that was reached; none if another attempt could not help.
        exhausted: Option<Exhausted>,
    },
}

/// The limit of the retry policy that was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exhausted {
    /// All attempts were made.
    Attempts,
    /// The event is too old.
    Age,
}

impl Exhausted {
    /// AWS's `EXHAUSTED_RETRY_CONDITION`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Attempts => "MaximumRetryAttempts",
            Self::Age => "MaximumEventAgeInSeconds",
        }
    }
}

/// What follows after the target refused `delivery` now.
///
/// The last attempt is made when the event reaches its maximum age, not a pause earlier.
#[must_use]
pub fn after_refusal(
    policy: &RetryPolicy,
    backoff: &Backoff,
    delivery: Delivery,
    refusal: &Refusal,
    now: Time,
    jitter: f64,
) -> Next {
    if !refusal.retryable {
        return Next::GiveUp { exhausted: None };
    }
    if delivery.attempts > policy.maximum_retry_attempts {
        return Next::GiveUp {
            exhausted: Some(Exhausted::Attempts),
        };
    }
    let too_old_at = delivery
        .accepted_at
        .plus(Duration::from_secs(policy.maximum_event_age_in_seconds));
    if now >= too_old_at {
        return Next::GiveUp {
            exhausted: Some(Exhausted::Age),
        };
    }
    let at = now.plus(backoff.pause(delivery.attempts, jitter));
    Next::Retry {
        at: at.min(too_old_at),
    }
}
