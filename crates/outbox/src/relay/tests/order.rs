//! An item's events are accepted in the item's order, whatever fails.

use super::fixture::*;
use crate::Batch;
use crate::testing::{Bus, Quarantine, Record};

/// Three changes of item `a` with one of item `b` between them.
fn changes() -> Batch {
    Batch::from_iter([
        Record::insert(1, &item("a")),
        Record::insert(2, &item("b")),
        Record::modify(3, &item("a")),
        Record::remove(4, &item("a")),
    ])
}

#[tokio::test(start_paused = true)]
async fn two_entries_of_one_key_never_share_a_call() {
    let bus = Bus::new();

    let failures = handle(&relay(&bus, &Quarantine::new()), &changes()).await;

    assert!(failures.is_empty());
    assert_eq!(
        bus.calls(),
        [
            vec!["event-1:Stored", "event-2:Stored"],
            vec!["event-3:Changed"],
            vec!["event-4:Deleted"]
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn the_next_entry_of_a_key_waits_until_the_former_is_accepted() {
    let bus = Bus::new().refuse("event-1", "ThrottlingException", 3);

    let failures = handle(&relay(&bus, &Quarantine::new()), &changes()).await;

    assert!(failures.is_empty());
    assert_eq!(
        bus.event_ids(),
        [
            "event-2:Stored",
            "event-1:Stored",
            "event-3:Changed",
            "event-4:Deleted"
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn nothing_of_a_key_overtakes_its_failed_record_and_other_keys_go_on() {
    let bus = Bus::new().refuse("event-1", "AccessDeniedException", 1);

    let failures = handle(&relay(&bus, &Quarantine::new()), &changes()).await;

    assert_eq!(failures.first(), Some(sequence_number(1).as_str()));
    assert_eq!(bus.event_ids(), ["event-2:Stored"]);
}

#[tokio::test(start_paused = true)]
async fn a_key_goes_on_once_its_poison_record_is_quarantined() {
    let (bus, quarantine) = (
        Bus::new().refuse("event-1", "MalformedDetail", 1),
        Quarantine::new(),
    );

    let failures = handle(&relay(&bus, &quarantine), &changes()).await;

    assert!(failures.is_empty());
    assert_eq!(quarantine.messages().len(), 1);
    assert_eq!(
        bus.event_ids(),
        ["event-2:Stored", "event-3:Changed", "event-4:Deleted"]
    );
}

#[tokio::test(start_paused = true)]
async fn a_key_stands_still_while_its_poison_record_is_not_quarantined() {
    let bus = Bus::new().refuse("event-1", "MalformedDetail", 1);
    let quarantine = Quarantine::new().unreachable_for(1_000);

    let failures = handle(&relay(&bus, &quarantine), &changes()).await;

    assert_eq!(failures.first(), Some(sequence_number(1).as_str()));
    assert_eq!(bus.event_ids(), ["event-2:Stored"]);
}

#[tokio::test(start_paused = true)]
async fn a_poison_record_is_not_quarantined_before_its_turn() {
    let batch = Batch::from_iter([
        Record::insert(1, &item("a")),
        Record::insert(2, &with_text("a", "error")),
    ]);
    let (bus, quarantine) = (
        Bus::new().refuse("event-1", "AccessDeniedException", 1),
        Quarantine::new(),
    );

    let failures = handle(&relay(&bus, &quarantine), &batch).await;

    assert_eq!(failures.first(), Some(sequence_number(1).as_str()));
    assert!(quarantine.messages().is_empty());
}

#[tokio::test(start_paused = true)]
async fn items_with_a_sort_key_have_lanes_of_their_own() {
    let keyed = |number, partition: &str, sort: &str| {
        Record::insert(number, &item("x")).with(
            "/dynamodb/Keys",
            serde_json::json!({ "pk": { "S": partition }, "sk": { "N": sort } }),
        )
    };
    let batch = Batch::from_iter([keyed(1, "a", "1"), keyed(2, "a", "2"), keyed(3, "b", "1")]);
    let bus = Bus::new();

    handle(&relay(&bus, &Quarantine::new()), &batch).await;

    assert_eq!(bus.calls().len(), 1, "three keys");
    let detail: serde_json::Value = serde_json::from_str(&bus.published()[0].detail).unwrap();
    assert_eq!(detail["metadata"]["key"], r#"{"pk":"a","sk":"1"}"#);
}
