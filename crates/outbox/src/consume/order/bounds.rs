use std::time::Duration;

/// How much is parked for one key, and how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// The most events.
    pub events: usize,
    /// Their most bytes as JSON; an item of DynamoDB holds 400 KB.
    pub bytes: usize,
    /// How long the missing events are waited for.
    pub patience: Duration,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            events: 100,
            bytes: 256 * 1024,
            patience: Duration::from_mins(15),
        }
    }
}
