use bytes::Bytes;
use delivery::{Outcome, Time};
use tokio::sync::broadcast;

/// Something that happened to an event on its way. `up` prints these, `demo` counts them.
#[derive(Clone, Debug)]
pub enum Occurrence {
    /// A table took a change that has a stream record.
    Written {
        /// The table's name.
        table: String,
        /// The record's sequence number.
        sequence_number: String,
    },
    /// A REST API answered a request.
    Requested {
        /// The API's name; its id in the request's path if there is no such API or stage.
        api: String,
        /// The HTTP method.
        method: String,
        /// The path below the stage, as sent and without the query string.
        path: String,
        /// The status that the client got.
        status: u16,
        /// When the request was received.
        received_at: Time,
        /// When it was answered.
        answered_at: Time,
    },
    /// A bus accepted (or refused, by `error_code`) one entry of a `PutEvents` call.
    Published {
        /// The bus's name.
        bus: String,
        /// The entry's detail-type.
        detail_type: String,
        /// The id the bus gave, absent if it refused the entry.
        event_id: Option<String>,
        /// Why the entry was refused.
        error_code: Option<String>,
        /// How many rules matched.
        matched_rules: usize,
    },
    /// One `PutEvents` call was answered.
    PutEventsCall {
        /// How many entries it carried.
        entries: usize,
        /// How many of them were refused.
        failed: usize,
    },
    /// A rule ran on its schedule.
    Scheduled {
        /// The rule's name.
        rule: String,
    },
    /// A function's invocation ended. `payload` is what its environment received.
    Invoked {
        /// The function's physical name.
        function: String,
        /// The request id.
        request_id: String,
        /// The event it was given.
        payload: Bytes,
        /// How it ended.
        outcome: Outcome,
        /// When it was handed to an environment.
        started_at: Time,
        /// When it ended.
        ended_at: Time,
    },
    /// A mapping, pipe, target or asynchronous invoke gave up on something and put it into `destination`.
    Discarded {
        /// What gave up: a mapping's UUID, a pipe's or target's ARN, a function's name.
        source: String,
        /// Where it lies now: a queue's or bucket's ARN; absent if it is lost.
        destination: Option<String>,
        /// The condition, in AWS's words, for example `RetryAttemptsExhausted`.
        condition: String,
        /// How many records or events.
        count: usize,
    },
    /// Anything else a person should see, for example a publication to a bus that does not exist.
    Warning(String),
}

/// Where the parts of the emulator tell what they do.
///
/// Telling never waits: a listener that is too slow misses occurrences and is told so.
#[derive(Clone, Debug)]
pub struct Journal(broadcast::Sender<Occurrence>);

impl Journal {
    /// A journal that keeps the last `capacity` occurrences for slow listeners.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        Self(broadcast::Sender::new(capacity))
    }

    /// Tells all listeners; nobody listening is fine.
    pub fn tell(&self, occurrence: Occurrence) {
        let _ = self.0.send(occurrence);
    }

    /// Hears everything told from now on.
    #[must_use]
    pub fn listen(&self) -> broadcast::Receiver<Occurrence> {
        self.0.subscribe()
    }
}
