//! The order of a key's events: the same stories on the double and on DynamoDB as it runs on this machine.

#![cfg(feature = "aws")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a failed step is a failed test"
)]

mod bounds;
#[path = "../clock/mod.rs"]
mod clock;
#[path = "../dynamodb/mod.rs"]
mod dynamodb;
#[macro_use]
#[path = "../event/mod.rs"]
mod event;
mod gapless;
mod interleaved;
mod newest;
mod run;

use std::io;
use std::sync::Mutex;

use contract::{Aggregate, Event, EventPattern, Metadata, Misfit, Received};
use outbox::OrderTable;
use outbox::consume::FromEvent;
use outbox::consume::order::{Gapless, LaneStore, OrderError, Parkable, Taken};
use serde_json::{Value, json};

use self::clock::Clock;

event!(Packed of "test.parcels", id like "parcel-1");
event!(Shipped of "test.parcels", id like "parcel-1");

struct Parcel;

impl Aggregate for Parcel {
    fn patterns() -> Vec<EventPattern> {
        vec![EventPattern::of::<Packed>(), EventPattern::of::<Shipped>()]
    }
}

/// What the consumer reads: both kinds.
enum Notice {
    Packed(Received<Packed>),
    Shipped(Received<Shipped>),
}

impl Notice {
    fn metadata(&self) -> &Metadata {
        match self {
            Self::Packed(event) => &event.metadata,
            Self::Shipped(event) => &event.metadata,
        }
    }

    fn key(&self) -> &str {
        &self.metadata().key
    }

    fn sequence(&self) -> u64 {
        self.metadata().sequence.as_str().parse().unwrap()
    }
}

impl FromEvent for Notice {
    fn from_event(event: Value) -> Result<Self, Misfit> {
        if event["detail-type"] == Shipped::DETAIL_TYPE {
            Received::read(event).map(Self::Shipped)
        } else {
            Received::read(event).map(Self::Packed)
        }
    }

    fn patterns() -> Vec<EventPattern> {
        Parcel::patterns()
    }
}

/// The events of a key alternate between the two kinds.
fn event(key: &str, sequence: u64) -> Value {
    let mut event = if sequence % 2 == 1 {
        Received::<Packed>::sample()
    } else {
        Received::<Shipped>::sample()
    };
    let metadata = &mut event["detail"]["metadata"];
    metadata["eventId"] = json!(format!("{key}-{sequence}"));
    metadata["key"] = json!(key);
    metadata["sequence"] = json!(sequence.to_string());
    metadata["sequenceKind"] = json!("counter");
    event
}

fn parkable(key: &str, sequence: u64) -> Parkable<Notice> {
    Parkable::from_event(event(key, sequence)).unwrap()
}

/// A consumer of one environment; its number makes it another one.
fn consumer<'a, S: LaneStore + Sync>(
    store: &'a S,
    clock: &Clock,
    number: u64,
) -> Gapless<Notice, &'a S> {
    let clock = clock.clone();
    Gapless::new::<Parcel>(store, "printer")
        .unwrap()
        .with_seed(number)
        .with_clock(move || clock.now())
}

/// What was handed over, in the order in which it was.
#[derive(Default)]
struct Seen(Mutex<Vec<u64>>);

impl Seen {
    async fn note(&self, notice: Notice) -> io::Result<()> {
        self.0.lock().unwrap().push(notice.sequence());
        std::future::ready(Ok(())).await
    }

    fn all(&self) -> Vec<u64> {
        self.0.lock().unwrap().clone()
    }
}

type Outcome = Result<Taken, OrderError<io::Error>>;

fn consumed(events: usize) -> Taken {
    Taken::Consumed {
        events,
        given_up: Vec::new(),
    }
}

async fn on_aws() -> dynamodb::DynamoDb {
    dynamodb::DynamoDb::start("orderingKey", "consumer").await
}

fn table(dynamodb: &dynamodb::DynamoDb) -> OrderTable {
    OrderTable::new(dynamodb.settings(), "records")
}

/// Makes of each story a test on the double and one on DynamoDB.
macro_rules! on_both_stores {
    ($($story:ident),* $(,)?) => {
        mod on_the_double {
            $(
                #[tokio::test]
                async fn $story() {
                    super::$story(outbox::testing::Lanes::new()).await;
                }
            )*
        }

        mod on_dynamodb {
            $(
                #[tokio::test]
                async fn $story() {
                    let dynamodb = crate::on_aws().await;
                    super::$story(crate::table(&dynamodb)).await;
                }
            )*
        }
    };
}
use on_both_stores;
