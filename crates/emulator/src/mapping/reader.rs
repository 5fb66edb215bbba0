use std::sync::Arc;

use delivery::mapping::{Discard, Ending, Record, Settings};
use futures::future::BoxFuture;

use crate::Occurrence;

/// A record's JSON text.
pub(crate) type Payload = Arc<str>;

/// What reads a stream: an event source mapping or a pipe.
#[derive(Clone)]
pub(crate) struct Reader {
    /// What it is, for messages: `the event source mapping <URN>`.
    pub(crate) title: String,
    /// Under what its progress is kept.
    pub(crate) id: String,
    /// What is read when.
    pub(crate) settings: Settings,
    /// What is read for.
    pub(crate) consumer: Arc<dyn Consumer>,
}

impl Reader {
    /// Tells that it does not go on for now, and why.
    pub(super) fn waits(&self, what: &str) -> Occurrence {
        Occurrence::Warning(format!("{} waits: {what}", self.title))
    }
}

/// Takes the batches of a reader.
pub(crate) trait Consumer: Send + Sync {
    /// One run with one batch.
    fn run(&self, request_id: String, records: Vec<Record<Payload>>) -> BoxFuture<'_, Ending>;

    /// Puts records where they are wanted when they are given up; whether they are there now.
    fn give_up<'a>(
        &'a self,
        discard: &'a Discard<Payload>,
        shard_id: &'a str,
    ) -> BoxFuture<'a, bool>;

    /// Hears that the stream dropped so many records before they were done.
    fn lost(&self, count: usize);
}
