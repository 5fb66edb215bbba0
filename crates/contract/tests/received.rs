//! An event as EventBridge delivers it, read against its contract.

#![allow(clippy::unwrap_used, reason = "a failed step is a failed test")]

use contract::{Event, Received, SequenceKind};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
struct Line {
    sku: String,
    quantity: u32,
}

#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct OrderPlaced {
    order_id: String,
    lines: Vec<Line>,
    note: Option<String>,
}

impl Event for OrderPlaced {
    const SOURCE: &'static str = "test.orders";
    const DETAIL_TYPE: &'static str = "OrderPlaced";
    const VERSION: u32 = 3;

    fn sample() -> Self {
        Self {
            order_id: "o-1".to_owned(),
            lines: vec![Line {
                sku: "s".to_owned(),
                quantity: 2,
            }],
            note: Some("n".to_owned()),
        }
    }
}

fn event_with(pointer: &str, value: Value) -> Value {
    let mut event = Received::<OrderPlaced>::sample();
    *event.pointer_mut(pointer).unwrap() = value;
    event
}

#[test]
fn a_fitting_event_is_read_with_its_data_and_metadata() {
    let received = Received::<OrderPlaced>::read(Received::<OrderPlaced>::sample()).unwrap();

    assert_eq!(received.detail, OrderPlaced::sample());
    assert_eq!(
        received.metadata.event_id,
        "7de3041dd709b024af6f29e4fa13d34c:OrderPlaced"
    );
    assert_eq!(
        (received.metadata.version, received.metadata.sequence_kind),
        (3, SequenceKind::Stream)
    );
    assert_eq!(
        (received.region.as_str(), received.replay_name),
        ("us-east-1", None)
    );
}

#[test]
fn a_replayed_event_names_its_replay() {
    let mut event = Received::<OrderPlaced>::sample();
    event["replay-name"] = json!("after-the-outage");
    let received = Received::<OrderPlaced>::read(event).unwrap();
    assert_eq!(received.replay_name.as_deref(), Some("after-the-outage"));
}

#[test]
fn the_field_that_does_not_fit_is_named_by_its_path() {
    for (pointer, value, message) in [
        (
            "/source",
            json!("test.other"),
            "field `source` is `test.other`, but `test.orders` is expected",
        ),
        (
            "/detail-type",
            json!("OrderLost"),
            "field `detail-type` is `OrderLost`, but `OrderPlaced` is expected",
        ),
        (
            "/detail",
            json!("{}"),
            "field `detail` is a string, but an object is expected",
        ),
        (
            "/id",
            json!(1),
            "field `id` is a number, but a string is expected",
        ),
        (
            "/detail/orderId",
            json!(1),
            "field `detail.orderId` is a number, but string is expected",
        ),
        (
            "/detail/lines/0/quantity",
            json!("two"),
            "field `detail.lines[0].quantity` is a string, but integer is expected",
        ),
        (
            "/detail/lines/0",
            json!({ "sku": "s" }),
            "field `detail.lines[0].quantity` is missing",
        ),
        (
            "/detail/note",
            json!(5),
            "field `detail.note` is a number, but string or null is expected",
        ),
        (
            "/detail/metadata/eventId",
            json!(null),
            "field `detail.metadata.eventId` is null, but string is expected",
        ),
        (
            "/detail/metadata/version",
            json!("3"),
            "field `detail.metadata.version` is a string, but integer is expected",
        ),
    ] {
        let misfit = Received::<OrderPlaced>::read(event_with(pointer, value)).unwrap_err();
        assert_eq!(
            misfit.to_string(),
            format!("the event does not fit its contract: {message}")
        );
    }
}

#[test]
fn what_is_no_event_is_refused() {
    for (event, field) in [(json!([]), "$"), (json!(null), "$"), (json!({}), "source")] {
        assert_eq!(
            Received::<OrderPlaced>::read(event).unwrap_err().field(),
            field
        );
    }
}

#[test]
fn a_value_that_only_its_type_refuses_is_named_without_being_quoted() {
    let number = event_with("/detail/lines/0/quantity", json!(-5));
    let misfit = Received::<OrderPlaced>::read(number).unwrap_err();
    assert!(misfit.field().starts_with("detail"), "{misfit}");
    assert!(!misfit.to_string().contains("-5"), "{misfit}");
}
