//! What AWS allows a Region and a bus.
//!
//! See <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html>.

use std::time::Duration;

use crate::Time;

/// How many events a Region takes and hands on in a second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quotas {
    /// Entries of `PutEvents`; what is beyond is refused with `ThrottlingException`.
    pub put_events_per_second: u32,
    /// Invocations of targets; what is beyond comes later.
    pub invocations_per_second: u32,
}

/// How many rules one bus may have in a Region.
const RULES: usize = 300;
const RULES_IN_SMALL_REGIONS: usize = 100;

impl Quotas {
    /// AWS's defaults for a Region, for example `us-east-1`.
    #[must_use]
    pub fn of_region(region: &str) -> Self {
        let (put_events_per_second, invocations_per_second) = match region {
            "us-east-1" | "us-west-2" | "eu-west-1" => (10_000, 18_750),
            "us-east-2" | "eu-central-1" | "eu-south-2" => (2_400, 4_500),
            "us-west-1" | "ap-northeast-1" | "ap-southeast-1" | "ap-southeast-2" | "eu-west-2" => {
                (1_200, 2_250)
            }
            "ap-east-1" | "ap-northeast-2" | "ap-south-1" | "ca-central-1" | "eu-north-1"
            | "eu-west-3" | "sa-east-1" => (600, 1_100),
            _ => (400, 750),
        };
        Self {
            put_events_per_second,
            invocations_per_second,
        }
    }

    /// How many rules one bus may have in a Region.
    #[must_use]
    pub fn rules_per_bus(region: &str) -> usize {
        match region {
            "af-south-1" | "eu-south-1" => RULES_IN_SMALL_REGIONS,
            _ => RULES,
        }
    }
}

/// A token bucket: so many a second, and as many at once after a second of rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bucket {
    per_second: u32,
    /// Thousandths of a token.
    level: u64,
    filled_at: Time,
}

impl Bucket {
    /// A full bucket.
    #[must_use]
    pub fn new(per_second: u32, now: Time) -> Self {
        Self {
            per_second,
            level: u64::from(per_second) * 1_000,
            filled_at: now,
        }
    }

    /// How many tokens are there.
    #[must_use]
    pub fn tokens(&self, now: Time) -> u64 {
        self.level_at(now) / 1_000
    }

    /// Takes one token; false if none is there.
    pub fn take(&mut self, now: Time) -> bool {
        let level = self.level_at(now);
        let taken = level.checked_sub(1_000);
        self.level = taken.unwrap_or(level);
        self.filled_at = self.filled_at.max(now);
        taken.is_some()
    }

    /// When at least one token is there; never, if none ever comes.
    #[must_use]
    pub fn next(&self, now: Time) -> Time {
        let missing = 1_000_u64.saturating_sub(self.level_at(now));
        match u64::from(self.per_second) {
            0 => Time(u64::MAX),
            // A thousandth of a token a millisecond for each token a second.
            rate => now.plus(Duration::from_millis(missing.div_ceil(rate))),
        }
    }

    fn level_at(&self, now: Time) -> u64 {
        let milliseconds = u64::try_from(now.since(self.filled_at).as_millis()).unwrap_or(u64::MAX);
        let rate = u64::from(self.per_second);
        let filled = self.level.saturating_add(milliseconds.saturating_mul(rate));
        filled.min(rate * 1_000)
    }
}
