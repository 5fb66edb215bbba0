use std::time::Duration;

use thiserror::Error;

use super::Entry;
use crate::Time;

const MINUTE: u64 = 60;

/// When a scheduled rule runs.
///
/// See <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rate-expressions.html>.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Schedule {
    every: Duration,
}

/// Why a schedule expression can't be run.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ScheduleError {
    /// A cron expression, which AWS takes.
    #[error("{0:?} is a cron expression; only rate(…) can be run here")]
    Cron(String),
    /// AWS refuses it too.
    #[error(
        "{0:?} is no schedule expression: expected rate(1 minute), rate(5 minutes), rate(1 hour), rate(2 days) or the like"
    )]
    Malformed(String),
}

impl Schedule {
    /// Reads `rate(value unit)`; the unit of 1 is singular, all others are plural.
    pub fn read(expression: &str) -> Result<Self, ScheduleError> {
        if expression.starts_with("cron(") {
            return Err(ScheduleError::Cron(expression.to_owned()));
        }
        let seconds = rate(expression);
        seconds
            .map(|seconds| Self {
                every: Duration::from_secs(seconds),
            })
            .ok_or_else(|| ScheduleError::Malformed(expression.to_owned()))
    }

    /// The first run later than `now` of a rule that was created at `created`.
    #[must_use]
    pub fn next(&self, created: Time, now: Time) -> Time {
        let every = u64::try_from(self.every.as_millis()).unwrap_or(u64::MAX);
        let elapsed = now.0.saturating_sub(created.0);
        let runs = (elapsed / every).saturating_add(1);
        Time(created.0.saturating_add(runs.saturating_mul(every)))
    }
}

fn rate(expression: &str) -> Option<u64> {
    let inside = expression.strip_prefix("rate(")?.strip_suffix(')')?;
    let (value, unit) = inside.trim().split_once(char::is_whitespace)?;
    let value: u64 = value.parse().ok().filter(|value| *value > 0)?;
    let unit = unit.trim_start();
    let singular = match value {
        1 => unit,
        _ => unit.strip_suffix('s')?,
    };
    let seconds = match singular {
        "minute" => MINUTE,
        "hour" => 60 * MINUTE,
        "day" => 24 * 60 * MINUTE,
        _ => return None,
    };
    value.checked_mul(seconds)
}

/// What the targets of a scheduled rule get, as an entry that nobody published.
///
/// See <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-rule-schedule.html>.
#[must_use]
pub fn scheduled_event(rule_arn: &str, time: Time) -> Entry {
    Entry {
        bus: None,
        time: Some(time),
        source: "aws.events".to_owned(),
        detail_type: "Scheduled Event".to_owned(),
        detail: "{}".to_owned(),
        resources: vec![rule_arn.to_owned()],
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail so")]

    use super::*;

    #[test]
    fn row_3_6_rate_is_a_number_with_a_unit_that_agrees_with_it() {
        for (expression, seconds) in [
            ("rate(1 minute)", 60),
            ("rate(5 minutes)", 300),
            ("rate(1 hour)", 3_600),
            ("rate(12 hours)", 43_200),
            ("rate(1 day)", 86_400),
            ("rate(7 days)", 604_800),
        ] {
            let every = Schedule::read(expression).unwrap().every;
            assert_eq!(every, Duration::from_secs(seconds), "{expression}");
        }
        for refused in [
            "rate(1 minutes)",
            "rate(5 minute)",
            "rate(0 minutes)",
            "rate(-1 minute)",
            "rate(1.5 hours)",
            "rate(30 seconds)",
            "rate(1)",
            "rate()",
            "1 minute",
            "rate(18446744073709551615 days)",
            "",
        ] {
            let error = Schedule::read(refused).unwrap_err();
            assert_eq!(error, ScheduleError::Malformed(refused.to_owned()));
        }
    }

    #[test]
    fn row_3_6_cron_is_refused_by_name() {
        let error = Schedule::read("cron(0 20 * * ? *)").unwrap_err();

        let text = error.to_string();
        assert!(text.contains("cron(0 20 * * ? *)"), "{text}");
        assert!(text.contains("only rate(…)"), "{text}");
    }

    #[test]
    fn row_3_6_start_is_the_creation_of_the_rule_and_runs_keep_their_distance_from_it() {
        let schedule = Schedule::read("rate(1 minute)").unwrap();
        let created = Time(1_000);

        for (now, next) in [
            (1_000, 61_000),
            (60_999, 61_000),
            (61_000, 121_000),
            (121_001, 181_000),
            // The clock was set back.
            (10, 61_000),
        ] {
            assert_eq!(schedule.next(created, Time(now)), Time(next), "{now}");
        }
    }
}
