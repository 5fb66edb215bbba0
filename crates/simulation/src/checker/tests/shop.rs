//! Parts of a run of the flow of checkout, written by hand.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::fixture::Run;
use crate::observation::{Answer, Kind, Observation, Shopping, Target};
use crate::scenario::{Call, Flow, Line, Operation, Scenario, Settings, Write};

/// A shop with 5 of one product, of which the first caller wants 1 and 2 more, the second brings 2, and the third
/// wants what the first does.
pub(super) fn shop() -> Run {
    let call = Call {
        within: Duration::from_secs(7),
        dies_after: None,
    };
    let line = |quantity| Line {
        product: 0,
        quantity,
    };
    let order = || Write::Place {
        lines: vec![line(1), line(2)],
        call,
    };
    let delivery = Write::Restock {
        line: line(2),
        call,
    };
    let operation = |key, write| Operation {
        at: Duration::ZERO,
        key,
        write,
    };
    Run::playing(Scenario {
        settings: Settings {
            stock: vec![5],
            ..Settings::usual(Flow::Checkout)
        },
        operations: vec![
            operation(7, order()),
            operation(8, delivery),
            operation(7, order()),
        ],
        ..Scenario::in_flow(Flow::Checkout, 2)
    })
}

pub(super) fn tell(run: &mut Run, shopping: Shopping) {
    run.tell(&Observation::Shopping(shopping));
}

/// The caller with this number asks for the operation in its place.
pub(super) fn asks(run: &mut Run, call: u32) {
    let operation = call as usize - 1;
    tell(run, Shopping::Asked { call, operation });
}

pub(super) fn sends(run: &mut Run, call: u32, token: &str, request: u64, rows: &[&str]) {
    tell(
        run,
        Shopping::Sent {
            call,
            token: token.into(),
            request,
            rows: rows.iter().map(|row| Arc::from(*row)).collect(),
        },
    );
}

pub(super) fn hears(run: &mut Run, call: u32, answer: Answer) {
    tell(run, Shopping::Heard { call, answer });
}

pub(super) fn refused() -> Answer {
    Answer::NotWritten("too little is left".to_owned())
}

/// The shop's table has so much left of its product.
pub(super) fn leaves(run: &mut Run, call: u32, left: i64) {
    stores(
        run,
        call,
        "stock#product-0",
        json!({"id": "stock#product-0", "inStock": left}),
    );
}

pub(super) fn stores(run: &mut Run, call: u32, key: &str, item: Value) {
    let item = Arc::new(item);
    let key = key.into();
    tell(run, Shopping::Stored { call, key, item });
}

/// The shop's table has the order.
pub(super) fn places(run: &mut Run, call: u32) {
    let item = json!({
        "id": "order#order-7",
        "orderId": "order-7",
        "restaurant": "restaurant 0",
        "lines": lines(),
    });
    stores(run, call, "order#order-7", item);
}

fn lines() -> Value {
    json!([{"sku": "product-0", "quantity": 3}])
}

/// A row of the order, with the number that it has among its events.
pub(super) fn row(run: &Run, id: &str, sequence: u64) -> Value {
    let (detail_type, mut detail) = match sequence {
        1 => (
            "OrderPlaced",
            json!({"id": "order-7", "restaurant": "restaurant 0", "lines": lines()}),
        ),
        _ => (
            "StockReserved",
            json!({"orderId": "order-7", "sku": "product-0", "quantity": 3}),
        ),
    };
    let now = run.now().in_milliseconds();
    detail["metadata"] = json!({
        "eventId": id,
        "occurredAt": now,
        "key": "order#order-7",
        "sequence": sequence.to_string(),
        "sequenceKind": "counter",
        "version": 1,
    });
    json!({
        "id": id,
        "aggregate": "order#order-7",
        "sequence": sequence,
        "source": "shop.orders",
        "detailType": detail_type,
        "version": 1,
        "detail": detail.to_string(),
        "createdAt": now,
    })
}

/// The outbox has a row of the order.
pub(super) fn outbox_has(run: &mut Run, id: &str, sequence: u64) {
    let row = row(run, id, sequence);
    run.commit_now(id, Kind::Insert, Some(row));
}

/// The first caller places its order, all of it, and hears so.
pub(super) fn order(run: &mut Run) {
    asks(run, 1);
    sends(run, 1, "order#order-7", 1, &["a", "b"]);
    places(run, 1);
    leaves(run, 1, 2);
    outbox_has(run, "a", 1);
    outbox_has(run, "b", 2);
    hears(run, 1, Answer::Written);
}

/// The event of a row.
pub(super) fn event(row: &Value) -> Value {
    let detail = row["detail"].as_str().unwrap_or_default();
    json!({
        "version": "0",
        "source": row["source"],
        "detail-type": row["detailType"],
        "detail": serde_json::from_str::<Value>(detail).unwrap_or_default(),
    })
}

/// The bus takes a row as it is.
pub(super) fn publish(run: &mut Run, row: &Value) {
    let text = |name: &str| row[name].as_str().unwrap_or_default().to_owned();
    run.tell(&Observation::Accepted {
        source: text("source"),
        detail_type: text("detailType"),
        detail: text("detail").into(),
        event_id: text("id").into(),
    });
}

/// Both rows of the order are published, and what its targets make of it is done.
pub(super) fn arrives(run: &mut Run) {
    let rows = [row(run, "a", 1), row(run, "b", 2)];
    for row in &rows {
        publish(run, row);
    }
    run.tell(&Observation::Tracked {
        order: "order#order-7".to_owned(),
        status: "CREATED".to_owned(),
        sequence: "1".to_owned(),
    });
    for target in [Target::Notify, Target::Tracking, Target::History] {
        done(run, target, &rows[0]);
    }
    done(run, Target::History, &rows[1]);
}

/// A target's consumer has done what the event of a row asks for.
pub(super) fn done(run: &mut Run, target: Target, row: &Value) {
    let event = event(row).to_string().into();
    run.tell(&Observation::Delivered { target, event });
}
