//! The configuration of a stack, checked before anything is declared.
//!
//! Keys, defaults and descriptions for users stand in `Pulumi.yaml`; a test keeps both alike.

use crate::Error;

/// How long CloudWatch Logs can keep a log group's events, in days
/// (<https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html>).
const LOG_RETENTION_DAYS: [i32; 22] = [
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922,
    3288, 3653,
];

/// The memory of a function and how long one invocation may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Size {
    /// MB; CPU grows with it.
    pub(crate) memory_size: i32,
    /// Seconds.
    pub(crate) timeout: i32,
}

/// All that can be configured, each value within what AWS takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Settings {
    /// `arm64` or `x86_64`: what the functions were built for.
    pub(crate) architecture: String,
    pub(crate) writer: Size,
    pub(crate) users_relay: Size,
    pub(crate) user_created_consumer: Size,
    /// How long the functions' logs are kept.
    pub(crate) log_retention_days: i32,
    /// How long events stay in the archive of the bus; 0 is for ever.
    pub(crate) archive_retention_days: i32,
    /// Whether the table can be restored to any second of the last 35 days.
    pub(crate) point_in_time_recovery: bool,
    /// Whether AWS and Pulumi refuse to delete the table.
    pub(crate) deletion_protection: bool,
    /// Whether a bucket that still holds objects may be deleted with them.
    pub(crate) force_destroy: bool,
    /// The SNS topic that alarms are sent to; none: they are only shown.
    pub(crate) alarm_topic_arn: Option<String>,
}

impl Settings {
    /// Reads every key through `lookup`; a key that is not set has its default.
    pub(crate) fn read(
        project: &str,
        lookup: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, Error> {
        let keys = Keys { project, lookup };
        let memory = |key, default| keys.number(key, default, 128..=10_240, "MB");
        let log_retention_days = keys.number("logRetentionDays", 14, 1..=3653, "days")?;
        if !LOG_RETENTION_DAYS.contains(&log_retention_days) {
            let allowed = format!("one of {} days", list(&LOG_RETENTION_DAYS));
            return Err(keys.refused("logRetentionDays", &log_retention_days.to_string(), allowed));
        }
        Ok(Self {
            architecture: keys.one_of("architecture", "arm64", &["arm64", "x86_64"])?,
            writer: Size {
                memory_size: memory("writerMemorySize", 128)?,
                timeout: keys.number("writerTimeout", 10, 1..=900, "seconds")?,
            },
            users_relay: Size {
                memory_size: memory("usersRelayMemorySize", 256)?,
                // It spends up to 10 s on retries and needs time for the rest of its batch.
                timeout: keys.number("usersRelayTimeout", 30, 15..=900, "seconds")?,
            },
            user_created_consumer: Size {
                memory_size: memory("userCreatedConsumerMemorySize", 128)?,
                timeout: keys.number("userCreatedConsumerTimeout", 10, 1..=900, "seconds")?,
            },
            log_retention_days,
            archive_retention_days: keys.number(
                "archiveRetentionDays",
                14,
                0..=3653,
                "days, 0 is for ever",
            )?,
            point_in_time_recovery: keys.switch("pointInTimeRecovery", true)?,
            deletion_protection: keys.switch("deletionProtection", true)?,
            force_destroy: keys.switch("forceDestroy", false)?,
            alarm_topic_arn: keys.topic("alarmTopicArn")?,
        })
    }
}

/// Reads typed values; every refusal names key, value and what is allowed.
struct Keys<'a, L> {
    project: &'a str,
    lookup: L,
}

impl<L: Fn(&str) -> Option<String>> Keys<'_, L> {
    fn refused(&self, key: &'static str, value: &str, allowed: String) -> Error {
        Error::Config {
            project: self.project.to_owned(),
            key,
            value: value.to_owned(),
            allowed,
        }
    }

    fn number(
        &self,
        key: &'static str,
        default: i32,
        range: std::ops::RangeInclusive<i32>,
        unit: &str,
    ) -> Result<i32, Error> {
        let Some(value) = (self.lookup)(key) else {
            return Ok(default);
        };
        value
            .parse()
            .ok()
            .filter(|number| range.contains(number))
            .ok_or_else(|| {
                let (least, most) = range.into_inner();
                self.refused(
                    key,
                    &value,
                    format!("a whole number from {least} to {most} ({unit})"),
                )
            })
    }

    fn switch(&self, key: &'static str, default: bool) -> Result<bool, Error> {
        let Some(value) = (self.lookup)(key) else {
            return Ok(default);
        };
        value
            .parse()
            .map_err(|_| self.refused(key, &value, "true or false".to_owned()))
    }

    fn one_of(&self, key: &'static str, default: &str, allowed: &[&str]) -> Result<String, Error> {
        let value = (self.lookup)(key).unwrap_or_else(|| default.to_owned());
        if allowed.contains(&value.as_str()) {
            Ok(value)
        } else {
            Err(self.refused(key, &value, allowed.join(" or ")))
        }
    }

    /// An empty value is the same as none: the default in `Pulumi.yaml` has to be a string.
    fn topic(&self, key: &'static str) -> Result<Option<String>, Error> {
        let Some(value) = (self.lookup)(key).filter(|value| !value.is_empty()) else {
            return Ok(None);
        };
        let parts: Vec<&str> = value.split(':').collect();
        if matches!(parts[..], ["arn", _, "sns", region, account, name] if ![region, account, name].contains(&""))
        {
            Ok(Some(value))
        } else {
            Err(self.refused(
                key,
                &value,
                "the ARN of an SNS topic, arn:aws:sns:<region>:<account>:<name>".to_owned(),
            ))
        }
    }
}

fn list(numbers: &[i32]) -> String {
    numbers
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(", ")
}

#[cfg(test)]
#[path = "settings_tests.rs"]
mod tests;
