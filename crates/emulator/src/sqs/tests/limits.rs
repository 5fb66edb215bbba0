//! Limits of requests and queues.

use std::time::Duration;

use rusqlite::params;
use serde_json::{Value, json};

use super::{arn, ask, handle, one, queue, queues, receive, receive_all, send};
use crate::Store;
use crate::sqs::Queues;

#[tokio::test(start_paused = true)]
async fn row_5_message_size_of_more_than_one_mebibyte_is_refused() {
    let queues = one(&json!({}));
    let message = |bytes: usize| json!({"MessageBody": "x".repeat(bytes)});
    ask(&queues, "SendMessage", message(1_048_576))
        .await
        .unwrap();
    let error = ask(&queues, "SendMessage", message(1_048_577))
        .await
        .unwrap_err();
    assert_eq!(error.short_code(), "InvalidParameterValueException");
    assert!(error.message.contains("1048576 bytes"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn row_5_receive_limits_are_10_messages_and_20_seconds() {
    let queues = one(&json!({}));
    for _ in 0..11 {
        send(&queues, "m").await;
    }
    assert_eq!(receive(&queues, json!({})).await.len(), 1);
    assert_eq!(receive_all(&queues).await.len(), 10);
    for wrong in [
        json!({"MaxNumberOfMessages": 0}),
        json!({"MaxNumberOfMessages": 11}),
        json!({"WaitTimeSeconds": 21}),
        json!({"VisibilityTimeout": 43_201}),
    ] {
        let error = ask(&queues, "ReceiveMessage", wrong).await.unwrap_err();
        assert_eq!(error.short_code(), "InvalidParameterValueException");
    }
}

#[tokio::test(start_paused = true)]
async fn row_5_message_attributes_are_at_most_ten() {
    let queues = one(&json!({}));
    let with = |count: usize| {
        let attribute = json!({"DataType": "String", "StringValue": "x"});
        let attributes: serde_json::Map<_, _> = (0..count)
            .map(|n| (format!("a{n}"), attribute.clone()))
            .collect();
        json!({"MessageBody": "m", "MessageAttributes": attributes})
    };
    ask(&queues, "SendMessage", with(10)).await.unwrap();
    let error = ask(&queues, "SendMessage", with(11)).await.unwrap_err();
    assert_eq!(error.short_code(), "InvalidParameterValueException");
}

#[tokio::test(start_paused = true)]
async fn row_5_message_group_id_is_kept_and_changes_no_order() {
    let queues = one(&json!({}));
    let sent = async |body: &str, group: &str| {
        let message = json!({"MessageBody": body, "MessageGroupId": group});
        ask(&queues, "SendMessage", message).await
    };
    for (body, group) in [("1", "noisy"), ("2", "noisy"), ("3", "quiet")] {
        sent(body, group).await.unwrap();
    }
    assert!(sent("4", &"x".repeat(129)).await.is_err());

    let seen: Vec<(Value, Value)> = receive_all(&queues)
        .await
        .iter()
        .map(|message| {
            let group = message["Attributes"]["MessageGroupId"].clone();
            (message["Body"].clone(), group)
        })
        .collect();
    let expected = [("1", "noisy"), ("2", "noisy"), ("3", "quiet")];
    assert_eq!(
        seen,
        expected.map(|(body, group)| (json!(body), json!(group)))
    );
}

/// A queue with so many messages in flight, received now, and one that waits.
async fn with_in_flight(count: u32) -> (Queues, Value) {
    let store = Store::in_memory().unwrap();
    let queues = queues(&store, vec![queue("orders", &json!({}))]);
    send(&queues, "in flight").await;
    let received = receive(&queues, json!({"VisibilityTimeout": 60})).await;
    let (arn, more) = (arn("orders"), count - 1);
    store
        .commit(|transaction| {
            transaction.execute(
                "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < ?2)
                 INSERT INTO queue_messages
                    (queue, message_id, body, attributes, sent_at, visible_at, place, receipt, receives_here)
                 SELECT queue, n, body, attributes, sent_at, visible_at, place, 'r', 1
                 FROM queue_messages, n WHERE queue = ?1",
                params![arn, more],
            )?;
            Ok(())
        })
        .unwrap();
    send(&queues, "waits").await;
    (queues, received[0].clone())
}

#[tokio::test(start_paused = true)]
async fn row_5_in_flight_limit_is_an_error_for_short_polls_and_a_wait_for_long_ones() {
    let (queues, in_flight) = with_in_flight(120_000).await;
    let error = ask(&queues, "ReceiveMessage", json!({})).await.unwrap_err();
    assert_eq!(error.short_code(), "OverLimit");
    assert_eq!(error.query_error.as_deref(), Some("OverLimit;Sender"));

    let polling = {
        let queues = queues.clone();
        tokio::spawn(async move { receive(&queues, json!({"WaitTimeSeconds": 20})).await })
    };
    tokio::time::sleep(Duration::from_secs(5)).await;
    ask(&queues, "DeleteMessage", handle(&in_flight))
        .await
        .unwrap();
    assert_eq!(polling.await.unwrap()[0]["Body"], "waits");
}

#[tokio::test(start_paused = true)]
async fn row_5_in_flight_limit_leaves_what_is_below_it() {
    let (queues, _) = with_in_flight(119_999).await;
    send(&queues, "no room").await;
    let received = receive(&queues, json!({"MaxNumberOfMessages": 10})).await;
    assert_eq!(received.len(), 1);
}
