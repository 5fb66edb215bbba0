use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A point in time: milliseconds since the Unix epoch.
///
/// Always handed in, so that the same inputs give the same effects.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Time(pub u64);

impl Time {
    /// The time `duration` later; stays at the end of time instead of wrapping.
    #[must_use]
    pub fn plus(self, duration: Duration) -> Self {
        let millis = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        Self(self.0.saturating_add(millis))
    }

    /// How long ago `earlier` was; zero if it lies in the future.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(self.0.saturating_sub(earlier.0))
    }

    /// In RFC 3339 with whole seconds, as the bus writes an event's time: `2026-11-21T05:17:00Z`.
    #[must_use]
    pub fn in_seconds(self) -> String {
        self.written("%Y-%m-%dT%H:%M:%SZ")
    }

    /// In RFC 3339 with milliseconds, as failure records write it: `2026-11-21T05:17:00.123Z`.
    #[must_use]
    pub fn in_milliseconds(self) -> String {
        self.written("%Y-%m-%dT%H:%M:%S.%3fZ")
    }

    /// As the keys of failure records in a bucket write it: `2026/11/21/2026-11-21T05.17.00`.
    #[must_use]
    pub fn in_object_keys(self) -> String {
        self.written("%Y/%m/%d/%Y-%m-%dT%H.%M.%S")
    }

    /// As API Gateway writes a request's time: `21/Nov/2026:05:17:00 +0000`.
    #[must_use]
    pub fn in_common_log_format(self) -> String {
        self.written("%d/%b/%Y:%H:%M:%S +0000")
    }

    fn written(self, format: &str) -> String {
        let milliseconds = i64::try_from(self.0).unwrap_or(i64::MAX);
        Timestamp::from_millisecond(milliseconds)
            .unwrap_or(Timestamp::MAX)
            .strftime(format)
            .to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::Time;

    #[test]
    fn a_time_is_written_as_aws_writes_it() {
        let time = Time(1_795_238_220_007);
        assert_eq!(time.in_seconds(), "2026-11-21T05:17:00Z");
        assert_eq!(time.in_milliseconds(), "2026-11-21T05:17:00.007Z");
        assert_eq!(time.in_object_keys(), "2026/11/21/2026-11-21T05.17.00");
        assert_eq!(time.in_common_log_format(), "21/Nov/2026:05:17:00 +0000");
        assert_eq!(
            Time(u64::MAX).in_seconds().len(),
            "2026-11-21T05:17:00Z".len()
        );
    }
}
