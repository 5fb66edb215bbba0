//! What the changes of the orders table become on the bus, through the real relay.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::time::Duration;

use events::{Order, OrderStatus};
use orders_relay::order_events;
use outbox::{Batch, Entry, Relay, testing};
use serde_json::{Value, json};
use tokio::time::Instant;

async fn published(batch: Batch) -> Vec<Entry> {
    let bus = testing::Bus::new();
    let quarantine = testing::Quarantine::new();
    let deadline = Instant::now() + Duration::from_secs(30);
    let failures = Relay::new(bus.clone(), quarantine.clone())
        .handle(&batch, deadline, order_events)
        .await;
    assert!(failures.is_empty(), "{failures:?}");
    assert_eq!(quarantine.messages(), []);
    bus.published()
}

#[track_caller]
fn data_of(entries: &[Entry]) -> Value {
    let [entry] = entries else {
        panic!("one event was expected, not {entries:?}")
    };
    assert_eq!(entry.source, "order.event");
    assert_eq!(entry.detail_type, "OrderDetailsChanged");
    assert_eq!(entry.event_id, "event-1:OrderDetailsChanged");
    let mut detail: Value = serde_json::from_str(&entry.detail).unwrap();
    let metadata = detail.as_object_mut().unwrap().remove("metadata").unwrap();
    assert_eq!(metadata["key"], Order::sample().id);
    detail
}

#[tokio::test]
async fn a_new_order_is_order_details_changed_with_what_the_business_sees() {
    let entries = published(testing::inserts([Order::sample()])).await;
    assert_eq!(
        data_of(&entries),
        json!({ "id": "order-42", "status": "CREATED", "restaurant": "Trattoria Da Enzo" })
    );
}

#[tokio::test]
async fn a_changed_order_tells_its_new_status() {
    let order = Order {
        status: OrderStatus::Cooking,
        ..Order::sample()
    };
    let entries = published(testing::modifications([order])).await;
    assert_eq!(data_of(&entries)["status"], "COOKING");
}

#[tokio::test]
async fn an_order_without_a_restaurant_has_an_empty_one_as_through_a_pipe() {
    let item =
        json!({ "id": "order-42", "status": "CREATED", "occurredAt": "2026-11-21T12:00:00.123Z" });
    let entries = published(testing::inserts([item])).await;
    assert_eq!(data_of(&entries)["restaurant"], "");
}

#[tokio::test]
async fn a_removed_order_is_no_event() {
    assert_eq!(published(testing::removals([Order::sample()])).await, []);
    assert_eq!(published(testing::expiries([Order::sample()])).await, []);
}
