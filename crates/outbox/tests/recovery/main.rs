//! Positions of given up records in, the records whole in the quarantine out.

#![cfg(feature = "aws")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a failed step is a failed test"
)]

mod failures;
#[path = "../log/mod.rs"]
mod log;
mod lost;
mod message;
mod shards;
mod whole;

use std::time::Duration;

use outbox::Recovery;
use outbox::quarantine::{Function, Quarantined, ReasonKind};
use outbox::testing::{Quarantine, messages};
use serde_json::{Value, json};
use shards::{STREAM_ARN, Stream, number};
use tokio::time::Instant;

use self::log::Log;

const TIME_LEFT: Duration = Duration::from_mins(1);

/// What a pipe sends to its dead-letter queue about the records from one to another.
fn positions(first: u32, last: u32) -> Value {
    json!({
        "context": {
            "partnerResourceArn": "arn:aws:pipes:us-east-1:000000000000:pipe/orders-pipe",
            "condition": "RetryAttemptsExhausted",
        },
        "version": "1.0",
        "timestamp": "2026-11-21T12:00:00.000Z",
        "DDBStreamBatchInfo": {
            "shardId": "shard-1",
            "startSequenceNumber": number(first),
            "endSequenceNumber": number(last),
            "approximateArrivalOfFirstRecord": "2026-11-21T11:00:00Z",
            "approximateArrivalOfLastRecord": "2026-11-21T11:00:01Z",
            "batchSize": last - first + 1,
            "streamArn": STREAM_ARN,
        },
    })
}

/// What became of a batch.
struct Outcome {
    /// The messages that come again.
    failed: Vec<String>,
    quarantined: Vec<Quarantined>,
    log: String,
}

impl Outcome {
    /// The event ids of the records that were quarantined whole.
    fn recovered(&self) -> Vec<String> {
        let given_up = self
            .quarantined
            .iter()
            .filter(|each| each.reason.kind == ReasonKind::GivenUp);
        given_up
            .map(|each| record(each)["eventID"].as_str().unwrap().to_owned())
            .collect()
    }

    fn kinds(&self) -> Vec<ReasonKind> {
        self.quarantined
            .iter()
            .map(|each| each.reason.kind)
            .collect()
    }
}

fn record(quarantined: &Quarantined) -> Value {
    serde_json::from_str(quarantined.record.get()).unwrap()
}

fn events(numbers: std::ops::RangeInclusive<u32>) -> Vec<String> {
    numbers.map(|number| format!("event-{number}")).collect()
}

async fn recover<B: ToString>(
    stream: &Stream,
    quarantine: Quarantine,
    bodies: impl IntoIterator<Item = B>,
) -> Outcome {
    let recovery = Recovery::new(stream.clone(), quarantine.clone()).with_function(Function {
        name: "orders-recovery".to_owned(),
        version: "7".to_owned(),
    });
    let log = Log::default();
    let handled = recovery.handle(messages(bodies), Instant::now() + TIME_LEFT);
    let failures = log.of(handled).await;
    let messages = quarantine.messages();
    Outcome {
        failed: failures.identifiers().map(str::to_owned).collect(),
        quarantined: messages
            .iter()
            .map(|each| Quarantined::read(each).unwrap())
            .collect(),
        log: log.text(),
    }
}
