//! Transactions by the SDK's client, over HTTP against a DynamoDB that answers as scripted.

#![cfg(feature = "aws")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a failed step is a failed test"
)]

mod answered;
#[macro_use]
#[path = "../event/mod.rs"]
mod event;
#[allow(
    dead_code,
    reason = "what passes calls on is for another crate's tests"
)]
mod script;
mod unknown;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{AttributeValue, Put, ReturnValuesOnConditionCheckFailure, Update};
use contract::Event;
use outbox::transact::{Token, Transaction};
use serde_json::{Value, json};

event!(Placed of "test.orders", order like "42");

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

/// The order 42 of one tea. Its actions: the order, the stock, the counter, the row.
fn order(client: &Client) -> Transaction<'_, Client> {
    let mut put = Put::builder()
        .table_name("shop")
        .item("id", text("order-42"))
        .condition_expression("attribute_not_exists(id)");
    // Enough attributes that their order would differ from one map to another.
    for nth in 0..20 {
        put = put.item(format!("attribute{nth}"), text("value"));
    }
    let all_old = ReturnValuesOnConditionCheckFailure::AllOld;
    let take = Update::builder()
        .table_name("shop")
        .key("id", text("tea"))
        .update_expression("SET inStock = inStock - :one")
        .condition_expression("inStock >= :one")
        .expression_attribute_values(":one", AttributeValue::N("1".to_owned()))
        .return_values_on_condition_check_failure(all_old);
    Transaction::new(client, "outbox")
        .put(put.build().unwrap())
        .update(take.build().unwrap())
        .event("order#42", Placed::sample())
}

fn token() -> Token {
    Token::from("8f7a3c8e-52a3-4a35-9d2e-3f3a2d0c5b11")
}

/// A counter that stands there.
fn counter(last: u64) -> Value {
    json!({ "Item": {
        "id": { "S": "sequence#order#42" },
        "lastSequence": { "N": last.to_string() },
    } })
}

/// The row of a request.
fn row(request: &Value) -> &Value {
    &request["TransactItems"][3]["Put"]["Item"]
}
