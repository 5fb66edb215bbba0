//! The function's own binary, as Lambda runs it, with a table that the test plays.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

#[path = "../../../notify-restaurant/tests/records/mod.rs"]
mod records;
mod repeats;
mod table;

use std::time::Duration;

use events::{OrderDetailsChanged, OrderPlaced};
use outbox::consume::Received;
use sandbox::{Answer, Function};
use serde_json::{Value, json};
use table::Table;

const TIME_LEFT: Duration = Duration::from_secs(30);

/// The `nth` event of an order.
fn event(order: &str, nth: u64, status: &str) -> Value {
    let mut event = Received::<OrderDetailsChanged>::sample();
    event["detail"]["id"] = json!(order);
    event["detail"]["status"] = json!(status);
    let metadata = &mut event["detail"]["metadata"];
    metadata["eventId"] = json!(format!("{order}-{nth}:OrderDetailsChanged"));
    metadata["key"] = json!(order);
    metadata["sequence"] = json!(nth.to_string());
    metadata["occurredAt"] = json!(format!("2026-11-21T12:00:0{}.000Z", nth % 10));
    event
}

fn batch<'a>(bodies: impl IntoIterator<Item = &'a Value>) -> String {
    let records: Vec<Value> = (1..)
        .zip(bodies)
        .map(|(n, body)| json!({ "messageId": format!("message-{n}"), "body": body.to_string() }))
        .collect();
    json!({ "Records": records }).to_string()
}

#[track_caller]
fn failed(answer: &Answer) -> Vec<String> {
    let answer = answer.json().unwrap();
    let failures = answer["batchItemFailures"].as_array().unwrap();
    let identifier = |failure: &Value| failure["itemIdentifier"].as_str().unwrap().to_owned();
    failures.iter().map(identifier).collect()
}

#[tokio::test]
async fn the_latest_status_of_an_order_is_kept_with_where_it_comes_from() {
    let table = Table::default();
    let mut function = table.function().await;
    let answer = function
        .invoke(batch([&event("a", 7, "COOKING")]), TIME_LEFT)
        .await;
    assert_eq!(failed(&answer), [""; 0]);
    assert_eq!(
        table.item("a"),
        json!({
            "id": { "S": "a" },
            "status": { "S": "COOKING" },
            "sequence": { "S": "0000000000000000000000000000000000000007" },
            "occurredAt": { "S": "2026-11-21T12:00:07.000Z" },
            "eventId": { "S": "a-7:OrderDetailsChanged" },
        })
    );
    let line = function.stop().await.concat();
    let line: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(
        (&line["message"], &line["applied"]),
        (&json!("order tracked"), &json!(true))
    );
    assert_eq!(
        (&line["order_id"], &line["status"]),
        (&json!("a"), &json!("COOKING"))
    );
    assert!(line["age_ms"].is_i64(), "{line}");
}

#[tokio::test]
async fn whatever_the_order_of_the_events_the_latest_one_wins() {
    // GIVEN three events, of which the last has a sequence that sorts first as text
    let events = [(8, "ACCEPTED"), (9, "COOKING"), (10, "DELIVERED")];
    let function_table = Table::default();
    let function = function_table.function().await;
    for (round, order) in [
        [0, 1, 2],
        [0, 2, 1],
        [1, 0, 2],
        [1, 2, 0],
        [2, 0, 1],
        [2, 1, 0],
    ]
    .into_iter()
    .enumerate()
    {
        // WHEN they come one by one in any order, and each of them twice
        let id = format!("order-{round}");
        for place in order.into_iter().chain(order) {
            let (nth, status) = events[place];
            let answer = function
                .invoke(batch([&event(&id, nth, status)]), TIME_LEFT)
                .await;
            // THEN an older or repeated one is a success without effect
            assert_eq!(failed(&answer), [""; 0]);
        }
        assert_eq!(
            function_table.item(&id)["status"]["S"],
            "DELIVERED",
            "{order:?}"
        );
    }
}

#[tokio::test]
async fn events_of_one_order_in_one_batch_end_with_the_latest() {
    let table = Table::default();
    let function = table.function().await;
    let events = [
        event("a", 3, "COOKING"),
        event("a", 1, "CREATED"),
        event("a", 3, "COOKING"),
        event("a", 2, "ACCEPTED"),
    ];
    let answer = function.invoke(batch(&events), TIME_LEFT).await;
    assert_eq!(failed(&answer), [""; 0]);
    assert_eq!(table.item("a")["status"]["S"], "COOKING");
}

#[tokio::test]
async fn an_error_of_the_table_fails_its_message_alone() {
    // GIVEN a table that refuses one order
    let table = Table::default();
    let events = [
        event("a", 1, "CREATED"),
        event("forbidden", 1, "CREATED"),
        event("b", 1, "CREATED"),
    ];
    let mut function = table.function().await;
    // WHEN
    let answer = function.invoke(batch(&events), TIME_LEFT).await;
    // THEN that message comes again, and the log says why
    assert_eq!(failed(&answer), ["message-2"]);
    assert_eq!(table.item("b")["status"]["S"], "CREATED");
    let log = function.stop().await.concat();
    for part in [
        "forbidden-1:OrderDetailsChanged",
        "AccessDeniedException",
        "comes again",
    ] {
        assert!(log.contains(part), "{part} in {log}");
    }
}

#[tokio::test]
async fn what_passes_is_tried_again_at_once() {
    let table = Table::default();
    let function = table.function().await;
    let answer = function
        .invoke(batch([&event("throttled", 1, "CREATED")]), TIME_LEFT)
        .await;
    assert_eq!(failed(&answer), [""; 0]);
    assert_eq!(table.item("throttled")["status"]["S"], "CREATED");
}

#[tokio::test]
async fn the_messages_of_a_batch_are_tracked_side_by_side() {
    // GIVEN a table that answers nobody before ten have asked
    let table = Table::default().answers_in_groups_of(10);
    let function = table.function().await;
    let events: Vec<Value> = (0..10)
        .map(|n| event(&format!("order-{n}"), 1, "CREATED"))
        .collect();
    // WHEN a batch of ten comes
    let answer = function.invoke(batch(&events), TIME_LEFT).await;
    // THEN all of them are tracked
    assert_eq!(failed(&answer), [""; 0]);
}

#[tokio::test]
async fn a_missing_variable_is_named() {
    let function = Function::start(env!("CARGO_BIN_EXE_order-tracking"), &[], |_| {
        std::future::pending()
    })
    .await
    .unwrap();
    let answer = function.invoke(batch([]), TIME_LEFT).await;
    assert!(matches!(answer, Answer::NotStarted(_)), "{answer:?}");
    let text = answer.error_message().unwrap();
    assert!(
        text.contains("TABLE_NAME") && text.contains("tracking"),
        "{text}"
    );
}

#[tokio::test]
async fn an_order_that_was_placed_with_its_stock_is_tracked_as_created_under_its_aggregate() {
    let table = Table::default();
    let function = table.function().await;
    let mut event = Received::<OrderPlaced>::sample();
    event["detail"]["metadata"]["key"] = json!("order#42");
    event["detail"]["metadata"]["sequence"] = json!("1");

    let answer = function.invoke(batch([&event]), TIME_LEFT).await;

    assert_eq!(failed(&answer), [""; 0]);
    assert_eq!(table.item("order#42")["status"]["S"], "CREATED");
}
