use std::collections::BTreeMap;
use std::time::Duration;

use super::{Exchange, Fault, ResponseType};
use crate::Time;

/// How many requests are taken: a token bucket.
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html>
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rate {
    /// Requests a second: how fast the bucket fills.
    pub per_second: f64,
    /// Requests at once: how many the bucket holds.
    pub burst: u32,
}

impl Rate {
    /// What an account has in most regions.
    pub const ACCOUNT: Self = Self {
        per_second: 10_000.0,
        burst: 5_000,
    };
}

/// The buckets of a stage: one for the account, and one for each method with a rate of its own.
#[derive(Clone, Debug)]
pub struct Throttles {
    account: Throttle,
    methods: BTreeMap<(String, String), Throttle>,
}

impl Default for Throttles {
    fn default() -> Self {
        Self {
            account: Throttle::new(Rate::ACCOUNT),
            methods: BTreeMap::new(),
        }
    }
}

impl Throttles {
    /// Takes a request or says that it is one too many. A method's bucket is asked first.
    pub fn admit(&mut self, exchange: &Exchange<'_>, now: Time) -> Result<(), Fault> {
        let admitted = match exchange.method().rate {
            None => true,
            Some(rate) => {
                let bucket = self.methods.entry(exchange.key());
                bucket.or_insert_with(|| Throttle::new(rate)).admit(now)
            }
        };
        if admitted && self.account.admit(now) {
            return Ok(());
        }
        Err(Fault::new(ResponseType::Throttled, "Too Many Requests"))
    }
}

/// A bucket as it stands.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Throttle {
    rate: Rate,
    tokens: f64,
    filled_at: Option<Time>,
}

impl Throttle {
    /// A full bucket.
    fn new(rate: Rate) -> Self {
        Self {
            rate,
            tokens: f64::from(rate.burst),
            filled_at: None,
        }
    }

    /// Takes a token; false means the request is one too many.
    fn admit(&mut self, now: Time) -> bool {
        let passed = self
            .filled_at
            .map_or(Duration::ZERO, |filled| now.since(filled));
        // A clock that goes back fills nothing.
        self.filled_at = self.filled_at.max(Some(now));
        let added = passed.as_secs_f64() * self.rate.per_second;
        self.tokens = (self.tokens + added).min(f64::from(self.rate.burst));
        if self.tokens < 1.0 {
            return false;
        }
        self.tokens -= 1.0;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_taken_at_once_and_then_as_many_as_the_rate_allows() {
        let mut throttle = Throttle::new(Rate {
            per_second: 2.0,
            burst: 3,
        });
        let mut admitted = |millisecond: u64| throttle.admit(Time(1_000_000 + millisecond));

        assert!(admitted(0) && admitted(0) && admitted(0));
        assert!(!admitted(0) && !admitted(499));
        assert!(admitted(500));
        assert!(!admitted(501));
        assert!(admitted(10_000) && admitted(10_000) && admitted(10_000));
        assert!(!admitted(10_000));
    }

    #[test]
    fn a_rate_of_nothing_takes_nothing() {
        let mut throttle = Throttle::new(Rate {
            per_second: 0.0,
            burst: 0,
        });
        assert!(!throttle.admit(Time(0)) && !throttle.admit(Time(1_000_000)));
    }
}
