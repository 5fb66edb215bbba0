//! Rows of an outbox table, and the observer that marks them.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use contract::{Metadata, SequenceKind};
use serde_json::json;
use tokio::time::Instant;

use super::fixture::deadline;
use crate::relay::Observe;
use crate::row::{Row, counter_id, row_events};
use crate::testing::{Bus, Quarantine, Record};
use crate::{Batch, Entry, Relay};

/// A row as `transact` writes it.
fn row(n: u32) -> Row {
    let id = format!("01a1fe10-4dad-7172-be70-{n:012}");
    let created_at = "2026-11-21T12:00:00.123Z".to_owned();
    let metadata = Metadata {
        event_id: id.clone(),
        occurred_at: created_at.clone(),
        key: "order#42".to_owned(),
        sequence: u64::from(n).into(),
        sequence_kind: SequenceKind::Counter,
        version: 3,
        traceparent: None,
    };
    Row {
        aggregate: "order#42".to_owned(),
        sequence: n.into(),
        source: "shop.orders".to_owned(),
        detail_type: "Placed".to_owned(),
        version: 3,
        detail: json!({ "order": "42", "metadata": metadata }).to_string(),
        traceparent: None,
        created_at,
        published_at: None,
        id,
    }
}

/// Keeps the event ids of each batch; waits before it does.
#[derive(Clone, Default)]
struct Ears {
    heard: Arc<Mutex<Vec<Vec<String>>>>,
    pause: Duration,
}

impl Ears {
    fn heard(&self) -> Vec<Vec<String>> {
        self.heard.lock().unwrap().clone()
    }
}

impl Observe for Ears {
    async fn accepted(&self, entries: &[&Entry]) {
        tokio::time::sleep(self.pause).await;
        let ids = entries.iter().map(|entry| entry.event_id.clone());
        self.heard.lock().unwrap().push(ids.collect());
    }
}

fn ids(rows: &[u32]) -> Vec<String> {
    rows.iter().map(|n| row(*n).id).collect()
}

#[tokio::test(start_paused = true)]
async fn a_row_is_published_as_it_is() {
    let (bus, ears) = (Bus::new(), Ears::default());
    let relay = Relay::new(bus.clone(), Quarantine::new()).with_observer(ears.clone());
    let batch: Batch = (1..=3).map(|n| Record::insert(n, &row(n))).collect();

    let failures = relay.handle(&batch, deadline(), row_events).await;

    assert!(failures.is_empty());
    let published = bus.published();
    assert_eq!(bus.event_ids(), ids(&[1, 2, 3]));
    let first = &published[0];
    assert_eq!(
        (first.source.as_ref(), first.detail_type.as_ref()),
        ("shop.orders", "Placed")
    );
    assert_eq!(first.detail, row(1).detail, "byte by byte");
    assert_eq!(first.time.to_string(), "2026-11-21T12:00:00.123Z");
    assert_eq!(ears.heard(), [ids(&[1, 2, 3])], "one call for the batch");
}

#[tokio::test(start_paused = true)]
async fn only_new_rows_are_events() {
    let (bus, quarantine, ears) = (Bus::new(), Quarantine::new(), Ears::default());
    let relay = Relay::new(bus.clone(), quarantine.clone()).with_observer(ears.clone());
    let counter = json!({ "id": counter_id("order#42"), "lastSequence": 3 });
    let marked = json!({ "publishedAt": "2026-11-21T12:00:01.000Z", "expiresAt": 1_796_644_801 });
    let mut published = serde_json::to_value(row(2)).unwrap();
    published
        .as_object_mut()
        .unwrap()
        .extend(marked.as_object().unwrap().clone());
    let batch = Batch::from_iter([
        Record::insert(1, &counter),
        Record::modify(2, &published),
        Record::modify(3, &counter),
        Record::expire(4, &row(4)),
        Record::remove(5, &row(5)),
    ]);

    let failures = relay.handle(&batch, deadline(), row_events).await;

    assert!(failures.is_empty());
    assert_eq!(bus.event_ids(), [""; 0]);
    assert_eq!(quarantine.messages().len(), 0);
    assert_eq!(ears.heard().len(), 0, "there is nothing to hear of");
}

#[tokio::test(start_paused = true)]
async fn what_is_no_row_is_quarantined_by_name_and_not_marked() {
    let (bus, quarantine, ears) = (Bus::new(), Quarantine::new(), Ears::default());
    let relay = Relay::new(bus.clone(), quarantine.clone()).with_observer(ears.clone());
    let mut without_detail = serde_json::to_value(row(2)).unwrap();
    without_detail.as_object_mut().unwrap().remove("detail");
    let other = Row {
        detail: row(9).detail,
        ..row(3)
    };
    let batch = Batch::from_iter([
        Record::insert(1, &row(1)),
        Record::insert(2, &without_detail),
        Record::insert(3, &other),
    ]);

    let failures = relay.handle(&batch, deadline(), row_events).await;

    assert!(failures.is_empty());
    assert_eq!(ears.heard(), [ids(&[1])]);
    let messages = quarantine.messages();
    for (message, reason) in messages.iter().zip([
        "has no detail, so it is no outbox row",
        "its detail belongs to the event",
    ]) {
        assert!(message.body.contains(reason), "{}", message.body);
    }
    assert_eq!(messages.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn only_accepted_rows_are_heard_of() {
    let refused = row(2).id;
    let bus = Bus::new().refuse(&refused, "AccessDeniedException", 1);
    let ears = Ears::default();
    let relay = Relay::new(bus.clone(), Quarantine::new()).with_observer(ears.clone());
    let batch: Batch = (1..=3).map(|n| Record::insert(n, &row(n))).collect();

    let failures = relay.handle(&batch, deadline(), row_events).await;
    assert!(!failures.is_empty());
    assert_eq!(ears.heard(), [ids(&[1, 3])]);

    // WHEN Lambda sends it again
    let again: Batch = (2..=3).map(|n| Record::insert(n, &row(n))).collect();
    let failures = relay.handle(&again, deadline(), row_events).await;
    // THEN what was finished is neither published nor heard of again
    assert!(failures.is_empty());
    assert_eq!(ears.heard(), [ids(&[1, 3]), ids(&[2])]);
}

#[tokio::test(start_paused = true)]
async fn an_observer_that_hangs_fails_no_record() {
    for (left, at_most) in [(60_000, 3_100), (2_000, 2_000)] {
        let bus = Bus::new();
        let pause = Duration::from_hours(1);
        let relay = Relay::new(bus.clone(), Quarantine::new()).with_observer(Ears {
            pause,
            ..Ears::default()
        });
        let start = Instant::now();
        let deadline = start + Duration::from_millis(left);
        let batch = Batch::from_iter([Record::insert(1, &row(1))]);

        let failures = relay.handle(&batch, deadline, row_events).await;

        assert!(failures.is_empty());
        assert_eq!(bus.event_ids(), ids(&[1]));
        assert!(
            start.elapsed() < Duration::from_millis(at_most),
            "{:?}",
            start.elapsed()
        );
    }
}
