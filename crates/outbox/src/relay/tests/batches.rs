//! Batches of an unusual shape.

use std::time::Duration;

use serde_json::json;
use tokio::time::Instant;

use super::fixture::*;
use crate::testing::{Bus, Quarantine, Record, inserts};
use crate::{Batch, Change, Events};

#[tokio::test(start_paused = true)]
async fn ten_thousand_records_are_published_in_one_batch() {
    let (bus, quarantine) = (
        Bus::new().delay(Duration::from_millis(20)),
        Quarantine::new(),
    );
    let start = Instant::now();

    let failures = handle(&relay(&bus, &quarantine), &inserts(items(10_000))).await;

    assert!(failures.is_empty());
    assert_eq!(bus.calls().len(), 1_000);
    let mut ids = bus.event_ids();
    ids.sort();
    ids.dedup();
    assert_eq!((ids.len(), bus.published().len()), (10_000, 10_000));
    // A hundred times ten calls side by side.
    assert_eq!(start.elapsed(), Duration::from_secs(2));
}

#[tokio::test(start_paused = true)]
async fn ten_thousand_changes_of_one_item_are_published_in_order_as_far_as_time_allows() {
    let bus = Bus::new().delay(Duration::from_millis(20));
    let batch: Batch = (1..=10_000)
        .map(|number| Record::modify(number, &item("hot")))
        .collect();
    let (start, limit) = (Instant::now(), Duration::from_mins(1));

    let failures = relay(&bus, &Quarantine::new())
        .handle(&batch, start + limit, fragile)
        .await;

    // One call each, one after the other, and time kept for the answer.
    assert!(start.elapsed() < limit, "{:?}", start.elapsed());
    let published = bus.event_ids();
    assert!(published.len() > 2_500, "{}", published.len());
    let in_order = (1..=published.len()).map(|number| format!("event-{number}:Changed"));
    assert!(published.iter().cloned().eq(in_order));
    let next = u32::try_from(published.len()).unwrap() + 1;
    assert_eq!(failures.first(), Some(sequence_number(next).as_str()));
}

#[tokio::test(start_paused = true)]
async fn a_record_that_comes_twice_is_published_twice_in_its_order_under_one_event_id() {
    let bus = Bus::new();
    let batch = Batch::from_iter([
        Record::insert(1, &item("1")),
        Record::modify(2, &item("1")),
        Record::insert(1, &item("1")),
        Record::modify(2, &item("1")),
    ]);

    let failures = handle(&relay(&bus, &Quarantine::new()), &batch).await;

    assert!(failures.is_empty());
    let both = ["event-1:Stored", "event-2:Changed"];
    assert_eq!(bus.event_ids(), [both, both].concat());
    let published = bus.published();
    assert_eq!(published[..2], published[2..], "byte for byte the same");
}

#[tokio::test(start_paused = true)]
async fn a_poison_record_that_comes_twice_is_quarantined_twice() {
    let (bus, quarantine) = (Bus::new(), Quarantine::new());
    let poison = Record::insert(1, &with_text("1", "error"));
    let batch = Batch::from_iter([poison.clone(), poison, Record::insert(2, &item("2"))]);

    let failures = handle(&relay(&bus, &quarantine), &batch).await;

    assert!(failures.is_empty());
    let messages = quarantine.messages();
    assert_eq!(messages.len(), 2);
    assert_eq!(messages[0], messages[1]);
    assert_eq!(bus.event_ids(), [stored(2)]);
}

#[tokio::test(start_paused = true)]
async fn the_first_of_two_equal_records_is_reported_when_it_fails() {
    let bus = Bus::new().refuse("event-1", "AccessDeniedException", 1);
    let batch = Batch::from_iter([
        Record::insert(1, &item("1")),
        Record::insert(2, &item("2")),
        Record::insert(1, &item("1")),
    ]);

    let failures = handle(&relay(&bus, &Quarantine::new()), &batch).await;

    assert_eq!(failures.first(), Some(sequence_number(1).as_str()));
    assert_eq!(bus.event_ids(), [stored(2)], "nothing overtakes it");
}

#[tokio::test(start_paused = true)]
async fn an_event_of_one_mebibyte_is_quarantined_with_its_limit() {
    let (bus, quarantine) = (Bus::new(), Quarantine::new());

    // An item holds 400 KB at most, but its event may be made larger.
    let failures = relay(&bus, &quarantine)
        .handle(
            &inserts([item("1"), item("2")]),
            deadline(),
            |change: Change<Item, Key>| {
                let Change::Created(Item { id, .. }) = change else {
                    return Events::none();
                };
                let bytes = if id == "1" { 1024 * 1024 } else { 1 };
                Events::of(Stored {
                    item: with_text(&id, &"x".repeat(bytes)),
                })
            },
        )
        .await;

    assert!(failures.is_empty());
    assert_eq!(bus.event_ids(), [stored(2)]);
    let message = quarantine.messages().remove(0);
    assert!(message.body.contains("\"eventInvalid\""), "{message:?}");
    assert!(message.body.contains("921600 are allowed"), "{message:?}");
}

#[tokio::test(start_paused = true)]
async fn attributes_that_the_type_of_the_item_does_not_know_are_left_out() {
    let new = json!({
        "id": {"S": "1"},
        "text": {"S": "text"},
        "added later": {"M": {"deep": {"L": [{"NULL": true}, {"BS": ["AA=="]}]}}},
    });
    let batch = Batch::from_iter([
        Record::insert(1, &item("1")).with("/dynamodb/NewImage", new),
        Record::insert(2, &item("2")),
    ]);
    let (bus, quarantine) = (Bus::new(), Quarantine::new());

    let failures = handle(&relay(&bus, &quarantine), &batch).await;

    assert!(failures.is_empty());
    assert_eq!(bus.event_ids(), [stored(1), stored(2)]);
    assert!(!bus.published()[0].detail.contains("added later"));
    assert!(quarantine.messages().is_empty());
}
