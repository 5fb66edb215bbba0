//! How messages are handed out.

use std::time::Duration;

use serde_json::json;

use super::{ask, counts, one, receive, receive_all, send};
use crate::sqs::Queues;

#[tokio::test(start_paused = true)]
async fn a_message_comes_as_it_was_sent_with_the_digests_that_sdks_check() {
    let queues = one(&json!({}));
    let attributes = json!({
        "kind": {"DataType": "String", "StringValue": "order"},
        "count": {"DataType": "Number.int", "StringValue": "3"},
        "raw": {"DataType": "Binary", "BinaryValue": "AAEC"},
    });
    let sent = ask(&queues, "SendMessage", json!({
        "MessageBody": "hello",
        "MessageAttributes": attributes,
        "MessageSystemAttributes": {"AWSTraceHeader": {"DataType": "String", "StringValue": "Root=1"}},
    })).await.unwrap();

    let received = receive(
        &queues,
        json!({
            "MessageAttributeNames": ["All"],
            "MessageSystemAttributeNames": ["All"],
        }),
    )
    .await;

    let message = &received[0];
    assert_eq!(sent["MD5OfMessageBody"], "5d41402abc4b2a76b9719d911017c592");
    assert_eq!(message["MD5OfBody"], sent["MD5OfMessageBody"]);
    assert_eq!(
        message["MD5OfMessageAttributes"],
        sent["MD5OfMessageAttributes"]
    );
    assert!(sent["MD5OfMessageSystemAttributes"].is_string());
    assert_eq!(message["MessageId"], sent["MessageId"]);
    assert_eq!(message["Body"], "hello");
    assert_eq!(message["MessageAttributes"], attributes);
    assert_eq!(message["Attributes"]["ApproximateReceiveCount"], "1");
    assert_eq!(message["Attributes"]["SenderId"], "000000000000");
    assert_eq!(message["Attributes"]["AWSTraceHeader"], "Root=1");
}

#[tokio::test(start_paused = true)]
async fn only_the_attributes_that_are_asked_for_come() {
    let queues = one(&json!({}));
    let text = |value: &str| json!({"DataType": "String", "StringValue": value});
    let attributes = json!({"a.x": text("1"), "a.y": text("2"), "ab": text("3"), "c": text("4")});
    for (wanted, expected) in [
        (json!([]), vec![]),
        (json!(["c"]), vec!["c"]),
        (json!(["a.*"]), vec!["a.x", "a.y"]),
        (json!([".*"]), vec!["a.x", "a.y", "ab", "c"]),
    ] {
        ask(
            &queues,
            "SendMessage",
            json!({"MessageBody": "m", "MessageAttributes": attributes}),
        )
        .await
        .unwrap();
        let received = receive(&queues, json!({"MessageAttributeNames": wanted})).await;
        let names: Vec<&str> = received[0]["MessageAttributes"]
            .as_object()
            .map(|attributes| attributes.keys().map(String::as_str).collect())
            .unwrap_or_default();
        assert_eq!(names, expected, "{wanted}");
        assert_eq!(received[0].get("Attributes"), None);
    }
}

#[tokio::test(start_paused = true)]
async fn row_5_receive_limits_a_long_poll_ends_with_the_first_message_or_after_its_time() {
    let queues = one(&json!({}));
    let started = tokio::time::Instant::now();
    let poll =
        |queues: Queues| async move { receive(&queues, json!({"WaitTimeSeconds": 20})).await };

    assert!(poll(queues.clone()).await.is_empty());
    assert_eq!(started.elapsed().as_secs(), 20);

    let polling = tokio::spawn(poll(queues.clone()));
    tokio::time::sleep(Duration::from_secs(5)).await;
    send(&queues, "m").await;
    assert_eq!(polling.await.unwrap().len(), 1);
    assert_eq!(started.elapsed().as_secs(), 25);
}

#[tokio::test(start_paused = true)]
async fn a_long_poll_gets_a_message_whose_visibility_timeout_ends_meanwhile() {
    let queues = one(&json!({"visibilityTimeoutSeconds": 7, "receiveWaitTimeSeconds": 20}));
    let started = tokio::time::Instant::now();
    send(&queues, "m").await;
    assert_eq!(receive_all(&queues).await.len(), 1);
    assert_eq!(receive_all(&queues).await.len(), 1);
    assert_eq!(started.elapsed().as_secs(), 7);
}

#[tokio::test(start_paused = true)]
async fn row_5_delay_hides_a_new_message() {
    let queues = one(&json!({"delaySeconds": 5}));
    send(&queues, "by the queue").await;
    ask(
        &queues,
        "SendMessage",
        json!({"MessageBody": "by itself", "DelaySeconds": 10}),
    )
    .await
    .unwrap();
    assert_eq!(counts(&queues).await, ["0", "0", "2"]);
    tokio::time::sleep(Duration::from_millis(5_001)).await;
    assert_eq!(receive_all(&queues).await[0]["Body"], "by the queue");
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert_eq!(receive_all(&queues).await[0]["Body"], "by itself");
}

#[tokio::test(start_paused = true)]
async fn concurrent_receivers_never_get_the_same_message() {
    let queues = one(&json!({}));
    for n in 0..50 {
        send(&queues, &n.to_string()).await;
    }
    let receivers = (0..10).map(|_| {
        let queues = queues.clone();
        tokio::spawn(async move { receive(&queues, json!({"MaxNumberOfMessages": 5})).await })
    });
    let mut bodies = Vec::new();
    for receiver in receivers.collect::<Vec<_>>() {
        let received = receiver.await.unwrap();
        bodies.extend(
            received
                .iter()
                .map(|m| m["Body"].as_str().unwrap().parse::<u32>().unwrap()),
        );
    }
    bodies.sort_unstable();
    assert_eq!(bodies, (0..50).collect::<Vec<_>>());
}
