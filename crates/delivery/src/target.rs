//! A rule's target: how long a delivery is tried and what becomes of it then.
//!
//! See <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html> and
//! <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html>.

use std::time::Duration;

use serde::{Deserialize, Serialize};

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

/// Why a target did not take an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// AWS's `ERROR_CODE`, for example `NO_RESOURCE` or `THROTTLING`.
    pub code: &'static str,
    /// What a person should read.
    pub message: String,
    /// Whether another attempt can help; a missing right or resource is not tried again.
    pub retryable: bool,
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

/// The message attributes that a dead-lettered event gets, all of type String or Number: name,
/// type, value.
#[must_use]
pub fn dead_letter_attributes(
    rule_arn: &str,
    target_arn: &str,
    refusal: &Refusal,
    exhausted: Option<Exhausted>,
    attempts: u32,
) -> Vec<(&'static str, &'static str, String)> {
    let mut attributes = vec![
        ("RULE_ARN", "String", rule_arn.to_owned()),
        ("TARGET_ARN", "String", target_arn.to_owned()),
        ("ERROR_CODE", "String", refusal.code.to_owned()),
        ("ERROR_MESSAGE", "String", refusal.message.clone()),
        (
            "RETRY_ATTEMPTS",
            "Number",
            attempts.saturating_sub(1).to_string(),
        ),
    ];
    if let Some(exhausted) = exhausted {
        attributes.push((
            "EXHAUSTED_RETRY_CONDITION",
            "String",
            exhausted.name().to_owned(),
        ));
    }
    attributes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(retryable: bool) -> Refusal {
        Refusal {
            code: if retryable {
                "THROTTLING"
            } else {
                "NO_RESOURCE"
            },
            message: "no".to_owned(),
            retryable,
        }
    }

    fn next(policy: &RetryPolicy, attempts: u32, now: Time) -> Next {
        let delivery = Delivery {
            accepted_at: Time(0),
            attempts,
        };
        after_refusal(
            policy,
            &Backoff::default(),
            delivery,
            &refusal(true),
            now,
            1.0,
        )
    }

    #[test]
    fn row_3_3_a_target_is_tried_186_times_or_for_24_hours_unless_told_otherwise() {
        let policy = RetryPolicy::default();
        assert!(matches!(next(&policy, 185, Time(1)), Next::Retry { .. }));
        assert_eq!(
            next(&policy, 186, Time(1)),
            Next::GiveUp {
                exhausted: Some(Exhausted::Attempts)
            }
        );
        assert_eq!(
            next(&policy, 3, Time(86_400_000)),
            Next::GiveUp {
                exhausted: Some(Exhausted::Age)
            }
        );
    }

    #[test]
    fn row_3_3_the_last_attempt_is_made_at_the_maximum_age() {
        let policy = RetryPolicy {
            maximum_event_age_in_seconds: 60,
            ..RetryPolicy::default()
        };
        assert_eq!(
            next(&policy, 10, Time(59_000)),
            Next::Retry { at: Time(60_000) }
        );
    }

    #[test]
    fn row_3_3_no_retries_means_one_attempt() {
        let policy = RetryPolicy {
            maximum_retry_attempts: 0,
            ..RetryPolicy::default()
        };
        assert_eq!(
            next(&policy, 1, Time(1)),
            Next::GiveUp {
                exhausted: Some(Exhausted::Attempts)
            }
        );
    }

    #[test]
    fn row_3_3_a_missing_resource_or_right_is_not_tried_again() {
        let delivery = Delivery {
            accepted_at: Time(0),
            attempts: 1,
        };
        let policy = RetryPolicy::default();
        let next = after_refusal(
            &policy,
            &Backoff::default(),
            delivery,
            &refusal(false),
            Time(1),
            0.5,
        );
        assert_eq!(next, Next::GiveUp { exhausted: None });
    }

    #[test]
    fn row_3_3_pauses_double_up_to_the_longest_and_have_jitter() {
        let backoff = Backoff {
            first: Duration::from_secs(1),
            longest: Duration::from_secs(5),
        };
        let pauses: Vec<u128> = (1..=5).map(|n| backoff.pause(n, 1.0).as_millis()).collect();
        assert_eq!(pauses, [1000, 2000, 4000, 5000, 5000]);
        assert_eq!(backoff.pause(1, 0.0), Duration::from_millis(500));
        assert_eq!(backoff.pause(u32::MAX, 1.0), Duration::from_secs(5));
    }

    #[test]
    fn row_3_3_a_dead_letter_says_what_was_tried() {
        let attributes = dead_letter_attributes(
            "rule",
            "target",
            &refusal(true),
            Some(Exhausted::Attempts),
            4,
        );
        let attributes: Vec<_> = attributes
            .iter()
            .map(|(name, _, value)| (*name, value.as_str()))
            .collect();
        assert_eq!(
            attributes,
            [
                ("RULE_ARN", "rule"),
                ("TARGET_ARN", "target"),
                ("ERROR_CODE", "THROTTLING"),
                ("ERROR_MESSAGE", "no"),
                ("RETRY_ATTEMPTS", "3"),
                ("EXHAUSTED_RETRY_CONDITION", "MaximumRetryAttempts"),
            ]
        );
        let unretried = dead_letter_attributes("rule", "target", &refusal(false), None, 1);
        assert!(
            unretried
                .iter()
                .all(|(name, _, _)| *name != "EXHAUSTED_RETRY_CONDITION")
        );
    }
}
