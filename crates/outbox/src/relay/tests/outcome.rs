//! Every record ends published, quarantined whole or reported as failed.

use serde_json::json;

use super::fixture::*;
use crate::testing::{Bus, Quarantine, inserts};

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
