//! What a pipe makes of an order with the template of the Rust type: the event that a relay would publish, whatever
//! stands in the order.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::time::Duration;

use contract::{Event, InputTemplate, Received};
use delivery::Time;
use delivery::pipe::{Context, Settings, requests};
use events::{Order, OrderDetailsChanged, OrderKey, OrderStatus};
use outbox::testing::{Bus, Quarantine, Record};
use outbox::{Batch, Change, Events, Relay};
use proptest::prelude::*;
use serde_json::{Value, json};
use tokio::time::Instant;

const STREAM: &str =
    "arn:aws:dynamodb:us-east-1:000000000000:table/orders/stream/2026-11-21T00:00:00.000";
const BUS: &str = "arn:aws:events:us-east-1:000000000000:event-bus/events";

/// The template of the event's type, as the pipe is declared with it.
fn from_the_type() -> String {
    let template = InputTemplate::of::<OrderDetailsChanged>("id", "occurredAt");
    template.unwrap().to_string()
}

/// The detail that a pipe with this template sends to the bus; it may be no JSON.
fn rendered(template: &str, record: &Value) -> String {
    let pipe = json!({
        "source": STREAM,
        "target": BUS,
        "sourceParameters": { "dynamodbStreamParameters": { "startingPosition": "TRIM_HORIZON" } },
        "targetParameters": {
            "eventbridgeEventBusParameters": {
                "source": OrderDetailsChanged::SOURCE,
                "detailType": OrderDetailsChanged::DETAIL_TYPE,
            },
            "inputTemplate": template,
        },
    });
    let pipe = Settings::declared(pipe.as_object().unwrap(), "orders").unwrap();
    let context = Context {
        pipe_arn: "arn:aws:pipes:us-east-1:000000000000:pipe/orders",
        pipe_name: "orders",
        source_arn: STREAM,
        target_arn: BUS,
        received_at: Time(1_795_238_220_007),
    };
    let entry = pipe.step.entry(&record.to_string(), &context);
    let calls = requests(vec![entry], BUS);
    let entry = &calls[0].1["Entries"][0];
    assert_eq!(entry["Source"], "order.event");
    assert_eq!(entry["DetailType"], "OrderDetailsChanged");
    entry["Detail"].as_str().unwrap().to_owned()
}

/// The detail that a relay sends to the bus.
async fn relayed(record: Record) -> Value {
    let bus = Bus::new();
    let deadline = Instant::now() + Duration::from_secs(30);
    let batch: Batch = [record].into_iter().collect();
    let failures = Relay::new(bus.clone(), Quarantine::new())
        .handle(
            &batch,
            deadline,
            |change: Change<Order, OrderKey>| match change {
                Change::Created(order) | Change::Updated { new: order, .. } => {
                    Events::of(OrderDetailsChanged::from(order))
                }
                Change::Removed { .. } | Change::Expired { .. } => Events::none(),
            },
        )
        .await;
    assert!(failures.is_empty(), "{failures:?}");
    serde_json::from_str(&bus.published()[0].detail).unwrap()
}

fn received(detail: &str) -> Received<OrderDetailsChanged> {
    let mut event = Received::<OrderDetailsChanged>::sample();
    event["detail"] = serde_json::from_str(detail).unwrap();
    Received::read(event).unwrap()
}

#[tokio::test]
async fn a_pipe_and_a_relay_publish_the_same_event_of_an_order() {
    // GIVEN a new order
    let record = Record::insert(7, &Order::sample());
    // WHEN a pipe takes its record and when a relay does
    let mut by_pipe: Value =
        serde_json::from_str(&rendered(&from_the_type(), record.value())).unwrap();
    let mut by_relay = relayed(record).await;
    // THEN the events differ only in that the stream knows whole seconds and the item milliseconds
    let occurred_at = by_pipe["metadata"]["occurredAt"].take();
    assert_eq!(occurred_at, Order::sample().occurred_at);
    by_relay["metadata"]["occurredAt"].take();
    assert_eq!(by_pipe, by_relay);
}

#[test]
fn a_quoted_placeholder_breaks_on_a_quote_where_the_types_template_does_not() {
    // GIVEN a restaurant with a quotation mark
    let order = Order {
        restaurant: "Zum \"Löwen\"".to_owned(),
        ..Order::sample()
    };
    let record = Record::insert(7, &order);
    // WHEN a careless template quotes its placeholder
    let careless = r#"{"restaurant":"<$.dynamodb.NewImage.restaurant.S>"}"#;
    let detail = rendered(careless, record.value());
    // THEN the event is no JSON, and that of the type's template is
    assert!(serde_json::from_str::<Value>(&detail).is_err(), "{detail}");
    let detail = rendered(&from_the_type(), record.value());
    assert_eq!(received(&detail).detail.restaurant, order.restaurant);
}

/// Texts of any characters, rich in those that mean something to templates, JSON or JSON paths.
fn text() -> impl Strategy<Value = String> {
    let special = prop::sample::select(
        &[
            "\"",
            "\\",
            "\n",
            "\r",
            "\t",
            "\0",
            "<",
            ">",
            "<$.eventID>",
            "<aws.pipes.event.json>",
            "${",
            "{",
            "}",
            "'",
            "\u{2028}",
            "\u{1F355}",
            "\u{7f}",
            "ß",
        ][..],
    );
    let piece = prop_oneof![special.prop_map(str::to_owned), any::<String>()];
    prop::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn whatever_stands_in_an_order_survives_the_template_unaltered(
        id in text(),
        restaurant in text(),
        occurred_at in text(),
        status in prop::sample::select(OrderStatus::all().collect::<Vec<_>>()),
    ) {
        let order = Order { id, status, restaurant, occurred_at };
        let record = Record::modify(7, &order);
        let received = received(&rendered(&from_the_type(), record.value()));
        prop_assert_eq!(&received.metadata.key, &order.id);
        prop_assert_eq!(&received.metadata.occurred_at, &order.occurred_at);
        prop_assert_eq!(received.metadata.event_id, "event-7:OrderDetailsChanged");
        prop_assert_eq!(received.detail, OrderDetailsChanged::from(order));
    }
}
