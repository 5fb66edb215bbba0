//! What becomes of messages that are received too often.

use std::time::Duration;

use serde_json::{Value, json};

use super::{
    arn, ask, bodies, look_into, one, queue, receive, receive_all, send, with_dead_letter_queue,
};
use crate::sqs::declared;
use crate::testing::stack;

#[tokio::test(start_paused = true)]
async fn row_5_redrive_after_maximum_receives_keeps_the_history() {
    let queues = with_dead_letter_queue(2);
    let sent = send(&queues, "poison").await;
    for _ in 0..2 {
        assert_eq!(receive_all(&queues).await.len(), 1);
        tokio::time::sleep(Duration::from_secs(31)).await;
    }

    assert!(receive_all(&queues).await.is_empty());

    let dead_url =
        json!({"QueueUrl": "http://127.0.0.1:4566/000000000000/dead", "AttributeNames": ["All"]});
    let dead = receive(&queues, dead_url).await;
    assert_eq!(dead[0]["MessageId"], sent["MessageId"]);
    assert_eq!(
        dead[0]["Attributes"]["DeadLetterQueueSourceArn"],
        arn("orders")
    );
    assert_eq!(dead[0]["Attributes"]["ApproximateReceiveCount"], "3");
}

#[tokio::test(start_paused = true)]
async fn row_5_redrive_keeps_enqueue_time_for_the_expiry() {
    let queues = with_dead_letter_queue(1);
    send(&queues, "poison").await;
    // The default retention is four days.
    tokio::time::sleep(Duration::from_hours(95)).await;
    receive_all(&queues).await;
    tokio::time::sleep(Duration::from_secs(31)).await;
    receive_all(&queues).await;
    let dead_url =
        json!({"QueueUrl": "http://127.0.0.1:4566/000000000000/dead", "VisibilityTimeout": 0});
    assert_eq!(receive(&queues, dead_url.clone()).await.len(), 1);
    tokio::time::sleep(Duration::from_hours(1)).await;
    assert!(receive(&queues, dead_url).await.is_empty());
}

#[test]
fn row_5_redrive_target_is_a_declared_queue_and_so_of_the_same_account_and_region() {
    for target in [
        arn("nowhere"),
        "arn:aws:sqs:us-east-1:111111111111:dead".to_owned(),
        "arn:aws:sqs:eu-west-1:000000000000:dead".to_owned(),
        "arn:aws:sns:us-east-1:000000000000:dead".to_owned(),
    ] {
        let policy = json!({"deadLetterTargetArn": target, "maxReceiveCount": 3}).to_string();
        let orders = queue("orders", &json!({"redrivePolicy": policy}));
        let refused = declared(&stack(vec![queue("dead", &json!({})), orders])).unwrap_err();
        assert!(refused.to_string().contains(&target), "{refused}");
    }
}

#[tokio::test(start_paused = true)]
async fn row_5_redriven_messages_are_seen_as_visible_in_the_dead_letter_queue() {
    let queues = with_dead_letter_queue(1);
    send(&queues, "poison").await;
    receive_all(&queues).await;
    tokio::time::sleep(Duration::from_secs(31)).await;
    assert!(receive_all(&queues).await.is_empty());

    let attributes = json!({
        "QueueUrl": "http://127.0.0.1:4566/000000000000/dead",
        "AttributeNames": ["ApproximateNumberOfMessages"],
    });
    let seen = ask(&queues, "GetQueueAttributes", attributes)
        .await
        .unwrap();
    assert_eq!(seen["Attributes"]["ApproximateNumberOfMessages"], "1");
}

#[tokio::test(start_paused = true)]
async fn row_5_third_receive_moves_to_the_back_behind_what_was_sent_later() {
    let queues = one(&json!({"visibilityTimeoutSeconds": 10}));
    send(&queues, "poison").await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    send(&queues, "later").await;
    let first = async |visibility: u64| -> Vec<Value> {
        receive(&queues, json!({"VisibilityTimeout": visibility})).await
    };

    // Twice it shows again in its old place, in front.
    for _ in 0..3 {
        assert_eq!(bodies(&first(10).await), ["poison"]);
        tokio::time::sleep(Duration::from_secs(10)).await;
    }
    assert_eq!(bodies(&first(0).await), ["later"]);
    assert_eq!(
        bodies(&look_into(&queues, "orders").await),
        ["later", "poison"]
    );
}

#[tokio::test(start_paused = true)]
async fn row_5_age_of_the_oldest_message_is_a_metric_and_no_attribute() {
    let queues = one(&json!({}));
    for name in ["ApproximateAgeOfOldestMessage", "NumberOfMessagesSent"] {
        let asked = json!({"AttributeNames": [name]});
        let error = ask(&queues, "GetQueueAttributes", asked).await.unwrap_err();
        assert_eq!(error.short_code(), "InvalidAttributeName");
    }
}
