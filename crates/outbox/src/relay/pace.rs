//! When the relay may still begin something, and how long it waits before it tries again.

use std::time::Duration;

use tokio::time::Instant;

use super::settings::Settings;

/// The moments of one batch, derived from its deadline.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pace {
    settings: Settings,
    /// From here on no record is mapped: as much time is left to publish what was.
    pub(super) last_mapping: Instant,
    /// From here on no call to the bus begins; before, one attempt, one quarantine send and the answer fit.
    pub(super) last_call: Instant,
    /// From here on no quarantine send begins.
    pub(super) last_quarantine: Instant,
    /// From here on Lambda gets its answer.
    pub(super) last_answer: Instant,
    /// The last moment to try again after a transient error.
    pub(super) last_retry: Instant,
}

impl Pace {
    pub(super) fn new(mut settings: Settings, now: Instant, deadline: Instant) -> Self {
        let left = deadline.saturating_duration_since(now);
        // A function with a short time-out still gets an attempt and a quarantine send out of it.
        settings.attempt = settings.attempt.min(left / 4);
        settings.quarantine = settings.quarantine.min(left / 4);
        settings.answer = settings.answer.min(left / 8);
        let back = |margin: Duration| deadline.checked_sub(margin).unwrap_or(now).max(now);
        let last_quarantine = back(settings.quarantine + settings.answer);
        let last_call = back(settings.attempt + settings.quarantine + settings.answer);
        Self {
            settings,
            last_mapping: now + last_call.saturating_duration_since(now) / 2,
            last_call,
            last_quarantine,
            last_answer: back(settings.answer),
            last_retry: last_call.min(now + settings.retry_budget),
        }
    }

    pub(super) fn attempt(&self) -> Duration {
        self.settings.attempt
    }

    pub(super) fn quarantine(&self) -> Duration {
        self.settings.quarantine
    }

    pub(super) fn observer(&self) -> Duration {
        self.settings.observer
    }

    pub(super) fn calls_in_flight(&self) -> usize {
        self.settings.calls_in_flight.max(1)
    }

    /// When to make the attempt after `failures` failed ones, or nothing when the budget is used up: exponential
    /// back-off with full jitter (<https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html>).
    /// `jitter` is between 0 and 1.
    pub(super) fn next_attempt(&self, now: Instant, failures: u32, jitter: f64) -> Option<Instant> {
        let doubled = self
            .settings
            .first_pause
            .saturating_mul(1 << failures.saturating_sub(1).min(20));
        let at = now + doubled.min(self.settings.longest_pause).mul_f64(jitter);
        (at <= self.last_retry).then_some(at)
    }
}
