//! The names that mark a lease as one delivery's own.

use std::hash::{BuildHasher as _, RandomState};
use std::sync::Mutex;

use crate::relay::lock;

/// Draws a name for each delivery. Environments that run at the same time need different seeds.
pub(super) struct Owners(Mutex<fastrand::Rng>);

impl Owners {
    /// The same names for the same seed.
    pub(super) fn seeded(seed: u64) -> Self {
        Self(Mutex::new(fastrand::Rng::with_seed(seed)))
    }

    /// Other names in each process: the operating system seeds the standard library's hasher.
    pub(super) fn of_this_process() -> Self {
        Self::seeded(RandomState::new().hash_one("owners"))
    }

    /// The next name.
    pub(super) fn draw(&self) -> String {
        format!("{:032x}", lock(&self.0).u128(..))
    }
}
