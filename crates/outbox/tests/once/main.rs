//! One completed run for each event: the same stories on the double and on DynamoDB as it runs on this machine.

#![cfg(feature = "aws")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a failed step is a failed test"
)]

mod batches;
#[path = "../dynamodb/mod.rs"]
mod dynamodb;
#[macro_use]
#[path = "../event/mod.rs"]
mod event;
mod faults;
mod on_aws;
mod stories;

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use contract::Received;
use outbox::consume::{IdempotencyStore, Once, OnceError};
use serde_json::{Value, json};

event!(Stored of "test.items", id like "item-1");

/// An event with an id and data.
fn event(event_id: &str, data: &str) -> Value {
    let mut event = Received::<Stored>::sample();
    event["detail"]["id"] = json!(data);
    event["detail"]["metadata"]["eventId"] = json!(event_id);
    event
}

fn received(event: Value) -> Received<Stored> {
    Received::read(event).unwrap()
}

/// A clock that a test turns.
#[derive(Clone)]
struct Clock(Arc<AtomicU64>);

impl Clock {
    fn new() -> Self {
        Self(Arc::new(AtomicU64::new(1_795_238_220_000)))
    }

    fn turn(&self, by: Duration) {
        let by = u64::try_from(by.as_millis()).unwrap();
        self.0.fetch_add(by, Ordering::Relaxed);
    }

    fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_millis(self.0.load(Ordering::Relaxed))
    }
}

/// An environment of a consumer; its number makes it another one.
fn environment<'a, S: IdempotencyStore + Sync>(
    store: &'a S,
    clock: &Clock,
    number: u64,
) -> Once<&'a S> {
    let clock = clock.clone();
    Once::new(store, "printer")
        .with_seed(number)
        .with_clock(move || clock.now())
}

/// Work that counts its runs and gives their number.
#[derive(Default)]
struct Work(AtomicUsize);

impl Work {
    async fn run(&self) -> io::Result<usize> {
        std::future::ready(Ok(self.0.fetch_add(1, Ordering::Relaxed) + 1)).await
    }

    fn runs(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

type Outcome = Result<usize, OnceError<io::Error>>;

fn in_progress(outcome: &Outcome) -> bool {
    matches!(outcome, Err(OnceError::InProgress { .. }))
}
