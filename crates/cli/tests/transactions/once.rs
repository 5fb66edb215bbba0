//! What a token, a condition and a counter are good for.

use std::time::Duration;

use futures::future::join_all;
use outbox::transact::{Error, ReasonCode, Token};

use crate::script::Reply;
use crate::shop::{Shop, number, text};

#[tokio::test]
async fn given_a_lost_answer_then_the_same_token_again_has_no_second_effect() {
    // GIVEN that the first two answers are lost behind the write
    let shop = Shop::open(5, [Reply::PassAndReset, Reply::PassAndReset]).await;
    // WHEN
    let receipt = shop.order("1").commit(Token::from("1")).await.unwrap();
    // THEN the third is DynamoDB's word that the token was done
    assert!(!receipt.earlier_attempt);
    let writes = shop.script.writes();
    assert_eq!(writes.len(), 3);
    assert!(writes.iter().all(|write| *write == writes[0]));
    assert_eq!(shop.teas().await, number(4), "taken once");
    assert_eq!(shop.numbers().await, [1]);
    shop.emulating.stop().await;
}

#[tokio::test]
async fn given_a_forgotten_token_then_the_row_that_is_there_means_success() {
    // GIVEN a write whose answer is lost, and a repeat that DynamoDB takes for a new request
    let shop = Shop::open(1, [Reply::PassAndReset]).await;
    let script = shop.script.clone();
    script.rename_tokens_after(1);
    // WHEN
    let receipt = shop.order("1").commit(Token::from("1")).await.unwrap();
    // THEN, although the last tea is gone
    assert!(receipt.earlier_attempt);
    assert_eq!(shop.teas().await, number(0));
    assert_eq!(shop.numbers().await, [1]);
    shop.emulating.stop().await;
}

#[tokio::test]
async fn given_a_used_token_then_other_actions_under_it_are_refused() {
    let shop = Shop::open(5, []).await;
    shop.order("1").commit(Token::from("used")).await.unwrap();

    let error = shop.order("2").commit(Token::from("used")).await;

    let token = Token::from("used");
    assert_eq!(error, Err(Error::TokenUsed { token }));
    assert_eq!(shop.teas().await, number(4));
    assert_eq!(shop.numbers().await, [1]);
    shop.emulating.stop().await;
}

#[tokio::test]
async fn given_a_condition_that_does_not_hold_then_each_action_has_its_reason_and_nothing_is_written()
 {
    // GIVEN an order for which there is no tea
    let shop = Shop::open(0, []).await;
    // WHEN
    let answer = shop.order("1").commit(Token::from("1")).await;
    let error = answer.unwrap_err();
    let Error::Cancelled(cancelled) = error else {
        panic!("{error}")
    };
    // THEN the one that failed has its item
    assert_eq!(cancelled.reasons.len(), 4);
    let failed: Vec<_> = cancelled.failed().collect();
    assert_eq!(failed.len(), 1);
    let reason = cancelled.reason(2).unwrap();
    assert_eq!(reason.code, ReasonCode::ConditionalCheckFailed);
    let message = reason.message.as_deref();
    assert_eq!(message, Some("The conditional request failed"));
    assert_eq!(reason.item.as_ref().unwrap()["inStock"], number(0));
    assert_eq!(shop.items("outbox").await.len(), 0, "not even a counter");
    shop.emulating.stop().await;
}

#[tokio::test]
async fn given_a_cancelled_request_then_its_token_is_free_again() {
    let shop = Shop::open(0, []).await;
    let order = || shop.order("1").commit(Token::from("1"));
    order().await.unwrap_err();

    let tea = shop.client.put_item().table_name("shop");
    let tea = tea.item("id", text("tea")).item("inStock", number(1));
    tea.send().await.unwrap();

    assert!(order().await.is_ok());
    assert_eq!(shop.numbers().await, [1]);
    shop.emulating.stop().await;
}

#[tokio::test]
async fn given_writers_side_by_side_then_no_number_is_taken_twice_and_none_is_left_out() {
    let shop = Shop::open(12, []).await;
    let orders = (0..12).map(|nth| {
        let id = nth.to_string();
        let order = shop.order(&id).retry_conflicts_for(Duration::from_mins(1));
        order.commit(Token::from(format!("token-{id}")))
    });

    let written = join_all(orders).await;

    assert!(written.iter().all(Result::is_ok), "{written:?}");
    assert!(
        shop.script.writes().len() > 12,
        "none was tried again: there was no race"
    );
    assert_eq!(shop.numbers().await, (1..=12).collect::<Vec<_>>());
    assert_eq!(shop.teas().await, number(0));
    shop.emulating.stop().await;
}

#[tokio::test]
async fn given_two_orders_for_the_last_tea_then_exactly_one_is_written() {
    let shop = Shop::open(1, []).await;
    let order = |id: &'static str| shop.order(id).commit(Token::from(id));

    let (one, other) = tokio::join!(order("1"), order("2"));

    assert!(one.is_ok() != other.is_ok(), "{one:?} {other:?}");
    assert_eq!(shop.teas().await, number(0));
    assert_eq!(shop.numbers().await, [1]);
    assert_eq!(shop.items("shop").await.len(), 2, "the tea and one order");
    shop.emulating.stop().await;
}
