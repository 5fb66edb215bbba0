//! What is written.

use serde_json::{Value, json};

use super::*;
use crate::row::KEPT_FOR;

#[tokio::test(start_paused = true)]
async fn the_actions_and_the_events_are_written_together() {
    let tables = stock(5);
    let receipt = order(&tables, "42")
        .event("order#42", reserved("tea"))
        .at("2026-11-21T12:00:00.123456Z".parse().unwrap())
        .traceparent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
        .commit(token())
        .await
        .unwrap();

    assert!(tables.item("shop", "order-42").is_some());
    assert_eq!(left(&tables), number(4));
    let rows = rows(&tables);
    let ids: Vec<_> = rows.iter().map(|row| row.id.clone()).collect();
    assert_eq!(receipt.event_ids, ids);
    assert!(!receipt.earlier_attempt);

    let first = &rows[0];
    let id: uuid::Uuid = first.id.parse().unwrap();
    assert_eq!(id.get_version_num(), 7);
    assert_eq!(
        id.get_timestamp().unwrap().to_unix(),
        (1_795_262_400, 123_000_000)
    );
    assert_eq!(
        (first.aggregate.as_str(), first.sequence, first.version),
        ("order#42", 1, 3)
    );
    assert_eq!(
        (first.source.as_str(), first.detail_type.as_str()),
        ("test.orders", "Placed")
    );
    assert_eq!(first.created_at, "2026-11-21T12:00:00.123Z");
    let detail: Value = serde_json::from_str(&first.detail).unwrap();
    assert_eq!(
        detail,
        json!({ "order": "42", "metadata": {
            "eventId": first.id,
            "occurredAt": "2026-11-21T12:00:00.123Z",
            "key": "order#42",
            "sequence": "1",
            "sequenceKind": "counter",
            "version": 3,
            "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        } })
    );
}

#[tokio::test(start_paused = true)]
async fn a_row_has_no_expiry_when_it_is_written() {
    let tables = stock(5);
    order(&tables, "42").commit(token()).await.unwrap();

    for item in tables.items("outbox") {
        assert!(!item.contains_key("expiresAt") && !item.contains_key("publishedAt"));
    }
    assert_eq!(KEPT_FOR.as_secs(), 16 * 86_400);
}

#[tokio::test(start_paused = true)]
async fn several_events_of_one_aggregate_are_one_counter_update() {
    let tables = stock(5);
    order(&tables, "42")
        .event("order#42", reserved("tea"))
        .event("order#42", reserved("milk"))
        .event("customer#7", placed("42"))
        .commit(token())
        .await
        .unwrap();

    let (_, actions) = &tables.requests()[0];
    let updates = actions.iter().filter_map(|action| action.update.as_ref());
    let of_outbox = updates.filter(|update| update.table_name == "outbox");
    assert_eq!(of_outbox.count(), 2, "one for each aggregate");
    assert_eq!(numbers(&tables, "order#42"), [1, 2, 3]);
    assert_eq!(numbers(&tables, "customer#7"), [1]);
    assert_eq!(counter(&tables, "order#42"), Some(number(3)));
}

#[tokio::test(start_paused = true)]
async fn the_next_transaction_counts_on() {
    let tables = stock(5);
    for _ in 0..3 {
        Transaction::new(&tables, "outbox")
            .event("order#42", placed("42"))
            .event("order#42", reserved("tea"))
            .commit(Token::from(fastrand::u64(..).to_string()))
            .await
            .unwrap();
    }
    assert_eq!(numbers(&tables, "order#42"), [1, 2, 3, 4, 5, 6]);
}

#[tokio::test(start_paused = true)]
async fn a_row_is_the_event_that_the_relay_publishes() {
    let tables = stock(5);
    order(&tables, "42").commit(token()).await.unwrap();
    let row = rows(&tables).remove(0);

    let entry = row.clone().entry().unwrap();
    assert_eq!(
        (entry.event_id.as_str(), entry.detail.as_str()),
        (row.id.as_str(), row.detail.as_str())
    );

    // WHEN somebody has changed the row
    for (changed, problem) in [
        (
            Row {
                id: "other".to_owned(),
                ..row.clone()
            },
            "belongs to the event",
        ),
        (
            Row {
                detail: "[]".to_owned(),
                ..row.clone()
            },
            "its detail can't be read",
        ),
        (
            Row {
                created_at: "today".to_owned(),
                ..row.clone()
            },
            "\"today\", no moment",
        ),
        (
            Row {
                source: String::new(),
                ..row.clone()
            },
            "its source is empty",
        ),
    ] {
        // THEN it is not published as it is
        let error = changed.entry().unwrap_err();
        assert!(error.contains(problem), "{error}");
    }
}

#[test]
fn a_long_token_is_hashed_and_a_uuid_is_taken_as_it_is() {
    assert_eq!(token().as_str(), "b1f3c9de-6d3a-4f6f-9d0e-2f8a35f4c1b7");
    let long = Token::from("é".repeat(37));
    assert_eq!(long.as_str().len(), 36);
    assert_ne!(long, Token::from("é".repeat(38)));
    assert_eq!(Token::from("é".repeat(36)).as_str(), "é".repeat(36));
}
