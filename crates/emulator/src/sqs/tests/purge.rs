//! `PurgeQueue`.

use std::time::Duration;

use serde_json::json;

use super::{ask, counts, one, queue, queues_at, send};
use crate::{Clock, Store};

#[tokio::test(start_paused = true)]
async fn a_purged_queue_is_empty_and_takes_new_messages() {
    let queues = one(&json!({}));
    send(&queues, "old").await;
    ask(&queues, "PurgeQueue", json!({})).await.unwrap();
    assert_eq!(counts(&queues).await, ["0", "0", "0"]);
    send(&queues, "new").await;
    assert_eq!(counts(&queues).await, ["1", "0", "0"]);
}

#[tokio::test(start_paused = true)]
async fn a_queue_is_purged_once_a_minute_also_over_a_restart() {
    let store = Store::in_memory().unwrap();
    let clock = Clock::system();
    let start = || queues_at(clock, &store, vec![queue("orders", &json!({}))]);
    ask(&start(), "PurgeQueue", json!({})).await.unwrap();
    tokio::time::sleep(Duration::from_secs(55)).await;

    let queues = start();
    send(&queues, "kept").await;
    let error = ask(&queues, "PurgeQueue", json!({})).await.unwrap_err();
    assert_eq!(error.code, "com.amazonaws.sqs#PurgeQueueInProgress");
    assert_eq!(
        error.query_error.as_deref(),
        Some("AWS.SimpleQueueService.PurgeQueueInProgress;Sender")
    );
    assert_eq!(counts(&queues).await, ["1", "0", "0"]);

    tokio::time::sleep(Duration::from_secs(6)).await;
    ask(&queues, "PurgeQueue", json!({})).await.unwrap();
    assert_eq!(counts(&queues).await, ["0", "0", "0"]);
}
