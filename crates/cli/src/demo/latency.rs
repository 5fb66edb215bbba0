use std::time::Duration;

/// How long events took, by nearest rank: `p99` is the smallest value that at least 99 % of all
/// values do not exceed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Latency {
    pub(crate) p50: Duration,
    pub(crate) p99: Duration,
    pub(crate) max: Duration,
}

impl Latency {
    /// None if there are no values.
    pub(crate) fn of(mut values: Vec<Duration>) -> Option<Self> {
        values.sort_unstable();
        let rank = |percent: usize| {
            let position = (values.len() * percent).div_ceil(100);
            values.get(position.checked_sub(1)?).copied()
        };
        Some(Self {
            p50: rank(50)?,
            p99: rank(99)?,
            max: rank(100)?,
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail so")]

    use super::*;

    fn millis(values: impl IntoIterator<Item = u64>) -> Vec<Duration> {
        values.into_iter().map(Duration::from_millis).collect()
    }

    #[test]
    fn ranks_are_the_nearest() {
        let latency = Latency::of(millis((1..=200).rev())).unwrap();

        assert_eq!(latency.p50, Duration::from_millis(100));
        assert_eq!(latency.p99, Duration::from_millis(198));
        assert_eq!(latency.max, Duration::from_millis(200));
    }

    #[test]
    fn one_value_is_all_of_them_and_none_is_none() {
        let one = Latency::of(millis([7])).unwrap();

        assert_eq!(
            (one.p50, one.p99, one.max),
            (one.max, one.max, Duration::from_millis(7))
        );
        assert_eq!(Latency::of(Vec::new()), None);
    }
}
