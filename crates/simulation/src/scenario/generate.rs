use super::{Scenario, Settings};

impl Scenario {
    /// The scenario that a seed means.
    #[must_use]
    pub fn of(seed: u64) -> Self {
        Self {
            seed,
            settings: Settings::default(),
            operations: Vec::new(),
            faults: Vec::new(),
            splits: Vec::new(),
            kills: Vec::new(),
        }
    }
}
