use std::collections::HashMap;
use std::time::Duration;

use tokio::time::Instant;

/// What this environment finished behind the record that its last answer reported: Lambda sends all of that again.
///
/// It only makes duplicates fewer. Another environment may get the repeat, so correctness never rests on it.
#[derive(Debug, Default)]
pub(super) struct Memory {
    /// Ids of accepted events, and stream event ids of quarantined records, which never look alike: the former have
    /// a `:` and a detail-type behind the latter.
    finished: HashMap<String, Instant>,
}

/// How long a repeat is waited for. Lambda repeats a failed batch within seconds or minutes.
const KEPT: Duration = Duration::from_mins(15);

impl Memory {
    pub(super) fn knows(&self, id: &str) -> bool {
        self.finished.contains_key(id)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.finished.is_empty()
    }

    /// Behind the record that is reported: it will come again.
    pub(super) fn keep(&mut self, id: &str, now: Instant) {
        self.finished.insert(id.to_owned(), now);
    }

    /// Before the record that is reported: the shard has moved past it.
    pub(super) fn forget(&mut self, id: &str) {
        self.finished.remove(id);
    }

    pub(super) fn forget_old(&mut self, now: Instant) {
        self.finished
            .retain(|_, kept| now.saturating_duration_since(*kept) < KEPT);
    }
}
