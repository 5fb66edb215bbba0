//! Positions of given up records in, the records whole in the quarantine out.

#![cfg(feature = "aws")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a failed step is a failed test"
)]

mod shards;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use lambda_runtime::tracing::{instrument::WithSubscriber as _, subscriber};
use outbox::publish::CallError;
use outbox::quarantine::{Function, Quarantined, ReasonKind};
use outbox::testing::{Quarantine, messages};
use outbox::{Change, Events, Recovery, Relay, testing};
use serde::Deserialize;
use serde_json::{Value, json, to_value};
use shards::{STREAM_ARN, Stream, number, refused};
use tokio::time::Instant;

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

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

async fn recover<B: ToString>(
    stream: &Stream,
    quarantine: Quarantine,
    bodies: impl IntoIterator<Item = B>,
) -> Outcome {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_writer(move || writer.clone())
        .finish();
    let recovery = Recovery::new(stream.clone(), quarantine.clone()).with_function(Function {
        name: "orders-recovery".to_owned(),
        version: "7".to_owned(),
    });
    let failures = recovery
        .handle(messages(bodies), Instant::now() + TIME_LEFT)
        .with_subscriber(subscriber)
        .await;
    let messages = quarantine.messages();
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    Outcome {
        failed: failures.identifiers().map(str::to_owned).collect(),
        quarantined: messages
            .iter()
            .map(|each| Quarantined::read(each).unwrap())
            .collect(),
        log,
    }
}

#[tokio::test(start_paused = true)]
async fn every_named_record_is_quarantined_whole_and_no_other() {
    // GIVEN a stream of which the pipe gave up two pieces
    let stream = Stream::with_records(9);
    // WHEN
    let outcome = recover(
        &stream,
        Quarantine::new(),
        [positions(2, 4), positions(7, 7)],
    )
    .await;
    // THEN
    assert_eq!(outcome.failed, [""; 0]);
    let mut recovered = outcome.recovered();
    recovered.sort();
    assert_eq!(recovered, [events(2..=4), events(7..=7)].concat());
    // and each as the relay would have stored it: the record as Lambda delivers it, the function, the reason
    let first = &outcome.quarantined[0];
    assert_eq!(
        first.reason.message,
        "arn:aws:pipes:us-east-1:000000000000:pipe/orders-pipe gave the record up: RetryAttemptsExhausted"
    );
    assert_eq!(
        (
            first.function.name.as_str(),
            first.function.version.as_str()
        ),
        ("orders-recovery", "7")
    );
    let record = record(first);
    assert_eq!(record["eventSourceARN"], STREAM_ARN);
    assert_eq!(
        record["userIdentity"],
        json!({ "principalId": "dynamodb.amazonaws.com", "type": "Service" })
    );
    assert_eq!(record["dynamodb"]["NewImage"]["id"]["S"], "order-2");
}

#[tokio::test(start_paused = true)]
async fn what_was_recovered_is_published_again_like_any_other_quarantined_record() {
    #[derive(Deserialize)]
    struct Item {
        id: String,
    }
    // GIVEN a recovered record
    let stream = Stream::with_records(1);
    let outcome = recover(&stream, Quarantine::new(), [positions(1, 1)]).await;
    // WHEN a relay gets it
    let bus = testing::Bus::new();
    let mapped = Mutex::new(Vec::new());
    let failures = Relay::new(bus, Quarantine::new())
        .handle(
            &outcome.quarantined[0].batch(),
            Instant::now() + TIME_LEFT,
            |change: Change<Item, Item>| {
                if let Change::Created(item) = change {
                    mapped.lock().unwrap().push(item.id);
                }
                Events::none()
            },
        )
        .await;
    // THEN the mapping sees the item
    assert!(failures.is_empty());
    assert_eq!(mapped.into_inner().unwrap(), ["order-1"]);
}

#[tokio::test(start_paused = true)]
async fn records_are_found_across_pages_empty_ones_too() {
    for stream in [
        Stream::with_records(9).in_pages_of(1),
        Stream::with_records(9)
            .in_pages_of(2)
            .with_empty_pages_between(),
        Stream::with_records(6).in_pages_of(4).closed(),
    ] {
        let outcome = recover(&stream, Quarantine::new(), [positions(2, 6)]).await;
        assert_eq!(outcome.failed, [""; 0]);
        assert_eq!(outcome.recovered(), events(2..=6));
        assert!(!outcome.log.contains("lost_records"), "{}", outcome.log);
    }
}

#[tokio::test(start_paused = true)]
async fn a_range_may_hold_more_records_than_were_given_up() {
    // GIVEN a pipe whose filter left out one of three
    let mut named = positions(2, 4);
    named["DDBStreamBatchInfo"]["batchSize"] = json!(2);
    let outcome = recover(&Stream::with_records(9), Quarantine::new(), [named]).await;
    assert_eq!(outcome.kinds(), [ReasonKind::GivenUp; 3]);
}

#[track_caller]
fn assert_lost(outcome: &Outcome, lost: u32, named: &Value) {
    // The message is done: nothing would be found the next time either.
    assert_eq!(outcome.failed, [""; 0]);
    // The log tells it as the metric filter expects it.
    let lines: Vec<Value> = outcome
        .log
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .filter(|line| !line["lost_records"].is_null())
        .collect();
    let [line] = &lines[..] else {
        panic!("one line was expected: {}", outcome.log)
    };
    let batch = &named["DDBStreamBatchInfo"];
    assert_eq!(line["level"], "ERROR");
    assert_eq!(line["lost_records"], lost);
    assert_eq!(line["stream_arn"], batch["streamArn"]);
    assert_eq!(line["shard_id"], batch["shardId"]);
    assert_eq!(line["start_sequence_number"], batch["startSequenceNumber"]);
    assert_eq!(line["end_sequence_number"], batch["endSequenceNumber"]);
    // The positions themselves do not vanish.
    let kept = outcome.quarantined.last().unwrap();
    assert_eq!(kept.reason.kind, ReasonKind::Trimmed);
    assert_eq!(&record(kept), named);
}

#[tokio::test(start_paused = true)]
async fn what_the_stream_has_trimmed_is_told_and_its_positions_are_kept() {
    for stream in [
        Stream::with_records(9).trimmed(5),
        Stream::with_records(9).gone(),
    ] {
        let outcome = recover(&stream, Quarantine::new(), [positions(2, 4)]).await;
        assert_lost(&outcome, 3, &positions(2, 4));
        assert_eq!(outcome.recovered(), [""; 0]);
    }
}

#[tokio::test(start_paused = true)]
async fn an_open_shard_behind_what_is_trimmed_is_not_waited_for() {
    // GIVEN a shard that is still open, of which all that was written is trimmed
    let stream = Stream::with_records(4).trimmed(4);
    let outcome = recover(&stream, Quarantine::new(), [positions(2, 4)]).await;
    assert_lost(&outcome, 3, &positions(2, 4));
}

#[tokio::test(start_paused = true)]
async fn of_half_trimmed_positions_the_other_half_is_recovered() {
    // GIVEN positions of which the first two records are trimmed, before or while they are read
    for stream in [
        Stream::with_records(9).trimmed(3),
        Stream::with_records(9).trimmed_meanwhile(3),
    ] {
        let outcome = recover(&stream, Quarantine::new(), [positions(2, 6)]).await;
        assert_eq!(outcome.recovered(), events(4..=6));
        assert_lost(&outcome, 2, &positions(2, 6));
    }
}

#[tokio::test(start_paused = true)]
async fn a_record_that_is_missing_at_an_end_is_lost_though_the_count_is_right() {
    // GIVEN a closed shard without the last of the records, and a filter that had left one out
    let mut named = positions(5, 8);
    named["DDBStreamBatchInfo"]["batchSize"] = json!(2);
    let outcome = recover(
        &Stream::with_records(7).closed(),
        Quarantine::new(),
        [named.clone()],
    )
    .await;
    assert_eq!(outcome.recovered(), events(5..=7));
    assert_lost(&outcome, 1, &named);
}

#[tokio::test(start_paused = true)]
async fn an_error_of_the_stream_or_of_the_quarantine_fails_its_message_alone() {
    // GIVEN a stream that fails once, in each of the ways that pass
    for error in [
        refused("LimitExceededException"),
        refused("ExpiredIteratorException"),
        refused("AccessDeniedException"),
        CallError::NoAnswer("reset".to_owned()),
    ] {
        let stream = Stream::with_records(9).fail_call(error);
        // WHEN two messages come
        let outcome = recover(
            &stream,
            Quarantine::new(),
            [positions(1, 1), positions(2, 2)],
        )
        .await;
        // THEN the first comes again and the second is done
        assert_eq!(outcome.failed, ["message-1"]);
        assert_eq!(outcome.recovered(), events(2..=2));
        assert!(outcome.log.contains("comes again"), "{}", outcome.log);
    }
    // and so with a quarantine that can't be reached
    let quarantine = Quarantine::new().unreachable_for(1);
    let outcome = recover(
        &Stream::with_records(9),
        quarantine,
        [positions(1, 1), positions(2, 2)],
    )
    .await;
    assert_eq!(outcome.failed.len(), 1);
    assert_eq!(outcome.recovered().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn lost_positions_are_told_only_once_they_are_kept() {
    let stream = Stream::with_records(9).trimmed(5);
    let outcome = recover(
        &stream,
        Quarantine::new().unreachable_for(1),
        [positions(2, 4)],
    )
    .await;
    assert_eq!(outcome.failed, ["message-1"]);
    assert!(!outcome.log.contains("lost_records"), "{}", outcome.log);
}

#[tokio::test(start_paused = true)]
async fn what_is_not_found_in_time_comes_again() {
    // GIVEN an open shard that does not have the last record yet
    let stream = Stream::with_records(3);
    let begin = Instant::now();
    let outcome = recover(&stream, Quarantine::new(), [positions(2, 4)]).await;
    assert_eq!(outcome.failed, ["message-1"]);
    assert!(begin.elapsed() < TIME_LEFT, "{:?}", begin.elapsed());
    assert!(
        stream.calls() < 4 * 60 + 10,
        "{} calls in a minute",
        stream.calls()
    );
}

#[tokio::test(start_paused = true)]
async fn a_message_without_positions_is_kept_as_it_is() {
    let mut backwards = positions(1, 4);
    backwards["DDBStreamBatchInfo"]["endSequenceNumber"] = json!(number(0));
    for (body, problem) in [
        ("no JSON".to_owned(), "expected"),
        (json!({ "context": {} }).to_string(), "DDBStreamBatchInfo"),
        (
            positions(1, 2).to_string().replace("\"1000", "\"x000"),
            "is not a sequence number",
        ),
        (backwards.to_string(), "stands before the first"),
    ] {
        let stream = Stream::with_records(9);
        let outcome = recover(&stream, Quarantine::new(), [body.clone()]).await;
        assert_eq!(outcome.failed, [""; 0]);
        let [kept] = &outcome.quarantined[..] else {
            panic!("one message was expected")
        };
        assert_eq!(kept.reason.kind, ReasonKind::Unreadable);
        assert!(
            kept.reason.message.contains(problem),
            "{}",
            kept.reason.message
        );
        let as_it_is = serde_json::from_str(&body).unwrap_or_else(|_| json!(body));
        assert_eq!(record(kept), as_it_is);
        assert_eq!(stream.calls(), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn the_message_of_an_event_source_mapping_names_positions_too() {
    let mut named = positions(3, 3);
    named.as_object_mut().unwrap().remove("context");
    named["requestContext"] = json!({
        "requestId": "4f1a4b6e-8f8c-4b0a-9d7e-2b1f3c5d7e9a",
        "functionArn": "arn:aws:lambda:us-east-1:000000000000:function:orders-relay",
        "condition": "RecordAgeExceeded",
        "approximateInvokeCount": 3,
    });
    let outcome = recover(&Stream::with_records(9), Quarantine::new(), [named]).await;
    assert_eq!(outcome.recovered(), events(3..=3));
    assert!(
        outcome.quarantined[0]
            .reason
            .message
            .contains("function:orders-relay gave the record up: RecordAge")
    );
}

#[tokio::test(start_paused = true)]
async fn the_answer_has_the_documented_shape() {
    let recovery = Recovery::new(
        Stream::with_records(1),
        Quarantine::new().unreachable_for(9),
    );
    let deadline = Instant::now() + TIME_LEFT;
    let failures = recovery.handle(messages([positions(1, 1)]), deadline).await;
    assert_eq!(
        to_value(failures).unwrap(),
        json!({ "batchItemFailures": [{ "itemIdentifier": "message-1" }] })
    );
}
