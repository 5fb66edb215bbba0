//! Asynchronous invocation: what becomes of an event after each run of its function.
//!
//! See <https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html> and
//! <https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html>.

use std::time::Duration;

use crate::{Outcome, Time};

mod record;

pub use record::{GivenUp, failure_key, failure_record};

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

/// The limit that ended an event, as failure records name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// The function failed each time.
    RetriesExhausted,
    /// The event is too old.
    EventAgeExceeded,
}

impl Condition {
    /// AWS's name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::RetriesExhausted => "RetriesExhausted",
            Self::EventAgeExceeded => "EventAgeExceeded",
        }
    }
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

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    const NEW: Queued = Queued {
        enqueued_at: Time(0),
        runs: 0,
        not_runs: 0,
    };

    fn failed() -> Outcome {
        Outcome::Failed {
            body: Bytes::from_static(br#"{"errorType":"E","errorMessage":"m"}"#),
        }
    }

    fn not_run() -> Outcome {
        Outcome::NotRun {
            reason: "throttled".to_owned(),
        }
    }

    fn next(queued: Queued, outcome: &Outcome, now: Time) -> Next {
        after(&Policy::default(), &Delays::default(), queued, outcome, now)
    }

    #[test]
    fn row_6_1_an_answer_ends_it() {
        assert_eq!(
            next(NEW, &Outcome::Answered(Bytes::new()), Time(1)),
            Next::Done
        );
    }

    #[test]
    fn row_6_1_a_function_error_is_retried_after_one_and_after_two_minutes_then_given_up() {
        let Next::Retry { at, queued } = next(NEW, &failed(), Time(0)) else {
            unreachable!("the first failure is retried")
        };
        assert_eq!((at, queued.runs), (Time(60_000), 1));
        let Next::Retry { at, queued } = next(queued, &failed(), at) else {
            unreachable!("the second failure is retried")
        };
        assert_eq!((at, queued.runs), (Time(180_000), 2));
        assert_eq!(
            next(queued, &failed(), at),
            Next::GiveUp {
                condition: Condition::RetriesExhausted,
                runs: 3
            }
        );
    }

    #[test]
    fn row_6_1_declared_retries_hold() {
        for retries in 0..=2 {
            let policy = Policy {
                maximum_retry_attempts: retries,
                ..Policy::default()
            };
            let last = Queued {
                runs: retries,
                ..NEW
            };
            let next = after(&policy, &Delays::default(), last, &failed(), Time(1));
            let condition = Condition::RetriesExhausted;
            assert_eq!(
                next,
                Next::GiveUp {
                    condition,
                    runs: retries + 1
                }
            );
        }
    }

    #[test]
    fn row_6_1_an_attempt_that_never_ran_is_not_counted_and_backs_off_from_1_s_to_5_min() {
        let mut queued = NEW;
        let mut pauses = Vec::new();
        for _ in 0..11 {
            let Next::Retry { at, queued: later } = next(queued, &not_run(), Time(0)) else {
                unreachable!("it is retried for hours")
            };
            assert_eq!(later.runs, 0);
            pauses.push(at.0 / 1000);
            queued = later;
        }
        assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
    }

    #[test]
    fn row_6_1_an_event_whose_next_attempt_would_come_too_late_is_given_up_by_age() {
        let policy = Policy {
            maximum_event_age_in_seconds: 60,
            ..Policy::default()
        };
        let delays = Delays::default();
        let on_time = after(&policy, &delays, NEW, &failed(), Time(0));
        assert!(matches!(
            on_time,
            Next::Retry {
                at: Time(60_000),
                ..
            }
        ));
        let condition = Condition::EventAgeExceeded;
        let late = after(&policy, &delays, NEW, &failed(), Time(1));
        assert_eq!(late, Next::GiveUp { condition, runs: 1 });
        let throttled = after(&policy, &delays, NEW, &not_run(), Time(59_001));
        assert_eq!(throttled, Next::GiveUp { condition, runs: 0 });
    }
}
