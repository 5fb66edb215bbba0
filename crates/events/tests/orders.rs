//! Orders: requests, items, events and patterns speak of the same words.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a failed step is a failed test"
)]

use std::collections::BTreeSet;

use contract::{EventPattern, InputTemplate, Received, SequenceKind, draft4};
use events::{ChangeOrder, CreateOrder, Order, OrderDetailsChanged, OrderStatus, TRANSITIONS};
use serde_json::{Value, json};

mod template;

fn words(statuses: impl Iterator<Item = OrderStatus>) -> Vec<&'static str> {
    statuses.map(OrderStatus::as_str).collect()
}

#[test]
fn every_status_has_one_word_everywhere() {
    for status in OrderStatus::all() {
        assert_eq!(json!(status), status.as_str());
        assert_eq!(status.to_string(), status.as_str());
    }
    let all: BTreeSet<_> = OrderStatus::all().collect();
    assert_eq!(all.len(), TRANSITIONS.len());
}

#[test]
fn a_status_follows_only_its_predecessors() {
    let cases: [(OrderStatus, &[&str], &[&str]); 5] = [
        (OrderStatus::Created, &[], &["ACCEPTED", "CANCELLED"]),
        (
            OrderStatus::Accepted,
            &["CREATED"],
            &["COOKING", "CANCELLED"],
        ),
        (
            OrderStatus::Cooking,
            &["ACCEPTED"],
            &["DELIVERED", "CANCELLED"],
        ),
        (OrderStatus::Delivered, &["COOKING"], &[]),
        (
            OrderStatus::Cancelled,
            &["CREATED", "ACCEPTED", "COOKING"],
            &[],
        ),
    ];
    for (status, predecessors, successors) in cases {
        assert_eq!(words(status.predecessors()), predecessors, "{status}");
        assert_eq!(words(status.successors()), successors, "{status}");
    }
}

#[test]
fn the_published_request_is_what_the_rule_for_new_orders_takes() {
    // GIVEN the status that the request model allows, and no other
    let model = draft4::schema_of::<CreateOrder>().unwrap();
    let allowed = model["properties"]["status"]["enum"].clone();
    assert_eq!(allowed, json!(["CREATED"]));
    // THEN the rule for new orders asks for the very same word
    let pattern = EventPattern::of::<OrderDetailsChanged>()
        .with("status", [OrderStatus::FIRST])
        .unwrap();
    let pattern: Value = serde_json::from_str(&pattern.to_string()).unwrap();
    assert_eq!(pattern["detail"]["status"], allowed);
    // and one for the word of another case can't be written
    let refused = EventPattern::of::<OrderDetailsChanged>().with("status", ["Created"]);
    assert!(refused.unwrap_err().to_string().contains("ever published"));
}

#[test]
fn a_request_that_is_not_an_order_is_refused() {
    for body in [
        json!({}),
        json!({ "status": "Created" }),
        json!({ "status": "ACCEPTED" }),
        json!({ "status": 5 }),
        json!({ "status": "CREATED", "createdAt": "now" }),
        json!({ "status": "CREATED", "restaurant": 5 }),
    ] {
        assert!(
            serde_json::from_value::<CreateOrder>(body.clone()).is_err(),
            "{body}"
        );
    }
    let body = json!({ "status": "CREATED" });
    let order: CreateOrder = serde_json::from_value(body.clone()).unwrap();
    assert_eq!(json!(order), body, "what is left out stays left out");
    for body in [
        json!({}),
        json!({ "status": "COOKED" }),
        json!({ "status": "COOKING", "id": "1" }),
    ] {
        assert!(
            serde_json::from_value::<ChangeOrder>(body.clone()).is_err(),
            "{body}"
        );
    }
}

#[test]
fn the_request_models_say_what_the_types_say() {
    assert_eq!(
        without_texts(draft4::schema_of::<CreateOrder>().unwrap()),
        json!({
            "$schema": "http://json-schema.org/draft-04/schema#",
            "title": "CreateOrder",
            "type": "object",
            "properties": {
                "id": { "type": "string", "pattern": "^[A-Za-z0-9_-]{1,64}$" },
                "status": { "type": "string", "enum": ["CREATED"] },
                "restaurant": { "type": "string", "maxLength": 100 },
            },
            "required": ["status"],
            "additionalProperties": false,
        })
    );
    assert_eq!(
        without_texts(draft4::schema_of::<ChangeOrder>().unwrap()),
        json!({
            "$schema": "http://json-schema.org/draft-04/schema#",
            "title": "ChangeOrder",
            "type": "object",
            "properties": {
                "status": {
                    "type": "string",
                    "enum": ["CREATED", "ACCEPTED", "COOKING", "DELIVERED", "CANCELLED"],
                },
            },
            "required": ["status"],
            "additionalProperties": false,
        })
    );
}

fn without_texts(mut schema: Value) -> Value {
    let object = schema.as_object_mut().unwrap();
    object.remove("description");
    for (_, property) in schema["properties"].as_object_mut().unwrap() {
        property.as_object_mut().unwrap().remove("description");
    }
    schema
}

/// The record of an order's creation, as a pipe reads it from the stream.
fn record(image: &Value) -> Value {
    json!({
        "eventID": "7de3041dd709b024af6f29e4fa13d34c",
        "eventName": "INSERT",
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": "us-east-1",
        "dynamodb": {
            "ApproximateCreationDateTime": 1_479_499_740,
            "Keys": { "id": image["id"] },
            "NewImage": image,
            "SequenceNumber": "4421584500000000017450439091",
            "SizeBytes": 59,
            "StreamViewType": "NEW_AND_OLD_IMAGES",
        },
        "eventSourceARN": "arn:aws:dynamodb:us-east-1:000000000000:table/orders/stream/2026-11-21T00:00:00.000",
    })
}

fn delivered(detail: Value) -> Value {
    let mut event = Received::<OrderDetailsChanged>::sample();
    event["detail"] = detail;
    event
}

fn image(order: &Order) -> Value {
    let item = serde_json::to_value(order).unwrap();
    let attributes = item.as_object().unwrap().iter();
    attributes
        .map(|(name, value)| (name.clone(), json!({ "S": value })))
        .collect()
}

#[test]
fn what_the_template_makes_of_an_item_reads_as_the_event() {
    // GIVEN an order with what a careless template breaks on
    let order = Order {
        restaurant: "Zum \"Löwen\" <Bar>\\ \n\t & 'Söhne' \u{1F355}\u{2028}\u{7f} <$.eventID>"
            .to_owned(),
        ..Order::sample()
    };
    let template = InputTemplate::of::<OrderDetailsChanged>("id", "occurredAt").unwrap();
    // WHEN a pipe renders its record
    let detail = template::render(&template.to_string(), &record(&image(&order)));
    // THEN the event is the one of the Rust type, with the metadata of any other event
    let event = delivered(serde_json::from_str(&detail).unwrap());
    let received = Received::<OrderDetailsChanged>::read(event).unwrap();
    assert_eq!(received.detail, OrderDetailsChanged::from(order.clone()));
    let metadata = received.metadata;
    assert_eq!(
        metadata.event_id,
        "7de3041dd709b024af6f29e4fa13d34c:OrderDetailsChanged"
    );
    assert_eq!(
        (metadata.key, metadata.occurred_at),
        (order.id, order.occurred_at)
    );
    assert_eq!(metadata.sequence.as_str(), "4421584500000000017450439091");
    assert_eq!(
        (metadata.sequence_kind, metadata.version),
        (SequenceKind::Stream, 1)
    );
}

#[test]
fn nothing_of_the_database_is_in_the_event() {
    let template = InputTemplate::of::<OrderDetailsChanged>("id", "occurredAt").unwrap();
    let detail = template::render(&template.to_string(), &record(&image(&Order::sample())));
    let detail: Value = serde_json::from_str(&detail).unwrap();
    let names: Vec<_> = detail.as_object().unwrap().keys().collect();
    assert_eq!(names, ["id", "status", "restaurant", "metadata"]);
    assert_eq!(detail["status"], "CREATED");
}

#[test]
fn an_item_without_a_restaurant_is_an_event_with_an_empty_one() {
    // GIVEN an item that lacks the optional attribute, which a pipe renders as an empty string
    let mut image = image(&Order::sample());
    image.as_object_mut().unwrap().remove("restaurant");
    let template = InputTemplate::of::<OrderDetailsChanged>("id", "occurredAt").unwrap();
    let detail = template::render(&template.to_string(), &record(&image));
    // THEN a consumer reads it
    let event = delivered(serde_json::from_str(&detail).unwrap());
    let received = Received::<OrderDetailsChanged>::read(event).unwrap();
    assert_eq!(received.detail.restaurant, "");
    // and a relay in the pipe's place reads the same item
    let item = json!({ "id": "1", "status": "CREATED", "occurredAt": "2026-11-21T12:00:00.123Z" });
    assert_eq!(
        serde_json::from_value::<Order>(item).unwrap().restaurant,
        ""
    );
}
