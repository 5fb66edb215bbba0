#![allow(clippy::unwrap_used, reason = "a failed step is a failed test")]

use std::sync::Mutex;
use std::time::Duration;

use serde_json::json;
use tokio::time::Instant;

use super::*;
use crate::quarantine::Quarantined;
use crate::row::row_events;
use crate::testing::{Bus, Quarantine, Record};
use crate::{Batch, Entry, Relay};

const NOW: &str = "2026-11-21T12:10:00.000Z";
const GRACE: Duration = Duration::from_mins(5);

fn id(n: u32) -> String {
    format!("01a1fe10-4dad-7172-be70-{n:012}")
}

/// A row that is so many seconds old.
fn row(n: u32, age: i64) -> Row {
    let created: Timestamp = NOW.parse().unwrap();
    let created = Timestamp::from_second(created.as_second() - age).unwrap();
    let metadata = json!({
        "eventId": id(n),
        "occurredAt": format!("{created:.3}"),
        "key": "order#42",
        "sequence": n.to_string(),
        "sequenceKind": "counter",
        "version": 1,
    });
    Row {
        id: id(n),
        aggregate: "order#42".to_owned(),
        sequence: n.into(),
        source: "shop.orders".to_owned(),
        detail_type: "Placed".to_owned(),
        version: 1,
        detail: json!({ "metadata": metadata }).to_string(),
        traceparent: None,
        created_at: format!("{created:.3}"),
        published_at: None,
    }
}

fn begun() -> Verification {
    Verification::new(NOW.parse().unwrap(), GRACE)
}

#[test]
fn each_row_is_published_young_or_named_with_its_place() {
    let mut verification = begun();
    verification.lies(id(4), Place::Quarantine);
    verification.lies(id(5), Place::FailureDestination);
    let published = Row {
        published_at: Some(NOW.to_owned()),
        ..row(1, 1_000)
    };
    let aggregate = "order#42".to_owned();
    verification.item(OutboxItem::Row(published));
    verification.item(OutboxItem::Counter { aggregate });
    for (n, age) in [(2, 299), (3, 300), (4, 400), (5, 500)] {
        verification.item(OutboxItem::Row(row(n, age)));
    }
    let report = verification.end();

    assert_eq!((report.published, report.young), (1, 1));
    let found: Vec<_> = report
        .unpublished
        .iter()
        .map(|(row, place)| (row.id.clone(), *place))
        .collect();
    assert_eq!(
        found,
        [
            (id(5), Place::FailureDestination),
            (id(4), Place::Quarantine),
            (id(3), Place::Nowhere)
        ],
        "the oldest first"
    );
    assert_eq!(report.count(Place::Nowhere), 1);
    assert!(!report.is_complete());
}

#[test]
fn what_lies_somewhere_is_complete() {
    let mut verification = begun();
    verification.lies(id(1), Place::Quarantine);
    verification.item(OutboxItem::Row(row(1, 1_000)));
    assert!(verification.end().is_complete());
}

#[test]
fn rows_behind_the_last_published_one_are_told_from_those_that_were_passed_over() {
    for (published, not_reached) in [(Some(400), 1), (Some(1_000), 2), (Some(300), 0), (None, 2)] {
        let mut verification = begun();
        if let Some(age) = published {
            let published_at = Some(NOW.to_owned());
            verification.item(OutboxItem::Row(Row {
                published_at,
                ..row(9, age)
            }));
        }
        for (n, age) in [(1, 350), (2, 500)] {
            verification.item(OutboxItem::Row(row(n, age)));
        }
        let report = verification.end();
        assert_eq!(report.count(Place::Nowhere), 2);
        assert_eq!(report.not_reached(), not_reached, "{published:?}");
    }
}

#[test]
fn a_damaged_row_is_complete_only_where_somebody_finds_it() {
    let damaged = |n| Damaged {
        id: id(n),
        problem: "no detail".to_owned(),
    };
    for (place, complete) in [(Place::Quarantine, true), (Place::Nowhere, false)] {
        let mut verification = begun();
        if place != Place::Nowhere {
            verification.lies(id(1), place);
        }
        verification.damaged(damaged(1));
        let report = verification.end();

        assert_eq!(report.damaged, [(damaged(1), place)]);
        assert_eq!((report.count(place), report.is_complete()), (1, complete));
        assert_eq!(report.nowhere().count(), 0, "it can't be published");
    }
}

#[test]
fn a_row_without_a_readable_age_is_old() {
    let mut verification = begun();
    let created_at = "yesterday".to_owned();
    verification.item(OutboxItem::Row(Row {
        created_at,
        ..row(1, 0)
    }));
    assert_eq!(verification.end().count(Place::Nowhere), 1);
}

#[tokio::test(start_paused = true)]
async fn what_the_relay_quarantined_is_found_by_its_row() {
    // GIVEN a row that is damaged, and one whose event the bus refuses for good
    let quarantine = Quarantine::new();
    let bus = Bus::new().refuse(&id(2), "MalformedDetail", 1);
    let relay = Relay::new(bus, quarantine.clone());
    let damaged = Row {
        detail: "{".to_owned(),
        ..row(1, 0)
    };
    let batch: Batch = [(1, damaged), (2, row(2, 0))]
        .map(|(n, row)| Record::insert(n, &row))
        .into_iter()
        .collect();
    relay
        .handle(&batch, Instant::now() + Duration::from_mins(1), row_events)
        .await;
    // WHEN the quarantine is read
    let messages = quarantine.messages();
    let ids: Vec<_> = messages
        .iter()
        .map(|message| ids_in_quarantined(&Quarantined::read(message).unwrap()))
        .collect();
    // THEN
    assert_eq!(ids, [[id(1)], [id(2)]]);
}

#[test]
fn what_the_mapping_gave_up_is_found_by_its_rows() {
    let records = [1, 2].map(|n| Record::insert(n, &row(n, 0)).value().clone());
    let payload = json!({ "Records": records }).to_string();
    let invocation = json!({ "version": "1.0", "payload": payload }).to_string();
    assert_eq!(ids_in_failure_record(&invocation), Ok(vec![id(1), id(2)]));

    for (text, problem) in [
        ("{}", "no failure record with a payload"),
        (
            r#"{"payload":"{}"}"#,
            "no batch of an outbox table's stream",
        ),
    ] {
        let error = ids_in_failure_record(text).unwrap_err();
        assert!(error.contains(problem), "{error}");
    }
}

/// Marks rows except those that are refused.
#[derive(Default)]
struct Marks {
    marked: Mutex<Vec<String>>,
    refused: Vec<String>,
}

impl Mark for Marks {
    async fn mark(&self, entries: &[&Entry]) -> Vec<(String, String)> {
        let ids = entries.iter().map(|entry| entry.event_id.clone());
        let (unmarked, marked): (Vec<_>, Vec<_>) = ids.partition(|id| self.refused.contains(id));
        self.marked.lock().unwrap().extend(marked);
        let reason = |id| (id, "AccessDeniedException: no".to_owned());
        unmarked.into_iter().map(reason).collect()
    }
}

#[tokio::test(start_paused = true)]
async fn rows_are_published_again_under_their_ids_and_marked_if_accepted() {
    let bus = Bus::new().refuse(&id(3), "ThrottlingException", 1);
    let marks = Marks::default();
    let damaged = Row {
        detail: "{".to_owned(),
        ..row(5, 0)
    };
    let rows = (1..=12).map(|n| if n == 5 { damaged.clone() } else { row(n, 0) });
    let published = publish_again(rows, &bus, &marks).await;

    assert_eq!(published.accepted.len(), 10);
    assert_eq!(bus.event_ids(), published.accepted);
    assert_eq!(*marks.marked.lock().unwrap(), published.accepted);
    assert_eq!(
        bus.calls().iter().map(Vec::len).collect::<Vec<_>>(),
        [10, 1],
        "ten a call"
    );
    let refused: Vec<_> = published.refused.iter().map(|(id, _)| id.clone()).collect();
    assert_eq!(refused, [id(5), id(3)]);
}

#[tokio::test(start_paused = true)]
async fn an_accepted_row_that_could_not_be_marked_is_told_with_the_reason() {
    let marks = Marks {
        refused: vec![id(2), id(11)],
        ..Marks::default()
    };
    let rows = (1..=12).map(|n| row(n, 0));
    let published = publish_again(rows, &Bus::new(), &marks).await;

    assert_eq!((published.accepted.len(), published.refused.len()), (12, 0));
    let reason = "AccessDeniedException: no".to_owned();
    assert_eq!(published.unmarked, [2, 11].map(|n| (id(n), reason.clone())));
}

#[tokio::test(start_paused = true)]
async fn nothing_is_marked_after_a_call_of_which_nothing_was_accepted() {
    let bus = Bus::new().refuse(&id(1), "ThrottlingException", 1);
    let marks = Marks {
        refused: vec![id(1)],
        ..Marks::default()
    };
    let published = publish_again([row(1, 0)], &bus, &marks).await;

    assert_eq!((published.accepted, published.unmarked), (vec![], vec![]));
}
