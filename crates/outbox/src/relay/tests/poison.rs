//! What can't be published goes to the quarantine, whole and at once.

use serde_json::{Value, json};

use super::fixture::*;
use crate::Batch;
use crate::publish::CallError;
use crate::quarantine::{Encoding, Function};
use crate::testing::{Bus, Quarantine, Record, inserts};
use crate::{Change, Events};

fn body(quarantine: &Quarantine) -> Value {
    let messages = quarantine.messages();
    assert_eq!(messages.len(), 1, "{messages:?}");
    assert_eq!(messages[0].encoding, Encoding::Json);
    serde_json::from_str(&messages[0].body).unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_record_that_the_mapping_refuses_is_quarantined_whole_and_the_others_are_published() {
    let poison = Record::insert(2, &with_text("2", "error"));
    let batch = Batch::from_iter([
        Record::insert(1, &item("1")),
        poison.clone(),
        Record::insert(3, &item("3")),
    ]);
    let (bus, quarantine) = (Bus::new(), Quarantine::new());
    let function = Function {
        name: "items-relay".to_owned(),
        version: "7".to_owned(),
    };

    let failures = handle(&relay(&bus, &quarantine).with_function(function), &batch).await;

    assert!(failures.is_empty());
    assert_eq!(bus.event_ids(), [stored(1), stored(3)]);
    assert_eq!(
        body(&quarantine),
        json!({
            "reason": { "kind": "mappingFailed", "message": "no such item" },
            "eventIds": [],
            "acceptedEventIds": [],
            "function": { "name": "items-relay", "version": "7" },
            "record": poison.value(),
        })
    );
}

#[tokio::test(start_paused = true)]
async fn a_panic_in_the_mapping_is_quarantined_and_the_shard_goes_on() {
    let (bus, quarantine) = (Bus::new(), Quarantine::new());

    let failures = handle(
        &relay(&bus, &quarantine),
        &inserts([with_text("1", "panic"), item("2")]),
    )
    .await;

    assert!(failures.is_empty());
    assert_eq!(bus.event_ids(), [stored(2)]);
    assert_eq!(body(&quarantine)["reason"]["kind"], "mappingPanicked");
}

#[tokio::test(start_paused = true)]
async fn a_record_that_is_not_what_a_stream_delivers_fails_no_other() {
    let good = || Record::insert(1, &item("1"));
    let strange = [
        good().with("/eventName", json!("UPSERT")),
        good().with("/eventName", json!(null)),
        good().with("/eventID", json!("")),
        good().with("/dynamodb", json!(17)),
        good().with("/dynamodb/Keys", json!(null)),
        good().with("/dynamodb/NewImage", json!(null)),
        good().with("/dynamodb/NewImage", json!({ "id": { "X": "1" } })),
        good().with("/dynamodb/NewImage", json!({ "id": { "S": "1" } })),
        good().with(
            "/dynamodb/NewImage",
            json!({ "id": { "S": "1" }, "text": { "N": "5" } }),
        ),
        good().with("/dynamodb/SequenceNumber", json!("abc")),
        good().with("/dynamodb/ApproximateCreationDateTime", json!("yesterday")),
        good().with("/dynamodb/ApproximateCreationDateTime", json!(1e300)),
    ];
    for record in strange {
        let (bus, quarantine) = (Bus::new(), Quarantine::new());
        let batch = Batch::from_iter([record.clone(), Record::insert(2, &item("2"))]);

        let failures = handle(&relay(&bus, &quarantine), &batch).await;

        assert!(failures.is_empty(), "{:?}", record.value());
        assert_eq!(bus.event_ids(), [stored(2)], "{:?}", record.value());
        assert_eq!(
            body(&quarantine)["reason"]["kind"],
            "unreadable",
            "{:?}",
            record.value()
        );
        assert_eq!(&body(&quarantine)["record"], record.value());
    }
}

#[tokio::test(start_paused = true)]
async fn attributes_that_a_stream_may_grow_are_no_poison() {
    let record = Record::insert(1, &item("1"))
        .with("/tenantId", json!("new"))
        .with("/dynamodb/Extra", json!([1, { "a": null }]))
        .with("/userIdentity", json!(null))
        .with(
            "/dynamodb/ApproximateCreationDateTime",
            json!(1.763_702_220E9),
        );
    let (bus, quarantine) = (Bus::new(), Quarantine::new());

    handle(&relay(&bus, &quarantine), &Batch::from_iter([record])).await;

    assert_eq!(bus.event_ids(), [stored(1)]);
    assert!(quarantine.messages().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_record_with_one_refused_event_names_all_its_events_and_those_accepted() {
    let (bus, quarantine) = (
        Bus::new().refuse("Changed", "MalformedDetail", 1),
        Quarantine::new(),
    );

    let failures = relay(&bus, &quarantine)
        .handle(&inserts([item("1")]), deadline(), |_: Change<Item, Key>| {
            Events::of(Stored { item: item("1") })
                .and(Changed { item: item("1") })
                .and(Deleted { item: item("1") })
        })
        .await;

    assert!(failures.is_empty());
    let body = body(&quarantine);
    assert_eq!(body["reason"]["kind"], "refusedByBus");
    assert_eq!(
        body["eventIds"],
        json!(["event-1:Stored", "event-1:Changed", "event-1:Deleted"])
    );
    assert_eq!(body["acceptedEventIds"], json!(["event-1:Stored"]));
    assert_eq!(
        bus.event_ids(),
        ["event-1:Stored"],
        "nothing of the record is sent behind its refused event"
    );
}

#[tokio::test(start_paused = true)]
async fn nothing_of_a_record_is_sent_when_one_of_its_events_breaks_a_limit() {
    let (bus, quarantine) = (Bus::new(), Quarantine::new());

    relay(&bus, &quarantine)
        .handle(&inserts([item("1")]), deadline(), |_: Change<Item, Key>| {
            Events::of(Stored { item: item("1") }).and(Changed {
                item: with_text("1", &"x".repeat(1_000_000)),
            })
        })
        .await;

    assert!(bus.calls().is_empty());
    let body = body(&quarantine);
    assert_eq!(body["reason"]["kind"], "eventInvalid");
    let message = body["reason"]["message"].as_str().unwrap();
    assert!(
        message.contains("event-1:Changed") && message.contains("921600 are allowed"),
        "{message}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_large_record_is_compressed_and_reads_back_whole() {
    let record = Record::insert(1, &with_text("1", &"error ".repeat(60_000)));
    let (bus, quarantine) = (
        Bus::new().refuse("event-1", "MalformedDetail", 1),
        Quarantine::new(),
    );

    let failures = handle(
        &relay(&bus, &quarantine),
        &Batch::from_iter([record.clone()]),
    )
    .await;

    assert!(failures.is_empty());
    let message = quarantine.messages().remove(0);
    assert_eq!(message.encoding.as_str(), "gzip+base64");
    let text = message.text().unwrap();
    assert_eq!(
        &serde_json::from_str::<Value>(&text).unwrap()["record"],
        record.value()
    );
}

#[tokio::test(start_paused = true)]
async fn a_record_that_no_message_can_hold_is_reported_as_failed() {
    // Bytes without a pattern, so that compression can't help.
    let mut random = fastrand::Rng::with_seed(1);
    let noise: String = std::iter::repeat_with(|| random.alphanumeric())
        .take(1_600_000)
        .collect();
    let (bus, quarantine) = (Bus::new(), Quarantine::new());

    let failures = handle(
        &relay(&bus, &quarantine),
        &inserts([with_text("1", &noise)]),
    )
    .await;

    assert_eq!(failures.first(), Some(sequence_number(1).as_str()));
    assert!(quarantine.messages().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_quarantine_that_can_not_be_reached_makes_it_a_failed_record() {
    let (bus, quarantine) = (Bus::new(), Quarantine::new().unreachable_for(1_000));

    let failures = handle(
        &relay(&bus, &quarantine),
        &inserts([item("1"), with_text("2", "error"), item("3")]),
    )
    .await;

    assert_eq!(failures.first(), Some(sequence_number(2).as_str()));
    assert_eq!(bus.event_ids(), [stored(1), stored(3)]);
}

#[tokio::test(start_paused = true)]
async fn a_quarantine_that_fails_once_is_tried_again() {
    let quarantine = Quarantine::new().unreachable_for(1);

    let failures = handle(
        &relay(&Bus::new(), &quarantine),
        &inserts([with_text("1", "error")]),
    )
    .await;

    assert!(failures.is_empty());
    assert_eq!((quarantine.attempts(), quarantine.messages().len()), (2, 1));
}

#[tokio::test(start_paused = true)]
async fn more_than_half_unmapped_in_a_batch_of_ten_is_a_bad_deployment() {
    let batch = |unmapped, of| {
        inserts((0..of).map(move |n: usize| {
            with_text(&n.to_string(), if n < unmapped { "error" } else { "text" })
        }))
    };
    for (unmapped, of, bad) in [
        (6, 10, true),
        (5, 10, false),
        (9, 9, false),
        (51, 100, true),
        (50, 100, false),
    ] {
        let (bus, quarantine) = (Bus::new(), Quarantine::new());

        let failures = handle(&relay(&bus, &quarantine), &batch(unmapped, of)).await;

        if bad {
            assert_eq!(
                failures.first(),
                Some(sequence_number(1).as_str()),
                "{unmapped} of {of}"
            );
            assert!(
                quarantine.messages().is_empty() && bus.calls().is_empty(),
                "{unmapped} of {of}"
            );
        } else {
            assert!(failures.is_empty(), "{unmapped} of {of}");
            assert_eq!(quarantine.messages().len(), unmapped);
            assert_eq!(bus.published().len(), of - unmapped);
        }
    }
}

fn malformed() -> CallError {
    CallError::Refused {
        status: 400,
        code: "ValidationException".to_owned(),
        message: "no".to_owned(),
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_refused_as_malformed_is_split_to_single_entries() {
    let (bus, quarantine) = (Bus::new().fail_call(malformed()), Quarantine::new());

    let failures = handle(&relay(&bus, &quarantine), &inserts(items(4))).await;

    assert!(failures.is_empty());
    assert_eq!(
        bus.calls().iter().map(Vec::len).collect::<Vec<_>>(),
        [4, 1, 1, 1, 1]
    );
    assert_eq!(bus.published().len(), 4);
    assert!(quarantine.messages().is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_entry_still_refused_alone_is_poison() {
    let (bus, quarantine) = (
        Bus::new().fail_call(malformed()).fail_call(malformed()),
        Quarantine::new(),
    );

    let failures = handle(&relay(&bus, &quarantine), &inserts(items(4))).await;

    assert!(failures.is_empty());
    assert_eq!(bus.published().len(), 3);
    assert_eq!(body(&quarantine)["eventIds"], json!([stored(1)]));
}
