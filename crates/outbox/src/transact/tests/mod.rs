//! Transactions against tables in memory that fail as told, on virtual time.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a failed step is a failed test"
)]

mod checks;
mod conflicts;
mod rows;
mod together;
mod unknown;

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{AttributeValue, Put, Update};
use contract::Event;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Token, Transaction};
use crate::row::{OutboxItem, Row, counter_id};
use crate::testing::Tables;

pub(super) type Item = HashMap<String, AttributeValue>;

#[derive(Serialize, Deserialize, JsonSchema)]
pub(super) struct Placed {
    pub(super) order: String,
}

impl Event for Placed {
    const SOURCE: &'static str = "test.orders";
    const DETAIL_TYPE: &'static str = "Placed";
    const VERSION: u32 = 3;

    fn sample() -> Self {
        placed("1")
    }
}

#[derive(Serialize, Deserialize, JsonSchema)]
pub(super) struct Reserved {
    pub(super) sku: String,
}

impl Event for Reserved {
    const SOURCE: &'static str = "test.orders";
    const DETAIL_TYPE: &'static str = "Reserved";
    const VERSION: u32 = 1;

    fn sample() -> Self {
        reserved("tea")
    }
}

pub(super) fn placed(order: &str) -> Placed {
    Placed {
        order: order.to_owned(),
    }
}

pub(super) fn reserved(sku: &str) -> Reserved {
    Reserved {
        sku: sku.to_owned(),
    }
}

pub(super) fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

pub(super) fn number(value: u64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

pub(super) fn item(id: &str) -> Item {
    Item::from([("id".to_owned(), text(id))])
}

/// Tables with so many of `tea`.
pub(super) fn stock(left: u64) -> Tables {
    let mut tea = item("tea");
    tea.insert("left".to_owned(), number(left));
    Tables::new().with("shop", tea)
}

pub(super) fn left(tables: &Tables) -> AttributeValue {
    tables.item("shop", "tea").unwrap()["left"].clone()
}

pub(super) fn put(id: &str) -> Put {
    Put::builder()
        .table_name("shop")
        .set_item(Some(item(id)))
        .build()
        .unwrap()
}

/// Takes `quantity` of `tea`, if as much is left.
pub(super) fn take(quantity: u64) -> Update {
    Update::builder()
        .table_name("shop")
        .set_key(Some(item("tea")))
        .update_expression("SET #left = #left - :quantity")
        .condition_expression("#left >= :quantity")
        .expression_attribute_names("#left", "left")
        .expression_attribute_values(":quantity", number(quantity))
        .build()
        .unwrap()
}

/// An order of one tea.
pub(super) fn order<'a>(tables: &'a Tables, id: &str) -> Transaction<'a, Tables> {
    Transaction::new(tables, "outbox")
        .put(put(&format!("order-{id}")))
        .update(take(1))
        .event(format!("order#{id}"), placed(id))
        .with_random(fastrand::Rng::with_seed(7))
}

pub(super) fn token() -> Token {
    Token::from("b1f3c9de-6d3a-4f6f-9d0e-2f8a35f4c1b7")
}

/// The rows of the outbox, by aggregate and number.
pub(super) fn rows(tables: &Tables) -> Vec<Row> {
    let items = tables.items("outbox").into_iter();
    let mut rows: Vec<_> = items
        .filter_map(|item| match serde_dynamo::from_item(item).unwrap() {
            OutboxItem::Row(row) => Some(row),
            OutboxItem::Counter { .. } => None,
        })
        .collect();
    rows.sort_by(|one, other| {
        (&one.aggregate, one.sequence).cmp(&(&other.aggregate, other.sequence))
    });
    rows
}

pub(super) fn numbers(tables: &Tables, aggregate: &str) -> Vec<u64> {
    let rows = rows(tables).into_iter();
    rows.filter(|row| row.aggregate == aggregate)
        .map(|row| row.sequence)
        .collect()
}

pub(super) fn counter(tables: &Tables, aggregate: &str) -> Option<AttributeValue> {
    let counter = tables.item("outbox", &counter_id(aggregate))?;
    counter.get("lastSequence").cloned()
}
