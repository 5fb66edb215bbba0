//! What becomes of messages whose function fails.

use delivery::Outcome;
use serde_json::json;

use super::shop::{Shop, batch, redriven, seconds};
use crate::Occurrence;
use crate::testing::failed;

fn throttled() -> Outcome {
    Outcome::NotRun {
        reason: "Rate Exceeded.".to_owned(),
    }
}

#[tokio::test(start_paused = true)]
async fn row_5_mapping_error_brings_the_whole_batch_again_after_the_visibility_timeout() {
    let shop = Shop::with(
        &json!({"maximumBatchingWindowInSeconds": 1}),
        [failed("Error")],
    );
    shop.send("a").await;
    shop.send("b").await;
    seconds(60).await;
    // Received at once, and given after the window.
    assert_eq!(
        shop.given(),
        [batch(&["a", "b"], 1), batch(&["a", "b"], 31)]
    );
    assert_eq!(shop.count("orders").await, 0);
}

#[tokio::test(start_paused = true)]
async fn row_5_redrive_after_maximum_receives_of_a_failing_function() {
    let shop = Shop::of(redriven(2, &json!({})), [failed("Error"), failed("Error")]);
    shop.send("poison").await;
    seconds(90).await;
    assert_eq!(
        shop.given(),
        [batch(&["poison"], 0), batch(&["poison"], 30)]
    );
    assert_eq!(
        (shop.count("orders").await, shop.count("dead").await),
        (0, 1)
    );
}

#[tokio::test(start_paused = true)]
async fn row_5_mapping_reported_failures_come_again_and_nothing_else() {
    let inputs = json!({
        "functionResponseTypes": ["ReportBatchItemFailures"],
        "maximumBatchingWindowInSeconds": 1,
    });
    let shop = Shop::with(&inputs, []);
    shop.send("a").await;
    let id = shop.send("b").await;
    shop.send("c").await;
    let answer = json!({"batchItemFailures": [{"itemIdentifier": id}]}).to_string();
    shop.functions.then(Outcome::Answered(answer.into()));
    seconds(60).await;
    assert_eq!(
        shop.given(),
        [batch(&["a", "b", "c"], 1), batch(&["b"], 31)]
    );
    assert_eq!(shop.count("orders").await, 0);
}

#[tokio::test(start_paused = true)]
async fn row_5_mapping_unreadable_report_brings_all_again() {
    let inputs = json!({
        "functionResponseTypes": ["ReportBatchItemFailures"],
        "maximumBatchingWindowInSeconds": 1,
    });
    let answer = json!({"batchItemFailures": [{"itemIdentifier": "unknown"}]}).to_string();
    let shop = Shop::with(&inputs, [Outcome::Answered(answer.into())]);
    shop.send("a").await;
    shop.send("b").await;
    seconds(60).await;
    assert_eq!(
        shop.given(),
        [batch(&["a", "b"], 1), batch(&["a", "b"], 31)]
    );
}

#[tokio::test(start_paused = true)]
async fn row_5_mapping_throttled_message_is_tried_until_it_shows_again_and_then_received_anew() {
    let shop = Shop::with(&json!({}), (0..100).map(|_| throttled()));
    let mut told = shop.journal.listen();
    shop.send("m").await;
    seconds(29).await;
    let attempts = shop.functions.count();
    assert!(attempts > 3, "{attempts}");
    let Ok(Occurrence::Warning(warning)) = told.try_recv() else {
        unreachable!("nothing was told");
    };
    assert!(warning.contains("did not run: Rate Exceeded."), "{warning}");

    // After five times 30 s it is received once too often.
    seconds(170).await;
    assert!(shop.functions.count() >= 5 * attempts);
    assert_eq!(
        (shop.count("orders").await, shop.count("dead").await),
        (0, 1)
    );
}

#[tokio::test(start_paused = true)]
async fn row_5_mapping_advice_is_told_once_with_the_first_batch() {
    let shop = Shop::of(redriven(1, &json!({})), []);
    let mut told = shop.journal.listen();
    seconds(5).await;
    assert!(told.is_empty());
    for body in ["a", "b"] {
        shop.send(body).await;
        seconds(1).await;
    }
    let Ok(Occurrence::Warning(warning)) = told.try_recv() else {
        unreachable!("nothing was told");
    };
    assert!(warning.contains("maxReceiveCount is 1"), "{warning}");
    assert!(told.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_message_that_took_longer_than_its_visibility_timeout_is_given_twice() {
    let shop = Shop::with(&json!({}), []);
    shop.functions.hold();
    shop.send("slow").await;
    seconds(31).await;
    assert_eq!(shop.given(), [batch(&["slow"], 0), batch(&["slow"], 30)]);
    // The first one deletes with an outdated receipt, the second one with the right one.
    shop.functions.release();
    seconds(1).await;
    assert_eq!(shop.count("orders").await, 0);
}
