//! Lambda sends everything behind the reported record again; what is finished there is not repeated.

use std::time::Duration;

use super::fixture::*;
use crate::Batch;
use crate::testing::{Bus, Quarantine, Record, inserts};

/// What Lambda sends after a failure at the record with this number.
fn from(number: u32, of: u32) -> Batch {
    (number..=of)
        .map(|number| Record::insert(number, &item(&number.to_string())))
        .collect()
}

#[tokio::test(start_paused = true)]
async fn the_repeat_sends_only_what_is_missing() {
    let bus = Bus::new().refuse(&stored(3), "AccessDeniedException", 1);
    let relay = relay(&bus, &Quarantine::new());

    let failures = handle(&relay, &inserts(items(5))).await;
    assert_eq!(failures.first(), Some(sequence_number(3).as_str()));
    let failures = handle(&relay, &from(3, 5)).await;

    assert!(failures.is_empty());
    assert_eq!(
        bus.event_ids(),
        [stored(1), stored(2), stored(4), stored(5), stored(3)]
    );
}

#[tokio::test(start_paused = true)]
async fn the_repeat_sends_the_missing_event_of_a_half_published_record() {
    use crate::{Change, Events};
    let bus = Bus::new().refuse("event-1:Changed", "AccessDeniedException", 1);
    let relay = relay(&bus, &Quarantine::new());
    let both = |_: Change<Item, Key>| {
        Events::of(Stored { item: item("1") }).and(Changed { item: item("1") })
    };

    relay.handle(&from(1, 1), deadline(), both).await;
    let failures = relay.handle(&from(1, 1), deadline(), both).await;

    assert!(failures.is_empty());
    assert_eq!(bus.event_ids(), ["event-1:Stored", "event-1:Changed"]);
}

#[tokio::test(start_paused = true)]
async fn the_repeat_quarantines_nothing_twice() {
    let bus = Bus::new().refuse(&stored(1), "AccessDeniedException", 1);
    let quarantine = Quarantine::new();
    let relay = relay(&bus, &quarantine);
    let batch = inserts([item("1"), with_text("2", "error")]);

    handle(&relay, &batch).await;
    let failures = handle(&relay, &batch).await;

    assert!(failures.is_empty());
    assert_eq!(quarantine.messages().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_success_forgets_what_the_shard_has_moved_past() {
    let bus = Bus::new().refuse(&stored(1), "AccessDeniedException", 1);
    let relay = relay(&bus, &Quarantine::new());

    handle(&relay, &from(1, 2)).await;
    handle(&relay, &from(1, 2)).await;
    handle(&relay, &from(1, 2)).await;

    // The third is no repeat after a failure: Lambda lost an answer, and nothing says that this one is wrong.
    assert_eq!(
        bus.event_ids(),
        [stored(2), stored(1), stored(1), stored(2)]
    );
}

#[tokio::test(start_paused = true)]
async fn the_success_of_another_shard_forgets_nothing() {
    let bus = Bus::new().refuse(&stored(1), "AccessDeniedException", 1);
    let relay = relay(&bus, &Quarantine::new());

    handle(&relay, &from(1, 2)).await;
    handle(&relay, &from(11, 12)).await;
    handle(&relay, &from(1, 2)).await;

    assert_eq!(
        bus.event_ids(),
        [stored(2), stored(11), stored(12), stored(1)]
    );
}

#[tokio::test(start_paused = true)]
async fn a_repeat_that_did_not_come_within_15_minutes_is_forgotten() {
    let bus = Bus::new().refuse(&stored(1), "AccessDeniedException", 1);
    let relay = relay(&bus, &Quarantine::new());

    handle(&relay, &from(1, 2)).await;
    tokio::time::advance(Duration::from_mins(15)).await;
    handle(&relay, &from(1, 2)).await;

    assert_eq!(bus.event_ids(), [stored(2), stored(1), stored(2)]);
}

#[tokio::test(start_paused = true)]
async fn another_environment_repeats_everything() {
    let bus = Bus::new().refuse(&stored(1), "AccessDeniedException", 1);

    handle(&relay(&bus, &Quarantine::new()), &from(1, 2)).await;
    let failures = handle(&relay(&bus, &Quarantine::new()), &from(1, 2)).await;

    assert!(failures.is_empty());
    assert_eq!(
        bus.event_ids(),
        [stored(2), stored(1), stored(2)],
        "a duplicate, not a loss"
    );
}
