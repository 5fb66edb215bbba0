//! What becomes of a message in the course of time.

use std::time::Duration;

use serde_json::json;

use super::{ask, counts, handle, one, queue, queues, receive, receive_all, send};
use crate::Store;

#[tokio::test(start_paused = true)]
async fn row_5_visibility_timeout_hides_a_received_message_until_it_ends() {
    let queues = one(&json!({"visibilityTimeoutSeconds": 45}));
    send(&queues, "m").await;

    assert_eq!(receive_all(&queues).await.len(), 1);
    tokio::time::sleep(Duration::from_millis(44_990)).await;
    assert!(receive_all(&queues).await.is_empty());
    assert_eq!(counts(&queues).await, ["0", "1", "0"]);

    tokio::time::sleep(Duration::from_millis(20)).await;
    let again = receive_all(&queues).await;
    assert_eq!(again[0]["Attributes"]["ApproximateReceiveCount"], "2");
}

#[tokio::test(start_paused = true)]
async fn a_deleted_message_is_gone_and_an_outdated_receipt_deletes_nothing() {
    let queues = one(&json!({"visibilityTimeoutSeconds": 1}));
    send(&queues, "m").await;
    let first = receive_all(&queues).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let second = receive_all(&queues).await;

    ask(&queues, "DeleteMessage", handle(&first[0]))
        .await
        .unwrap();
    assert_eq!(counts(&queues).await, ["0", "1", "0"]);

    ask(&queues, "DeleteMessage", handle(&second[0]))
        .await
        .unwrap();
    assert_eq!(counts(&queues).await, ["0", "0", "0"]);
    // Once more is success, as on AWS.
    ask(&queues, "DeleteMessage", handle(&second[0]))
        .await
        .unwrap();
}

#[tokio::test(start_paused = true)]
async fn row_5_visibility_timeout_can_be_made_longer_shorter_and_nothing() {
    let queues = one(&json!({}));
    send(&queues, "m").await;
    let received = receive_all(&queues).await;
    let change = |seconds: u64| {
        let mut body = handle(&received[0]);
        body["VisibilityTimeout"] = json!(seconds);
        ask(&queues, "ChangeMessageVisibility", body)
    };

    change(60).await.unwrap();
    tokio::time::sleep(Duration::from_secs(59)).await;
    assert!(receive_all(&queues).await.is_empty());
    let too_long = change(43_200).await.unwrap_err();
    assert_eq!(
        too_long.query_error.as_deref(),
        Some("InvalidParameterValue;Sender")
    );
    change(0).await.unwrap();
    let hidden_no_more = change(10).await.unwrap_err();
    assert_eq!(hidden_no_more.short_code(), "MessageNotInflight");
    assert_eq!(receive_all(&queues).await.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn row_5_retention_ends_a_message() {
    let queues = one(&json!({"messageRetentionSeconds": 60}));
    send(&queues, "m").await;
    tokio::time::sleep(Duration::from_mins(1)).await;
    assert_eq!(counts(&queues).await, ["0", "0", "0"]);
    assert!(receive_all(&queues).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_was_acknowledged_survives_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("state.db");
    let start = || {
        let store = Store::open(&file).unwrap();
        queues(&store, vec![queue("orders", &json!({}))])
    };
    let deleted = {
        let queues = start();
        send(&queues, "kept").await;
        send(&queues, "received").await;
        send(&queues, "deleted").await;
        let received = receive(
            &queues,
            json!({"MaxNumberOfMessages": 10, "VisibilityTimeout": 100}),
        )
        .await;
        assert_eq!(received.len(), 3);
        ask(&queues, "DeleteMessage", handle(&received[2]))
            .await
            .unwrap();
        let mut shown = handle(&received[0]);
        shown["VisibilityTimeout"] = json!(0);
        ask(&queues, "ChangeMessageVisibility", shown)
            .await
            .unwrap();
        received[2]["Body"].clone()
    };
    assert_eq!(deleted, "deleted");

    let queues = start();
    assert_eq!(counts(&queues).await, ["1", "1", "0"]);
    assert_eq!(receive_all(&queues).await[0]["Body"], "kept");
}
