use std::time::Duration;

/// The relay's limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// How long transient errors of one batch are retried, when the deadline leaves as much.
    pub retry_budget: Duration,
    /// How long one PutEvents call may take.
    pub attempt: Duration,
    /// How long storing one record in the quarantine may take.
    pub quarantine: Duration,
    /// How long the observer of the accepted events of a batch may take.
    pub observer: Duration,
    /// Kept free for the answer to Lambda.
    pub answer: Duration,
    /// The most calls at a time.
    pub calls_in_flight: usize,
    /// The upper bound of the first pause between two attempts; it doubles with every attempt.
    pub first_pause: Duration,
    /// The upper bound of any pause.
    pub longest_pause: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            retry_budget: Duration::from_secs(10),
            attempt: Duration::from_secs(3),
            quarantine: Duration::from_secs(3),
            observer: Duration::from_secs(3),
            answer: Duration::from_millis(500),
            calls_in_flight: 10,
            first_pause: Duration::from_millis(50),
            longest_pause: Duration::from_secs(2),
        }
    }
}
