//! Every record ends published, quarantined whole or reported as failed.

use std::sync::Mutex;

use serde_json::json;

use super::fixture::*;
use crate::relay::Failures;
use crate::testing::{Bus, Quarantine, Record, expiries, inserts, removals};
use crate::{Batch, Change, Events};

#[tokio::test(start_paused = true)]
async fn a_batch_whose_events_are_all_accepted_has_no_failure() {
    let (bus, quarantine) = (Bus::new(), Quarantine::new());

    let failures = handle(&relay(&bus, &quarantine), &inserts(items(100))).await;

    assert!(failures.is_empty());
    assert_eq!(bus.event_ids(), (1..=100).map(stored).collect::<Vec<_>>());
    assert!(quarantine.messages().is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_event_carries_the_data_and_the_metadata_of_its_record() {
    let bus = Bus::new();

    handle(&relay(&bus, &Quarantine::new()), &inserts([item("42")])).await;

    let entry = bus.published().remove(0);
    assert_eq!(
        (entry.source.as_ref(), entry.detail_type.as_ref()),
        ("test.items", "Stored")
    );
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(&entry.detail).unwrap(),
        json!({
            "id": "42",
            "text": "text",
            "metadata": {
                "eventId": "event-1:Stored",
                "occurredAt": "2025-11-21T05:17:00.000Z",
                "key": "42",
                "sequence": sequence_number(1),
                "sequenceKind": "stream",
                "version": 1,
            },
        })
    );
}

#[tokio::test(start_paused = true)]
async fn both_events_of_one_record_take_effect_in_their_order() {
    let bus = Bus::new();

    let failures = relay(&bus, &Quarantine::new())
        .handle(
            &inserts([item("1")]),
            deadline(),
            |change: Change<Item, Key>| match change {
                Change::Created(item) => {
                    Events::of(Stored { item: item.clone() }).and(Changed { item })
                }
                _ => Events::none(),
            },
        )
        .await;

    assert!(failures.is_empty());
    assert_eq!(bus.event_ids(), ["event-1:Stored", "event-1:Changed"]);
    assert_eq!(
        bus.calls().len(),
        2,
        "the second waits for the first, whose acceptance is not certain before"
    );
}

#[tokio::test(start_paused = true)]
async fn events_of_one_type_in_one_record_are_numbered_from_the_second() {
    let bus = Bus::new();

    relay(&bus, &Quarantine::new())
        .handle(&inserts([item("1")]), deadline(), |_: Change<Item, Key>| {
            Events::of(Stored { item: item("a") })
                .and(Stored { item: item("b") })
                .and(Changed { item: item("c") })
        })
        .await;

    assert_eq!(
        bus.event_ids(),
        ["event-1:Stored", "event-1:Stored:2", "event-1:Changed"]
    );
}

#[tokio::test(start_paused = true)]
async fn a_removal_by_request_and_one_by_expiry_are_told_apart() {
    let relay = relay(&Bus::new(), &Quarantine::new());
    for (batch, expected) in [
        (removals([item("1")]), "removed"),
        (expiries([item("1")]), "expired"),
    ] {
        let seen = Mutex::new(Vec::new());

        relay
            .handle(&batch, deadline(), |change: Change<Item, Key>| {
                seen.lock().unwrap().push(match change {
                    Change::Removed { key, old: None } => ("removed", key.id),
                    Change::Expired { key, old: None } => ("expired", key.id),
                    other => panic!("{other:?}"),
                });
                Events::none()
            })
            .await;

        assert_eq!(seen.into_inner().unwrap(), [(expected, "1".to_owned())]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_removal_by_another_service_is_no_expiry() {
    let by_somebody = Record::remove(1, &item("1")).with(
        "/userIdentity",
        json!({ "type": "Service", "principalId": "replication.dynamodb.amazonaws.com" }),
    );

    relay(&Bus::new(), &Quarantine::new())
        .handle(
            &Batch::from_iter([by_somebody]),
            deadline(),
            |change: Change<Item, Key>| {
                assert!(matches!(change, Change::Removed { .. }), "{change:?}");
                Events::none()
            },
        )
        .await;
}

#[tokio::test(start_paused = true)]
async fn the_old_image_is_handed_over_when_the_stream_has_it() {
    let record = Record::modify(1, &item("1")).with(
        "/dynamodb/OldImage",
        json!({ "id": { "S": "1" }, "text": { "S": "before" } }),
    );

    relay(&Bus::new(), &Quarantine::new())
        .handle(
            &Batch::from_iter([record]),
            deadline(),
            |change: Change<Item, Key>| {
                let Change::Updated {
                    new,
                    old: Some(old),
                } = change
                else {
                    panic!("{change:?}")
                };
                assert_eq!((new.text.as_str(), old.text.as_str()), ("text", "before"));
                Events::none()
            },
        )
        .await;
}

#[tokio::test(start_paused = true)]
async fn an_empty_batch_is_a_success_without_a_call() {
    let bus = Bus::new();

    let failures = handle(&relay(&bus, &Quarantine::new()), &Batch::default()).await;

    assert!(failures.is_empty());
    assert!(bus.calls().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_change_that_means_nothing_is_finished_without_a_call() {
    let bus = Bus::new();

    let failures = handle(
        &relay(&bus, &Quarantine::new()),
        &inserts([with_text("1", "none")]),
    )
    .await;

    assert!(failures.is_empty());
    assert!(bus.calls().is_empty());
}

#[tokio::test(start_paused = true)]
async fn the_first_unfinished_record_is_reported_by_its_position() {
    // Sequence numbers of different items of one batch need not grow with the position.
    let batch = Batch::from_iter([
        Record::insert(9, &item("a")),
        Record::insert(7, &item("b")),
        Record::insert(3, &item("c")),
    ]);
    let bus = Bus::new()
        .refuse(&stored(7), "AccessDeniedException", 1)
        .refuse(&stored(3), "AccessDeniedException", 1);

    let failures = handle(&relay(&bus, &Quarantine::new()), &batch).await;

    assert_eq!(failures.first(), Some(sequence_number(7).as_str()));
}

#[test]
fn the_response_is_written_as_lambda_documents_it() {
    let written = |failures: &Failures| serde_json::to_string(failures).unwrap();
    assert_eq!(written(&Failures::none()), r#"{"batchItemFailures":[]}"#);
    assert_eq!(
        written(&Failures::from("4421584500000000017450439091")),
        r#"{"batchItemFailures":[{"itemIdentifier":"4421584500000000017450439091"}]}"#
    );
}

#[tokio::test(start_paused = true)]
async fn a_failed_record_without_a_readable_sequence_number_fails_the_whole_batch() {
    let batch = Batch::from_iter([
        Record::insert(1, &item("a")),
        Record::insert(2, &item("b")).with("/dynamodb/SequenceNumber", json!(null)),
    ]);
    let quarantine = Quarantine::new().unreachable_for(1_000);

    let failures = handle(&relay(&Bus::new(), &quarantine), &batch).await;

    // Lambda takes an empty identifier for a failure of the whole batch.
    assert_eq!(
        serde_json::to_string(&failures).unwrap(),
        r#"{"batchItemFailures":[{"itemIdentifier":""}]}"#
    );
}
