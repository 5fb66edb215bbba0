//! Asynchronous invocation: what becomes of an event after each run of its function.
//!
//! See <https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html> and
//! <https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html>.

use std::time::Duration;

use crate::undocumented::RECURSION;
use crate::{Outcome, Time};

mod destination;
mod letter;
mod passes;
mod record;

#[cfg(test)]
mod tests;

pub use destination::{DestinationKind, Destinations};
pub use letter::{Ended, Letter, letters};
pub use passes::{MAXIMUM_PASSES, Passes};

/// How many bytes an event may have that a function is invoked with asynchronously.
///
/// See <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>.
pub const MAXIMUM_BYTES: usize = 1024 * 1024;

/// How long a function's events are tried: the limit that is reached first ends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Runs after the first failed one, 0 to 2.
    pub maximum_retry_attempts: u32,
    /// Seconds since the event was queued, 60 to 21,600.
    pub maximum_event_age_in_seconds: u64,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            maximum_retry_attempts: 2,
            maximum_event_age_in_seconds: 21_600,
        }
    }
}

/// The pauses before an event is given to its function again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delays {
    /// After the first and the second failed run.
    pub after_failure: [Duration; 2],
    /// After the first time the function could not be run; it doubles with each further one.
    pub first_not_run: Duration,
    /// No pause of that kind is longer.
    pub longest_not_run: Duration,
}

impl Delays {
    /// The pause after something could not be done for the `times`-th time in a row (from 1).
    #[must_use]
    pub fn pause_not_run(&self, times: u32) -> Duration {
        let doublings = times.saturating_sub(1).min(31);
        self.first_not_run
            .saturating_mul(1 << doublings)
            .min(self.longest_not_run)
    }
}

impl Default for Delays {
    fn default() -> Self {
        Self {
            after_failure: [Duration::from_mins(1), Duration::from_mins(2)],
            first_not_run: Duration::from_secs(1),
            longest_not_run: Duration::from_mins(5),
        }
    }
}

/// One event that waits for its function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Queued {
    /// When it was queued.
    pub enqueued_at: Time,
    /// How often the function ran with it.
    pub runs: u32,
    /// How often in a row the function could not be run.
    pub not_runs: u32,
}

/// What becomes of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// The function took it; it is gone.
    Done,
    /// It is tried again.
    Retry {
        /// Not before this time.
        at: Time,
        /// What has happened to it until then.
        queued: Queued,
    },
    /// It goes to the function's failure destination, or is lost where there is none.
    GiveUp {
        /// The limit that was reached.
        condition: Condition,
        /// How often the function ran.
        runs: u32,
    },
}

/// What ended an event, as records name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// The function took it.
    Success,
    /// The function failed each time.
    RetriesExhausted,
    /// The event is too old.
    EventAgeExceeded,
    /// It came to the same function too often: a loop.
    Recursion,
}

impl Condition {
    /// AWS's name; AWS does not say which one a loop has.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Success => "Success",
            Self::RetriesExhausted => "RetriesExhausted",
            Self::EventAgeExceeded => "EventAgeExceeded",
            Self::Recursion => RECURSION,
        }
    }
}

/// Whether an event waited so long that the function must not get it any more. Its age counts in whole
/// seconds, so an attempt that was in time when it was decided on is not refused for a moment's delay.
#[must_use]
pub fn too_old(policy: &Policy, queued: Queued, now: Time) -> bool {
    now.since(queued.enqueued_at).as_secs() > policy.maximum_event_age_in_seconds
}

/// What follows after an attempt to run the function with `queued` ended with `outcome` now.
///
/// An attempt that never ran the function is not counted as a run. An event whose next attempt
/// would come after its maximum age is given up at once.
#[must_use]
pub fn after(
    policy: &Policy,
    delays: &Delays,
    queued: Queued,
    outcome: &Outcome,
    now: Time,
) -> Next {
    let (queued, pause) = match outcome {
        Outcome::Answered(_) => return Next::Done,
        Outcome::Failed { .. } => {
            let runs = queued.runs.saturating_add(1);
            if runs > policy.maximum_retry_attempts {
                return Next::GiveUp {
                    condition: Condition::RetriesExhausted,
                    runs,
                };
            }
            let pause = delays.after_failure[usize::from(runs > 1)];
            (
                Queued {
                    runs,
                    not_runs: 0,
                    ..queued
                },
                pause,
            )
        }
        Outcome::NotRun { .. } => {
            let not_runs = queued.not_runs.saturating_add(1);
            let pause = delays.pause_not_run(not_runs);
            (Queued { not_runs, ..queued }, pause)
        }
    };
    let at = now.plus(pause);
    let oldest = Duration::from_secs(policy.maximum_event_age_in_seconds);
    if at.since(queued.enqueued_at) > oldest {
        return Next::GiveUp {
            condition: Condition::EventAgeExceeded,
            runs: queued.runs,
        };
    }
    Next::Retry { at, queued }
}
