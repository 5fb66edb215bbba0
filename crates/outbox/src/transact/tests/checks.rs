//! What is refused before anything is sent.

use aws_sdk_dynamodb::types::{ConditionCheck, Delete};

use super::*;
use crate::transact::{Error, Invalid};

async fn refused(tables: &Tables, transaction: Transaction<'_, Tables>) -> Invalid {
    let error = transaction.commit(token()).await.unwrap_err();
    assert_eq!(tables.requests().len(), 0, "nothing was sent");
    match error {
        Error::Invalid(invalid) => invalid,
        other => panic!("{other:?}"),
    }
}

fn with(tables: &Tables) -> Transaction<'_, Tables> {
    Transaction::new(tables, "outbox").event("order#42", placed("42"))
}

fn large(bytes: usize) -> Put {
    let mut item = item("large");
    item.insert("text".to_owned(), text(&"x".repeat(bytes)));
    Put::builder()
        .table_name("shop")
        .set_item(Some(item))
        .build()
        .unwrap()
}

#[tokio::test]
async fn more_than_100_actions_are_refused_rows_and_counters_counted() {
    let tables = stock(1);
    let of = |actions: usize| {
        let puts = (0..actions).map(|nth| put(&nth.to_string()));
        puts.fold(with(&tables), Transaction::put)
    };
    // GIVEN 99 puts, the row and its counter
    let error = refused(&tables, of(99)).await;
    assert_eq!(
        error.to_string(),
        "the transaction has 99 actions, 1 events and 1 counters of aggregates, 100 actions are allowed: event 1 \
         (Placed of \"order#42\") is one too many"
    );
    // and one less
    of(98).commit(token()).await.unwrap();
}

#[tokio::test]
async fn an_item_of_more_than_400_kb_is_refused_by_name() {
    let tables = stock(1);
    let names = "id".len() + "large".len() + "text".len();
    let error = refused(
        &tables,
        with(&tables).put(put("1")).put(large(409_600 - names + 1)),
    )
    .await;
    assert_eq!(
        error.to_string(),
        "the item of action 2 (Put in \"shop\") has 409601 bytes, 409600 are allowed"
    );
    with(&tables)
        .put(large(409_600 - names))
        .commit(token())
        .await
        .unwrap();
}

#[tokio::test]
async fn an_event_whose_row_is_too_large_is_refused_by_name() {
    let tables = stock(1);
    let error = refused(
        &tables,
        with(&tables).event("order#42", reserved(&"x".repeat(409_600))),
    )
    .await;
    assert!(
        error
            .to_string()
            .starts_with("the item of event 2 (Reserved of \"order#42\") has 4"),
        "{error}"
    );
}

#[tokio::test]
async fn more_than_4_mb_are_refused() {
    let tables = stock(1);
    let puts = (0..11).map(|nth| {
        let mut put = large(390_000);
        put.item.insert("id".to_owned(), text(&nth.to_string()));
        put
    });
    let error = refused(&tables, puts.fold(with(&tables), Transaction::put)).await;
    let Invalid::TooLarge { bytes, limit, .. } = error else {
        panic!("{error}")
    };
    assert!(bytes > 4_290_000 && limit == 4_194_304, "{bytes}");
}

#[tokio::test]
async fn the_same_item_twice_is_refused_whatever_the_actions_are() {
    let tables = stock(1);
    let delete = || {
        Delete::builder()
            .table_name("shop")
            .set_key(Some(item("tea")))
            .build()
            .unwrap()
    };
    let check = || {
        ConditionCheck::builder()
            .table_name("arn:aws:dynamodb:us-east-1:000000000000:table/shop")
            .set_key(Some(item("tea")))
            .condition_expression("attribute_exists(id)")
            .build()
            .unwrap()
    };
    let mut other = put("tea");
    other.item.insert("left".to_owned(), number(1));
    for (transaction, second) in [
        (with(&tables).update(take(1)).update(take(2)), "Update"),
        (with(&tables).update(take(1)).delete(delete()), "Delete"),
        (
            with(&tables).update(take(1)).check(check()),
            "ConditionCheck",
        ),
        (with(&tables).update(take(1)).put(put("tea")), "Put"),
        (
            with(&tables)
                .put(put("tea"))
                .put(other.clone())
                .key_of("shop", ["id"]),
            "Put",
        ),
    ] {
        let error = refused(&tables, transaction).await.to_string();
        assert!(
            error.starts_with(&format!("action 2 ({second} in ")),
            "{error}"
        );
        assert!(
            error.contains("is for the same item as action 1"),
            "{error}"
        );
    }
    // The same key in another table is another item.
    let mut elsewhere = take(1);
    "warehouse".clone_into(&mut elsewhere.table_name);
    let elsewhere = with(&tables).update(take(1)).update(elsewhere);
    let plan = { elsewhere }.plan();
    assert!(plan.request(&[0], &plan.names().unwrap()).is_ok());
}

#[tokio::test]
async fn what_can_not_be_an_event_is_refused_by_name() {
    let tables = stock(1);
    let none = Transaction::new(&tables, "outbox").put(put("1"));
    assert_eq!(refused(&tables, none).await, Invalid::NoEvent);

    for aggregate in [String::new(), "x".repeat(2040)] {
        let error = refused(&tables, with(&tables).event(aggregate, placed("1"))).await;
        assert!(
            error
                .to_string()
                .starts_with("the aggregate of event 2 (Placed of"),
            "{error}"
        );
    }

    let error = with(&tables).commit(Token::from("")).await.unwrap_err();
    assert_eq!(error, Error::Invalid(Invalid::EmptyToken));
}

#[tokio::test]
async fn a_damaged_counter_is_named() {
    let mut counter = item("sequence#order#42");
    counter.insert("lastSequence".to_owned(), text("many"));
    let tables = stock(1).with("outbox", counter);
    let error = refused(&tables, with(&tables)).await.to_string();
    assert!(
        error.starts_with("the counter of the aggregate \"order#42\" is damaged"),
        "{error}"
    );
}
