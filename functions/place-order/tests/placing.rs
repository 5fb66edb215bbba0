//! Orders against tables in memory.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::collections::HashMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_sdk_dynamodb::types::AttributeValue;
use lambda_runtime::{Context, Diagnostic, LambdaEvent};
use outbox::testing::{Fault, Tables};
use outbox::transact::WriteError;
use place_order::handler::handle;
use place_order::shop::Shop;
use serde_json::{Value, json};

type Item = HashMap<String, AttributeValue>;

const REQUEST: &str = "8f7a3c8e-52a3-4a35-9d2e-3f3a2d0c5b11";

fn stock(products: &[(&str, u64)]) -> Tables {
    let item = |sku: &str, left: u64| {
        Item::from([
            ("id".to_owned(), AttributeValue::S(format!("stock#{sku}"))),
            ("inStock".to_owned(), AttributeValue::N(left.to_string())),
        ])
    };
    products.iter().fold(Tables::new(), |tables, (sku, left)| {
        tables.with("shop", item(sku, *left))
    })
}

fn left(tables: &Tables, sku: &str) -> u64 {
    let item = tables.item("shop", &format!("stock#{sku}")).unwrap();
    item["inStock"].as_n().unwrap().parse().unwrap()
}

async fn requested(tables: &Tables, request: &str, event: Value) -> Result<Value, Diagnostic> {
    let mut context = Context::default();
    request.clone_into(&mut context.request_id);
    let deadline = SystemTime::now() + Duration::from_secs(30);
    let deadline = deadline.duration_since(UNIX_EPOCH).unwrap();
    context.deadline = deadline.as_millis().try_into().unwrap();
    let shop = Shop::new(tables.clone(), "shop", "outbox");
    match handle(LambdaEvent::new(event, context), &shop).await {
        Ok(order) => Ok(serde_json::to_value(order).unwrap()),
        Err(error) => Err(error.into()),
    }
}

async fn place(tables: &Tables, event: Value) -> Result<Value, Diagnostic> {
    requested(tables, REQUEST, event).await
}

async fn refused(tables: &Tables, event: Value) -> (String, String) {
    let error = place(tables, event).await.unwrap_err();
    assert_eq!(events(tables), [""; 0], "nothing is published");
    (error.error_type, error.error_message)
}

/// The detail-types in the outbox by their numbers, with their aggregate.
fn events(tables: &Tables) -> Vec<String> {
    let items = tables.items("outbox").into_iter();
    let mut rows: Vec<_> = items
        .filter(|item| item.contains_key("detail"))
        .map(|item| {
            let text = |name: &str| item[name].as_s().unwrap().clone();
            format!(
                "{} {} {}",
                text("aggregate"),
                item["sequence"].as_n().unwrap(),
                text("detailType")
            )
        })
        .collect();
    rows.sort();
    rows
}

#[tokio::test(start_paused = true)]
async fn an_order_its_stock_and_its_events_are_written_together() {
    let tables = stock(&[("tea", 5), ("milk", 1)]);
    let lines = json!([{ "sku": "tea", "quantity": 2 }, { "sku": "milk", "quantity": 1 }]);
    let answer = place(
        &tables,
        json!({ "id": "42", "restaurant": "Enzo", "lines": lines }),
    )
    .await
    .unwrap();

    assert_eq!(
        answer,
        json!({ "orderId": "42", "restaurant": "Enzo", "lines": lines })
    );
    assert_eq!((left(&tables, "tea"), left(&tables, "milk")), (3, 0));
    assert!(tables.item("shop", "order#42").is_some());
    assert_eq!(
        events(&tables),
        [
            "order#42 1 OrderPlaced",
            "order#42 2 StockReserved",
            "order#42 3 StockReserved"
        ]
    );
    assert_eq!(tables.requests().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn lines_of_one_product_are_merged() {
    let tables = stock(&[("tea", 5), ("milk", 1)]);
    let lines = json!([
        { "sku": "tea", "quantity": 1 }, { "sku": "milk", "quantity": 1 }, { "sku": "tea", "quantity": 3 },
    ]);
    let answer = place(&tables, json!({ "lines": lines })).await.unwrap();

    assert_eq!(
        answer["orderId"], REQUEST,
        "the id of the request, since none was given"
    );
    let merged = json!([{ "sku": "tea", "quantity": 4 }, { "sku": "milk", "quantity": 1 }]);
    assert_eq!(answer["lines"], merged);
    assert_eq!(left(&tables, "tea"), 1);
    assert_eq!(events(&tables).len(), 3, "one StockReserved a product");
}

#[tokio::test(start_paused = true)]
async fn too_little_stock_names_the_lines_and_nothing_is_written() {
    let tables = stock(&[("tea", 3), ("milk", 9)]);
    let lines = json!([
        { "sku": "milk", "quantity": 1 },
        { "sku": "tea", "quantity": 2 },
        { "sku": "coffee", "quantity": 1 },
        { "sku": "tea", "quantity": 2 },
    ]);
    let (kind, text) = refused(&tables, json!({ "id": "42", "lines": lines })).await;

    assert_eq!(kind, "TooLittleStock");
    assert_eq!(
        text,
        "lines 2 and 4 together ask for 4 of \"tea\", but 3 are left; line 3 asks for 1 of \"coffee\", but the shop \
         has no such product; nothing was written"
    );
    assert_eq!((left(&tables, "tea"), left(&tables, "milk")), (3, 9));
    assert!(tables.item("shop", "order#42").is_none());
    assert_eq!(tables.items("outbox").len(), 0);
}

#[tokio::test(start_paused = true)]
async fn the_same_order_again_has_no_second_effect() {
    let order = || json!({ "id": "42", "lines": [{ "sku": "tea", "quantity": 2 }] });
    for forgotten in [false, true] {
        // GIVEN an order that is placed, and a DynamoDB that may have forgotten the token
        let tables = stock(&[("tea", 5)]);
        let first = place(&tables, order()).await.unwrap();
        let tables = if forgotten {
            tables.then(Fault::ForgottenTokens)
        } else {
            tables
        };
        // WHEN it is placed again, by another request
        let again = requested(&tables, "another", order()).await.unwrap();
        // THEN
        assert_eq!(first, again);
        assert_eq!(left(&tables, "tea"), 3);
        assert_eq!(events(&tables).len(), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn the_same_request_again_has_no_second_effect() {
    // GIVEN a request without an id whose answer was lost
    let tables = stock(&[("tea", 5)]).then(Fault::LostAnswer);
    let order = || json!({ "lines": [{ "sku": "tea", "quantity": 2 }] });
    let first = place(&tables, order()).await.unwrap();
    // WHEN Lambda sends it again
    let again = place(&tables, order()).await.unwrap();
    assert_eq!(first, again);
    assert_eq!(left(&tables, "tea"), 3);
    assert_eq!(events(&tables).len(), 2);
}

#[tokio::test(start_paused = true)]
async fn another_order_with_the_same_id_is_refused() {
    let tables = stock(&[("tea", 5)]);
    place(
        &tables,
        json!({ "id": "42", "lines": [{ "sku": "tea", "quantity": 2 }] }),
    )
    .await
    .unwrap();
    let other = json!({ "id": "42", "lines": [{ "sku": "tea", "quantity": 1 }] });
    let error = place(&tables, other).await.unwrap_err();

    assert_eq!(error.error_type, "IdTaken");
    assert_eq!(
        error.error_message,
        "the id \"42\" is taken by another order; nothing was written"
    );
    assert_eq!(left(&tables, "tea"), 3);
}

#[tokio::test(start_paused = true)]
async fn an_order_that_was_refused_may_be_placed_later_under_its_id() {
    // GIVEN a DynamoDB that remembers the token of the refused order
    let tables = stock(&[("tea", 5)]).then(Fault::Before(WriteError::Mismatch));
    let order = json!({ "id": "42", "lines": [{ "sku": "tea", "quantity": 2 }] });
    place(&tables, order).await.unwrap();
    assert_eq!(left(&tables, "tea"), 3);
}

#[tokio::test(start_paused = true)]
async fn hot_stock_is_tried_again_until_the_conflict_is_over() {
    let tables = (0..4).fold(stock(&[("tea", 5)]), |tables, _| {
        tables.then(Fault::Conflict(1))
    });
    place(
        &tables,
        json!({ "lines": [{ "sku": "tea", "quantity": 2 }] }),
    )
    .await
    .unwrap();
    assert_eq!(left(&tables, "tea"), 3);
}

#[tokio::test(start_paused = true)]
async fn an_unknown_result_says_that_the_same_order_may_be_sent_again() {
    let lost = || Fault::Before(WriteError::Unknown("InternalServerError: 500".to_owned()));
    let tables = (0..1_000).fold(stock(&[("tea", 5)]), |tables, _| tables.then(lost()));
    let (kind, text) = refused(
        &tables,
        json!({ "id": "42", "lines": [{ "sku": "tea", "quantity": 2 }] }),
    )
    .await;
    assert_eq!(kind, "NotPlaced");
    assert!(text.contains("which has no second effect"), "{text}");
}

#[tokio::test(start_paused = true)]
async fn bad_input_is_refused_by_name_and_value() {
    let line = json!({ "sku": "tea", "quantity": 1 });
    let with = |name: &str, value: Value| {
        let mut event = json!({ "lines": [line] });
        event[name] = value;
        event
    };
    let of_line = |name: &str, value: Value| {
        let mut event = json!({ "lines": [line, line] });
        event["lines"][1][name] = value;
        event
    };
    let many: Vec<_> = (0..49)
        .map(|n| json!({ "sku": format!("tea-{n}"), "quantity": 1 }))
        .collect();
    for (event, text) in [
        (json!([]), "the event must be an object, but it is []"),
        (json!({}), "lines is missing"),
        (
            with("lines", json!({})),
            "lines must be an array of lines, but it is {}",
        ),
        (with("lines", json!([])), "lines is empty"),
        (
            with("lines", json!(many)),
            "the order has 49 products, 48 are allowed",
        ),
        (with("id", json!(5)), "id must be a string, but it is 5"),
        (
            with("id", json!("a b")),
            "id is \"a b\", but must be 1 to 64 of",
        ),
        (with("id", json!("")), "id is \"\""),
        (
            with("restaurant", json!("x".repeat(101))),
            "restaurant has 101 characters, 100 are allowed",
        ),
        (
            with("line", json!([])),
            "line is an unknown field: id, restaurant and lines are known",
        ),
        (
            of_line("sku", json!(null)),
            "line 2: sku must be a string, but it is null",
        ),
        (of_line("sku", json!("té")), "line 2: sku is \"té\""),
        (
            of_line("quantity", json!(0)),
            "line 2: quantity must be a whole number from 1 on, but it is 0",
        ),
        (
            of_line("quantity", json!(1.5)),
            "line 2: quantity must be a whole number from 1 on, but it is 1.5",
        ),
        (
            of_line("quantity", json!(1_000_000)),
            "lines 1 and 2 together ask for 1000001 of \"tea\"",
        ),
        (
            of_line("price", json!(1)),
            "line 2: price is an unknown field: sku and quantity are known",
        ),
        (
            json!({ "lines": [{ "sku": "tea" }] }),
            "line 1: quantity is missing",
        ),
        (
            json!({ "lines": [5] }),
            "line 1 must be an object, but it is 5",
        ),
    ] {
        let tables = stock(&[("tea", 5)]);
        let (kind, found) = refused(&tables, event).await;
        assert_eq!(kind, "InvalidOrder");
        assert!(found.starts_with(text), "{found}");
        assert!(found.ends_with("nothing was written"), "{found}");
        assert_eq!(tables.requests().len(), 0);
    }
}
