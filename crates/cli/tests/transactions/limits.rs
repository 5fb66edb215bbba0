//! What AWS would refuse is refused alike by the checks before sending and by the emulator.

use aws_sdk_dynamodb::error::ProvideErrorMetadata as _;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::{AttributeValue, Put, TransactWriteItem, Update};
use outbox::row::OutboxItem;
use outbox::transact::{Error, Invalid, Token, Transaction};
use outbox::verify::Mark as _;
use outbox::{Entry, OutboxTable};

use crate::shop::{Item, Shop, placed, put, take, text};

/// An item with this attribute and a text of so many bytes.
fn padded(attribute: &AttributeValue, bytes: usize) -> Put {
    let item = Item::from([
        ("id".to_owned(), text("large")),
        ("attribute".to_owned(), attribute.clone()),
        ("text".to_owned(), text(&"x".repeat(bytes))),
    ]);
    let put = Put::builder().table_name("shop").set_item(Some(item));
    put.build().unwrap()
}

async fn send(shop: &Shop, actions: Vec<TransactWriteItem>) -> Result<(), TransactWriteItemsError> {
    let request = shop.client.transact_write_items();
    let request = request.set_transact_items(Some(actions));
    let answer = request.send().await;
    answer
        .map(|_| ())
        .map_err(aws_sdk_dynamodb::error::SdkError::into_service_error)
}

fn puts(count: usize) -> Vec<TransactWriteItem> {
    let of = |nth: usize| put(&nth.to_string());
    (0..count)
        .map(|nth| TransactWriteItem::builder().put(of(nth)).build())
        .collect()
}

#[tokio::test]
async fn an_item_may_have_400_kb_and_not_a_byte_more_whatever_it_is_made_of() {
    let shop = Shop::open(5, []).await;
    let number = |text: &str| AttributeValue::N(text.to_owned());
    let map = [("a".to_owned(), text("b")), ("c".to_owned(), number("1"))];
    for attribute in [
        text("é"),
        number("1"),
        number("0"),
        number("100"),
        number("0123456"),
        number("-1234567"),
        number("1.5"),
        number("-0.00120"),
        number("12345e-3"),
        number("1.5e20"),
        AttributeValue::Bool(true),
        AttributeValue::Null(true),
        AttributeValue::B(Blob::new(vec![0; 7])),
        AttributeValue::Ss(vec!["a".to_owned(), "bc".to_owned()]),
        AttributeValue::Ns(vec!["1".to_owned(), "234".to_owned()]),
        AttributeValue::L(vec![text("a"), number("1"), AttributeValue::Null(true)]),
        AttributeValue::M(map.into()),
    ] {
        let commit = async |bytes: usize| {
            let transaction = Transaction::new(&shop.client, "outbox");
            let transaction = transaction.put(padded(&attribute, bytes));
            let transaction = transaction.event("shop#1", placed("1"));
            let token = Token::from(format!("{bytes} bytes beside {attribute:?}"));
            transaction.commit(token).await
        };
        // GIVEN how large the rest of the item is
        let Err(Error::Invalid(Invalid::ItemTooLarge { bytes, limit, .. })) = commit(409_600).await
        else {
            panic!("{attribute:?} weighs nothing")
        };
        let most = limit - (bytes - 409_600);
        // THEN both take what fits, and both refuse a byte more
        commit(most).await.unwrap();
        let invalid = commit(most + 1).await.unwrap_err();
        assert!(matches!(invalid, Error::Invalid(_)), "{invalid}");
        let action = TransactWriteItem::builder().put(padded(&attribute, most + 1));
        let refused = send(&shop, vec![action.build()]).await.unwrap_err();
        assert_eq!(refused.code(), Some("ValidationException"), "{attribute:?}");
        assert_eq!(
            refused.message(),
            Some("Item size has exceeded the maximum allowed size")
        );
    }
    shop.emulating.stop().await;
}

#[tokio::test]
async fn a_row_leaves_room_for_the_marks_that_its_publication_adds() {
    let shop = Shop::open(5, []).await;
    let commit = async |bytes: usize| {
        let transaction = Transaction::new(&shop.client, "outbox");
        let transaction = transaction.event("shop#1", placed(&"x".repeat(bytes)));
        transaction.commit(Token::from(bytes.to_string())).await
    };
    // GIVEN the largest event that a transaction takes
    let Err(Error::Invalid(Invalid::ItemTooLarge { bytes, limit, .. })) = commit(409_600).await
    else {
        panic!("an event of 400 KB was taken")
    };
    commit(limit - (bytes - 409_600)).await.unwrap();
    // WHEN its row is marked as published
    let table = OutboxTable::new(&shop.settings(), "outbox");
    let unmarked = table.mark(&[&entry(&table).await]).await;
    // THEN it is not too large for that
    assert_eq!(unmarked, []);
    let rows = shop.items("outbox").await;
    let marked = rows.iter().filter(|row| row.contains_key("publishedAt"));
    assert_eq!(marked.count(), 1);
    shop.emulating.stop().await;
}

/// The event of the table's only row.
async fn entry(table: &OutboxTable) -> Entry {
    let (items, _) = table.page(None).await.unwrap();
    let row = items.into_iter().find_map(|item| match item {
        Ok(OutboxItem::Row(row)) => Some(row),
        _ => None,
    });
    row.unwrap().entry().unwrap()
}

#[tokio::test]
async fn an_item_that_an_update_would_make_too_large_cancels_the_transaction_with_its_reason() {
    let shop = Shop::open(5, []).await;
    let grow = Update::builder()
        .table_name("shop")
        .key("id", text("tea"))
        .update_expression("SET description = :text")
        .expression_attribute_values(":text", text(&"x".repeat(409_600)));

    let answer = Transaction::new(&shop.client, "outbox")
        .put(put("order-1"))
        .update(grow.build().unwrap())
        .event("shop#1", placed("1"))
        .commit(Token::from("1"))
        .await;

    let error = answer.unwrap_err();
    assert_eq!(
        error.to_string(),
        "DynamoDB cancelled the transaction: action 2 (Update in \"shop\"): ValidationError (Item size to update has \
         exceeded the maximum allowed size); nothing was written"
    );
    assert_eq!(shop.items("shop").await.len(), 1);
    assert_eq!(shop.items("outbox").await.len(), 0);
    shop.emulating.stop().await;
}

#[tokio::test]
async fn a_transaction_may_have_100_actions() {
    let shop = Shop::open(5, []).await;
    let transaction = (0..98).fold(
        Transaction::new(&shop.client, "outbox").event("shop#1", placed("1")),
        |transaction, nth| transaction.put(put(&nth.to_string())),
    );
    transaction.commit(Token::from("1")).await.unwrap();
    assert_eq!(shop.items("shop").await.len(), 1 + 98);

    let refused = send(&shop, puts(101)).await.unwrap_err();
    assert_eq!(refused.code(), Some("ValidationException"));
    let message = refused.message().unwrap();
    assert!(
        message.ends_with("Member must have length less than or equal to 100"),
        "{message}"
    );
    shop.emulating.stop().await;
}

#[tokio::test]
async fn a_transaction_may_have_4_mb() {
    let shop = Shop::open(5, []).await;
    let large = |nth: usize| {
        let mut put = put(&nth.to_string());
        put.item
            .insert("text".to_owned(), text(&"x".repeat(400_000)));
        TransactWriteItem::builder().put(put).build()
    };
    send(&shop, (0..10).map(large).collect()).await.unwrap();

    let refused = send(&shop, (10..21).map(large).collect()).await;
    let refused = refused.unwrap_err();
    assert_eq!(refused.code(), Some("ValidationException"));
    assert!(refused.message().unwrap().contains("4MB limit"));

    let transaction = (10..21).fold(
        Transaction::new(&shop.client, "outbox").event("shop#1", placed("1")),
        |transaction, nth| transaction.action(large(nth)),
    );
    let error = transaction.commit(Token::from("1")).await.unwrap_err();
    assert!(
        matches!(error, Error::Invalid(Invalid::TooLarge { .. })),
        "{error}"
    );
    shop.emulating.stop().await;
}

#[tokio::test]
async fn an_item_may_stand_in_one_action_only() {
    let shop = Shop::open(5, []).await;
    let twice = || TransactWriteItem::builder().update(take(1)).build();

    let refused = send(&shop, vec![twice(), twice()]).await.unwrap_err();

    assert_eq!(refused.code(), Some("ValidationException"));
    assert_eq!(
        refused.message(),
        Some("Transaction request cannot include multiple operations on one item")
    );
    shop.emulating.stop().await;
}
