//! What the stream still has.

use std::sync::Mutex;

use outbox::quarantine::ReasonKind;
use outbox::testing::Quarantine;
use outbox::{Change, Events, Relay, testing};
use serde::Deserialize;
use serde_json::json;
use tokio::time::Instant;

use super::shards::{STREAM_ARN, Stream};
use super::{TIME_LEFT, events, positions, record, recover};

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
