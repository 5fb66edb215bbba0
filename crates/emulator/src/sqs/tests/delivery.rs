//! What a standard queue does not promise.

use std::time::Duration;

use serde_json::json;

use super::{ask, bodies, counts, handle, one, receive, receive_all, send};

#[tokio::test(start_paused = true)]
async fn row_5_at_least_once_a_hidden_message_may_come_again() {
    let queues = one(&json!({}));
    queues.deliver_twice(1.0);
    send(&queues, "m").await;

    let first = receive_all(&queues).await;
    queues.deliver_twice(0.0);
    let second = receive_all(&queues).await;
    assert_eq!(first[0]["MessageId"], second[0]["MessageId"]);
    assert_eq!(second[0]["Attributes"]["ApproximateReceiveCount"], "2");
    assert!(receive_all(&queues).await.is_empty());

    // Whoever had it first deletes nothing any more.
    ask(&queues, "DeleteMessage", handle(&first[0]))
        .await
        .unwrap();
    assert_eq!(counts(&queues).await, ["0", "1", "0"]);
}

#[tokio::test(start_paused = true)]
async fn row_5_at_least_once_what_is_not_deleted_in_time_comes_again() {
    let queues = one(&json!({}));
    send(&queues, "m").await;
    for _ in 0..5 {
        assert_eq!(bodies(&receive_all(&queues).await), ["m"]);
        tokio::time::sleep(Duration::from_secs(30)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn row_5_best_effort_order_a_received_message_is_overtaken() {
    let queues = one(&json!({"visibilityTimeoutSeconds": 5}));
    send(&queues, "first").await;
    send(&queues, "second").await;

    let one_by_one = || receive(&queues, json!({"MaxNumberOfMessages": 1}));
    assert_eq!(bodies(&one_by_one().await), ["first"]);
    let second = one_by_one().await;
    assert_eq!(bodies(&second), ["second"]);
    ask(&queues, "DeleteMessage", handle(&second[0]))
        .await
        .unwrap();
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert_eq!(bodies(&one_by_one().await), ["first"]);
}
