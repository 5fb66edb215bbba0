//! One completed run for each event: the same stories on the double and on DynamoDB as it runs on this machine.

#![cfg(feature = "aws")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a failed step is a failed test"
)]

mod batches;
#[path = "../clock/mod.rs"]
mod clock;
#[path = "../dynamodb/mod.rs"]
mod dynamodb;
#[macro_use]
#[path = "../event/mod.rs"]
mod event;
mod faults;
mod on_aws;
mod stories;

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};

use contract::Received;
use outbox::consume::{IdempotencyStore, Once, OnceError};
use serde_json::{Value, json};

use self::clock::Clock;

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
