use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

/// Draws numbers that follow from a seed.
#[derive(Debug)]
pub(super) struct Draw(StdRng);

impl Draw {
    /// The numbers of one part of what a seed decides.
    #[must_use]
    pub(super) fn of(seed: u64, part: u64) -> Self {
        Self(StdRng::seed_from_u64(
            seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(part),
        ))
    }

    /// True in `per_mille` of a thousand cases.
    pub(super) fn chance(&mut self, per_mille: u16) -> bool {
        self.0.random_range(0..1000_u16) < per_mille
    }

    /// A number of a range, both ends included.
    pub(super) fn between(&mut self, least: u32, most: u32) -> u32 {
        self.0.random_range(least..=most.max(least))
    }

    /// From 1 to `most`, small ones more often.
    pub(super) fn small(&mut self, most: u32) -> u32 {
        let bound = self.between(1, most);
        self.between(1, bound)
    }

    /// A number from 0 up to but not including `count`.
    pub(super) fn index(&mut self, count: usize) -> usize {
        self.0.random_range(0..count.max(1))
    }

    /// One of these.
    pub(super) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.index(from.len())]
    }

    /// A duration of a range in whole milliseconds, both ends included.
    pub(super) fn duration(&mut self, least: Duration, most: Duration) -> Duration {
        let milliseconds =
            |duration: Duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        let (least, most) = (milliseconds(least), milliseconds(most));
        Duration::from_millis(self.0.random_range(least..=most.max(least)))
    }

    /// A duration of a range whose order of magnitude is drawn first, so that short ones come as often as long ones.
    pub(super) fn magnitude(&mut self, least: Duration, most: Duration) -> Duration {
        let mut bound = least;
        while bound < most && !self.chance(400) {
            bound = bound.saturating_mul(3);
        }
        self.duration(least, bound.min(most))
    }

    /// A seed for something else.
    pub(super) fn seed(&mut self) -> u64 {
        self.0.random()
    }
}
