//! What a run tells of itself: the only thing that the checker and the trace know of it.

mod order;
mod shop;

use std::sync::Arc;

use delivery::Time;
use serde_json::Value;

use crate::scenario::Flow;

pub use order::{KeptLane, Ordered, Turn};
pub use shop::{Answer, Once, Shopping, Step, Verified};

/// Something that happened, with its time, in the order of happening.
#[derive(Clone, Debug, PartialEq)]
pub struct Observed {
    /// When, in virtual time.
    pub at: Time,
    /// What.
    pub what: Observation,
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Observation {
    /// The table took a change; its stream has a record of it.
    Committed(Change),
    /// The stream forgot a record after 24 h.
    Trimmed {
        /// The record's event id.
        event_id: Arc<str>,
    },
    /// A function was given an event.
    Invoked {
        /// Which function.
        function: Function,
        /// Which of its environments, counted from 1 over the whole run.
        environment: u32,
        /// The request's id.
        request_id: String,
        /// For the relay the records' event ids, for the pipe and consumers the producer's event ids.
        events: Vec<Arc<str>>,
        /// For the consumer of a queue the ids of the messages that hold the events, one for each.
        messages: Vec<Arc<str>>,
    },
    /// A function answered, failed, or did not run.
    Answered {
        /// Which function.
        function: Function,
        /// Which of its environments; 0 if it did not run.
        environment: u32,
        /// The request's id.
        request_id: String,
        /// How it ended.
        ending: Ending,
    },
    /// The bus took an entry, whether or not the relay heard of it; in the order of acceptance.
    Accepted {
        /// The entry's source.
        source: String,
        /// The entry's detail-type.
        detail_type: String,
        /// The entry's detail: JSON text.
        detail: Arc<str>,
        /// `metadata.eventId` of the detail.
        event_id: Arc<str>,
    },
    /// An entry or a whole call was refused, or its answer was lost.
    Refused {
        /// The producer's ids of the entries concerned.
        event_ids: Vec<Arc<str>>,
        /// AWS's code, or what became of the answer.
        code: String,
    },
    /// The quarantine queue took this message, decoded.
    Quarantined {
        /// The message's JSON text.
        body: Arc<str>,
    },
    /// An on-failure destination of the mapping holds this record.
    FailureRecord {
        /// The destination's ARN.
        destination: String,
        /// The object's key.
        key: String,
        /// The record, with the payload if the destination is a bucket.
        record: Arc<Value>,
    },
    /// A target refused this event.
    TargetRefused {
        /// Which target.
        target: Target,
        /// The producer's id of the event.
        event_id: Arc<str>,
        /// AWS's code.
        code: &'static str,
    },
    /// A target's consumer completed this event.
    Delivered {
        /// Which target.
        target: Target,
        /// The event: the envelope's JSON text.
        event: Arc<str>,
    },
    /// A target's dead-letter queue, its queue's redrive queue, or its function's failure destination
    /// holds this event.
    DeadLettered {
        /// Which target.
        target: Target,
        /// Which of its queues: the ARN.
        queue: String,
        /// The event: the envelope's JSON text.
        event: Arc<str>,
        /// The message's attributes, by name; of a message that was received too often its
        /// `ApproximateReceiveCount` too, and of a failure record its `requestContext`.
        attributes: Value,
    },
    /// The tracking table took a status.
    Tracked {
        /// The order's id.
        order: String,
        /// Its status from now on.
        status: String,
        /// The sequence of the event that told it.
        sequence: String,
    },
    /// A caller of the shop asked, sent, wrote or heard something.
    Shopping(Shopping),
    /// A consumer that works on each event once is one step further.
    Once(Once),
    /// A consumer that takes the events of each key in their order is one step further.
    Ordered(Ordered),
    /// The sweeper looked at the outbox when nothing happened any more.
    Verified {
        /// What it found.
        found: Verified,
        /// Whether it looks for the last time; else it publishes what lies nowhere.
        last: bool,
    },
    /// The sweeper's process ended before its work did.
    SweeperDied,
    /// The pipe stopped by itself.
    PipeStopped {
        /// Why.
        reason: String,
    },
    /// A fault of the scenario can strike from now on.
    FaultBegan {
        /// Its place in [`Scenario::faults`](crate::Scenario).
        fault: usize,
    },
    /// A fault of the scenario is over.
    FaultEnded {
        /// Its place in [`Scenario::faults`](crate::Scenario).
        fault: usize,
    },
    /// A shard of the stream was closed and has two children now.
    Split {
        /// The closed shard.
        parent: String,
        /// Its children.
        children: [String; 2],
    },
    /// The emulator was killed: what was not committed is gone.
    Killed,
    /// The emulator is there again, over the committed state.
    Restarted,
    /// At the end a queue that nobody consumes still holds so many messages: the quarantine all that it took.
    Held {
        /// Its ARN.
        queue: String,
        /// How many messages can be received.
        messages: usize,
    },
    /// More waits in the emulator than ever before, or the run is over.
    Waits {
        /// How much.
        waiting: Waiting,
        /// Whether the run is over.
        at_end: bool,
    },
    /// The emulator warned.
    Warned(String),
}

/// How much waits in the emulator's durable state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Waiting {
    /// Events on their way from the bus to a target, one for each target.
    pub deliveries: u64,
    /// Events that wait for the consumer, and records on their way to its failure destination.
    pub asynchronous: u64,
    /// Messages of the queues that are consumed.
    pub messages: u64,
}

/// A committed change of the table, as its stream holds it.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// The record's event id.
    pub event_id: Arc<str>,
    /// Its sequence number.
    pub sequence_number: String,
    /// The shard that holds it.
    pub shard: String,
    /// The item's key: the attribute `id`.
    pub key: String,
    /// What was done.
    pub kind: Kind,
    /// The item after the change as plain JSON with the fields of `events::User`, of `events::Order` or of a row; one
    /// of them is missing in an item that does not map. Absent if the item was removed.
    pub item: Option<Arc<Value>>,
    /// What the scenario meant it to be.
    pub meaning: Meaning,
}

impl Change {
    /// What it is about: the aggregate of a row, else the item.
    #[must_use]
    pub fn subject(&self) -> &str {
        let aggregate = self
            .item
            .as_ref()
            .and_then(|item| item["aggregate"].as_str());
        aggregate.unwrap_or(&self.key)
    }
}

/// What was done to an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It is new.
    Insert,
    /// It was there before.
    Modify,
    /// A request deleted it.
    Remove,
    /// Its time to live ran out.
    Expire,
}

/// Whether a change can be published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// It is an event.
    Event,
    /// Its item does not fit the application's type.
    Unmappable,
    /// The mapping panics on it.
    Panics,
    /// Its event is larger than is published.
    TooLarge,
    /// Nothing: the pipe's filter leaves it out.
    Nothing,
}

/// A function of the simulated application.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Function {
    /// Publishes the table's changes.
    Relay,
    /// Is invoked asynchronously with every `UserCreated`.
    Consumer,
    /// Reads the queue that a target is.
    OfQueue(Target),
    /// Reads what the pipe gave up back from the stream, and quarantines it.
    Recovery,
    /// No function: the pipe, and each call of `PutEvents` that it makes.
    Pipe,
}

/// A target of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// The function that takes `UserCreated`.
    Consumer,
    /// The queue that takes `UserUpdated` and `UserDeleted`.
    Queue,
    /// The queue that takes every event.
    Audit,
    /// The queue of the restaurants: every order that is created.
    Notify,
    /// The queue that tracks orders: every change of an order.
    Tracking,
    /// The queue that writes each order's history: every event of the order's aggregate, in its order.
    History,
}

impl Target {
    /// Every target of a flow.
    #[must_use]
    pub fn of(flow: Flow) -> &'static [Self] {
        match flow {
            Flow::Users => &[Self::Consumer, Self::Queue, Self::Audit],
            Flow::Orders => &[Self::Notify, Self::Tracking],
            Flow::Checkout => &[Self::Notify, Self::Tracking, Self::History],
        }
    }

    /// Whether its rule matches an event of its flow.
    #[must_use]
    pub fn takes(self, detail_type: &str, detail: &Value) -> bool {
        match self {
            Self::Consumer => detail_type == "UserCreated",
            Self::Queue => matches!(detail_type, "UserUpdated" | "UserDeleted"),
            Self::Audit => true,
            Self::Notify if detail_type == "OrderDetailsChanged" => detail["status"] == "CREATED",
            Self::Notify | Self::Tracking => {
                matches!(detail_type, "OrderDetailsChanged" | "OrderPlaced")
            }
            Self::History => matches!(detail_type, "OrderPlaced" | "StockReserved"),
        }
    }
}

/// How an invocation ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// With this body.
    Answered(String),
    /// With this error.
    Failed(String),
    /// It was not run, for this reason.
    NotRun(String),
}
