//! Few calls, each within what AWS takes.

use std::time::Duration;

use super::fixture::*;
use crate::entry::{CALL_BYTES, ENTRY_BYTES};
use crate::testing::{Bus, Quarantine, inserts};

#[tokio::test(start_paused = true)]
async fn a_thousand_records_take_a_hundred_calls() {
    let bus = Bus::new().delay(Duration::from_millis(15));

    handle(&relay(&bus, &Quarantine::new()), &inserts(items(1_000))).await;

    assert_eq!(bus.calls().len(), 100);
    assert!(bus.calls().iter().all(|call| call.len() == 10));
}

#[tokio::test(start_paused = true)]
async fn calls_go_side_by_side_up_to_a_bound() {
    let bus = Bus::new().delay(Duration::from_millis(15));
    let start = tokio::time::Instant::now();

    handle(&relay(&bus, &Quarantine::new()), &inserts(items(1_000))).await;

    assert_eq!(bus.most_in_flight(), 10);
    assert_eq!(
        start.elapsed(),
        Duration::from_millis(150),
        "100 calls of 15 ms, 10 at a time"
    );
}

#[tokio::test(start_paused = true)]
async fn a_call_stays_under_one_mebibyte_as_aws_counts_it() {
    let large = (1..=6).map(|n| with_text(&n.to_string(), &"x".repeat(400 * 1024)));
    let bus = Bus::new();

    let failures = handle(&relay(&bus, &Quarantine::new()), &inserts(large)).await;

    assert!(failures.is_empty());
    assert_eq!(
        bus.calls().iter().map(Vec::len).collect::<Vec<_>>(),
        [2, 2, 2]
    );
    let bytes: usize = bus.published()[..3].iter().map(crate::Entry::bytes).sum();
    assert!(bytes > CALL_BYTES, "three would not have fitted");
}

#[tokio::test(start_paused = true)]
async fn an_event_of_the_largest_size_is_published_and_one_byte_more_is_quarantined() {
    let bus = Bus::new();
    handle(
        &relay(&bus, &Quarantine::new()),
        &inserts([with_text("1", "")]),
    )
    .await;
    let room = ENTRY_BYTES - bus.published()[0].bytes();

    for (bytes, published, quarantined) in [(room, 1, 0), (room + 1, 0, 1)] {
        let (bus, quarantine) = (Bus::new(), Quarantine::new());

        let failures = handle(
            &relay(&bus, &quarantine),
            &inserts([with_text("1", &"x".repeat(bytes))]),
        )
        .await;

        assert!(failures.is_empty());
        assert_eq!(
            (bus.published().len(), quarantine.messages().len()),
            (published, quarantined)
        );
    }
}

#[tokio::test(start_paused = true)]
async fn the_size_counts_utf_8_bytes_and_the_time() {
    let bus = Bus::new();

    handle(
        &relay(&bus, &Quarantine::new()),
        &inserts([with_text("1", "äöü")]),
    )
    .await;

    let entry = &bus.published()[0];
    assert!(entry.detail.contains("äöü"));
    assert_eq!(
        entry.bytes(),
        14 + "test.items".len() + "Stored".len() + entry.detail.len()
    );
}
