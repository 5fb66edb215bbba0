//! Transient errors are retried within the time there is.

use std::time::Duration;

use tokio::time::Instant;

use super::fixture::*;
use crate::publish::CallError;
use crate::testing::{Bus, Quarantine, inserts};

fn refused(status: u16, code: &str) -> CallError {
    CallError::Refused {
        status,
        code: code.to_owned(),
        message: "no".to_owned(),
    }
}

#[tokio::test(start_paused = true)]
async fn throttled_entries_are_sent_again_and_the_accepted_ones_are_not() {
    let bus = Bus::new().throttle_first(3);

    let failures = handle(&relay(&bus, &Quarantine::new()), &inserts(items(10))).await;

    assert!(failures.is_empty());
    let mut published = bus.event_ids();
    published.sort();
    published.dedup();
    assert_eq!(published.len(), bus.event_ids().len(), "no duplicate");
    assert_eq!(published.len(), 10);
}

#[tokio::test(start_paused = true)]
async fn every_transient_failure_of_a_call_is_retried() {
    for error in [
        CallError::NoAnswer("connection reset".to_owned()),
        refused(500, "InternalException"),
        refused(503, ""),
        refused(400, "ThrottlingException"),
        refused(429, "SomethingNew"),
    ] {
        let bus = Bus::new().fail_call(error.clone());

        let failures = handle(&relay(&bus, &Quarantine::new()), &inserts(items(3))).await;

        assert!(failures.is_empty(), "{error}");
        assert!(bus.calls().len() >= 2, "{error}");
        assert_eq!(bus.published().len(), 3, "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_outage_is_retried_for_the_budget_and_then_reported() {
    let bus = Bus::new().throttle_first(usize::MAX);
    let start = Instant::now();

    let failures = handle(&relay(&bus, &Quarantine::new()), &inserts(items(100))).await;

    assert_eq!(failures.first(), Some(sequence_number(1).as_str()));
    assert!(
        start.elapsed() <= Duration::from_secs(10),
        "{:?}",
        start.elapsed()
    );
    assert!(
        start.elapsed() > Duration::from_secs(5),
        "{:?}",
        start.elapsed()
    );
}

#[tokio::test(start_paused = true)]
async fn an_outage_begins_no_call_after_the_budget() {
    // 10,000 records are 1,000 calls, 10 at a time: without an end each ten would take their own budget.
    let bus = Bus::new()
        .throttle_first(usize::MAX)
        .delay(Duration::from_secs(1));
    let start = Instant::now();

    handle(&relay(&bus, &Quarantine::new()), &inserts(items(10_000))).await;

    assert!(
        start.elapsed() <= Duration::from_secs(12),
        "{:?}",
        start.elapsed()
    );
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_counts_as_failed_and_the_event_is_sent_again() {
    let bus = Bus::new().lose_answers(1);

    let failures = handle(&relay(&bus, &Quarantine::new()), &inserts(items(1))).await;

    assert!(failures.is_empty());
    assert_eq!(
        bus.event_ids(),
        ["event-1:Stored", "event-1:Stored"],
        "at least once, with one event id"
    );
}

#[tokio::test(start_paused = true)]
async fn a_bus_that_never_answers_leaves_time_for_the_response() {
    for milliseconds in [3_000, 10_000, 60_000] {
        let limit = Duration::from_millis(milliseconds);
        let bus = Bus::new().lose_answers(usize::MAX);
        let start = Instant::now();

        let failures = relay(&bus, &Quarantine::new())
            .handle(&inserts(items(100)), start + limit, fragile)
            .await;

        assert_eq!(failures.first(), Some(sequence_number(1).as_str()));
        assert!(
            start.elapsed() < limit,
            "{:?} of {limit:?}",
            start.elapsed()
        );
        assert!(
            !bus.calls().is_empty(),
            "one attempt is made with any time-out"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn poison_of_the_last_attempt_is_still_quarantined_before_the_deadline() {
    // The bus answers just within its time, and its last answer is about the entry.
    let bus = Bus::new()
        .refuse("event-1", "ThrottlingException", 2)
        .refuse("event-1", "MalformedDetail", 1);
    let bus = bus.delay(Duration::from_millis(1_900));
    let (quarantine, start) = (Quarantine::new(), Instant::now());
    let limit = Duration::from_secs(12);

    let failures = relay(&bus, &quarantine)
        .handle(&inserts(items(1)), start + limit, fragile)
        .await;

    assert!(failures.is_empty());
    assert_eq!(quarantine.messages().len(), 1);
    assert!(start.elapsed() < limit);
}

#[tokio::test(start_paused = true)]
async fn no_call_begins_when_its_answer_could_not_be_used() {
    let bus = Bus::new().delay(Duration::from_secs(1));
    let limit = Duration::from_secs(10);

    let failures = relay(&bus, &Quarantine::new())
        .handle(&inserts(items(10_000)), Instant::now() + limit, fragile)
        .await;

    let published = u32::try_from(bus.published().len()).unwrap();
    assert!((100..1_000).contains(&published), "{published}");
    assert_eq!(
        failures.first(),
        Some(sequence_number(published + 1).as_str()),
        "progress is kept"
    );
}

#[tokio::test(start_paused = true)]
async fn a_deadline_in_the_past_reports_the_first_record_and_begins_nothing() {
    let bus = Bus::new();

    let failures = relay(&bus, &Quarantine::new())
        .handle(&inserts(items(3)), Instant::now(), fragile)
        .await;

    assert_eq!(failures.first(), Some(sequence_number(1).as_str()));
    assert!(bus.calls().is_empty());
}

/// In real time: nothing else passes while a mapping computes.
#[tokio::test]
async fn a_mapping_that_takes_too_long_is_stopped_in_time_and_what_it_mapped_is_published() {
    let bus = Bus::new();
    let (start, limit) = (Instant::now(), Duration::from_secs(3));

    let failures = relay(&bus, &Quarantine::new())
        .handle(&inserts(items(200)), start + limit, |change| {
            std::thread::sleep(Duration::from_millis(20));
            one_event(change)
        })
        .await;

    assert!(start.elapsed() < limit, "{:?}", start.elapsed());
    let published = u32::try_from(bus.published().len()).unwrap();
    assert!((1..100).contains(&published), "{published}");
    let next = sequence_number(published + 1);
    assert_eq!(failures.first(), Some(next.as_str()), "progress is kept");
}

#[tokio::test(start_paused = true)]
async fn an_answer_with_too_few_results_counts_as_no_answer() {
    struct Short;

    impl crate::Publish for Short {
        async fn publish(
            &self,
            _: &[&crate::Entry],
        ) -> Result<Vec<crate::publish::Answer>, CallError> {
            Ok(vec![Ok(())])
        }
    }

    let relay = crate::Relay::new(Short, Quarantine::new());
    let failures = relay.handle(&inserts(items(2)), deadline(), fragile).await;

    assert_eq!(failures.first(), Some(sequence_number(1).as_str()));
}

#[tokio::test(start_paused = true)]
async fn the_same_seed_gives_the_same_pauses_and_another_seed_others() {
    async fn times(seed: u64) -> Duration {
        let start = Instant::now();
        let relay = relay(&Bus::new().throttle_first(12), &Quarantine::new()).with_seed(seed);
        handle(&relay, &inserts(items(3))).await;
        start.elapsed()
    }

    assert_eq!(times(7).await, times(7).await);
    assert_ne!(times(7).await, times(8).await);
}
