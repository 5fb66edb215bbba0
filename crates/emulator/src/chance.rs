use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use rand::rngs::StdRng;
use rand::{Rng, RngExt, SeedableRng};
use uuid::{Builder, Uuid};

/// The one source of ids and jitter of an emulator: the same seed gives the same ones.
#[derive(Clone)]
pub struct Chance(Arc<Mutex<StdRng>>);

impl Chance {
    /// Differs at each start, so that ids of an earlier run don't come again.
    #[must_use]
    pub fn system() -> Self {
        Self(Arc::new(Mutex::new(rand::make_rng())))
    }

    /// The same ids and jitter at each run.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self(Arc::new(Mutex::new(StdRng::seed_from_u64(seed))))
    }

    /// A new random UUID (version 4).
    #[must_use]
    pub fn uuid(&self) -> Uuid {
        let mut bytes = [0; 16];
        self.generator(|generator| generator.fill_bytes(&mut bytes));
        Builder::from_random_bytes(bytes).into_uuid()
    }

    /// A number from 0 up to but not including 1, for jitter.
    #[must_use]
    pub fn fraction(&self) -> f64 {
        self.generator(RngExt::random)
    }

    fn generator<T>(&self, draw: impl FnOnce(&mut StdRng) -> T) -> T {
        draw(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl fmt::Debug for Chance {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Chance")
    }
}
