//! What functions are given.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::shop::{Shop, arn, batch, event, redriven, seconds};
use crate::mapping::Polling;

#[tokio::test(start_paused = true)]
async fn row_5_mapping_role_without_any_rights_reads_and_what_succeeded_is_deleted() {
    let shop = Shop::with(&json!({}), []);
    let attributes = json!({"kind": {"DataType": "String", "StringValue": "order"}});
    let message = json!({
        "MessageBody": "hello",
        "MessageAttributes": attributes,
        "MessageGroupId": "tenant",
    });
    let sent = shop.send_with(message).await;

    let seen = shop.functions.seen(1).await;
    seconds(1).await;

    assert_eq!(shop.count("orders").await, 0);
    let event = event(&seen[0].0);
    let [record] = event["Records"].as_array().unwrap().as_slice() else {
        unreachable!("{event}");
    };
    let text = |name: &str| record[name].as_str().unwrap_or_default().to_owned();
    assert_eq!(text("messageId"), sent["MessageId"].as_str().unwrap());
    assert_eq!(text("body"), "hello");
    assert_eq!(
        text("md5OfBody"),
        sent["MD5OfMessageBody"].as_str().unwrap()
    );
    assert_eq!(
        text("md5OfMessageAttributes"),
        sent["MD5OfMessageAttributes"].as_str().unwrap()
    );
    assert_eq!(text("eventSource"), "aws:sqs");
    assert_eq!(text("eventSourceARN"), arn("orders"));
    assert_eq!(text("awsRegion"), "eu-west-1");
    assert_eq!(record["messageAttributes"]["kind"]["stringValue"], "order");
    assert_eq!(
        record["attributes"],
        json!({
            "ApproximateReceiveCount": "1",
            "SentTimestamp": "1795238220000",
            "SenderId": "123456789012",
            "ApproximateFirstReceiveTimestamp": "1795238220000",
            "MessageGroupId": "tenant",
        })
    );
}

#[tokio::test(start_paused = true)]
async fn the_receipt_handle_in_a_record_is_the_messages_own() {
    let shop = Shop::with(&json!({}), []);
    shop.functions.hold();
    shop.send("m").await;
    let seen = shop.functions.seen(1).await;
    let handle = event(&seen[0].0)["Records"][0]["receiptHandle"].clone();

    // A function may delete what it has done by itself.
    shop.call("DeleteMessage", "orders", json!({"ReceiptHandle": handle}))
        .await;
    assert_eq!(shop.count("orders").await, 0);
}

#[tokio::test(start_paused = true)]
async fn row_5_mapping_scaling_begins_with_five_invocations_at_once() {
    let shop = Shop::with(&json!({"batchSize": 1}), []);
    shop.functions.hold();
    for n in 0..20 {
        shop.send(&n.to_string()).await;
    }
    seconds(2).await;
    assert_eq!(shop.functions.count(), 5);

    shop.functions.release();
    seconds(1).await;
    assert_eq!(shop.functions.count(), 20);
    assert_eq!(shop.count("orders").await, 0);
}

#[tokio::test(start_paused = true)]
async fn row_5_mapping_maximum_concurrency_is_kept_under_load() {
    let inputs = json!({"batchSize": 1, "scalingConfig": {"maximumConcurrency": 2}});
    let shop = Shop::with(&inputs, []);
    shop.functions.hold();
    for n in 0..20 {
        shop.send(&n.to_string()).await;
    }
    seconds(20).await;
    assert_eq!(shop.functions.count(), 2);
}

#[tokio::test(start_paused = true)]
async fn row_5_mapping_batching_window_gathers_more_than_one_receive_brings() {
    let inputs = json!({"batchSize": 100, "maximumBatchingWindowInSeconds": 7});
    let shop = Shop::with(&inputs, []);
    for n in 0..25 {
        shop.send(&n.to_string()).await;
    }
    seconds(6).await;
    assert!(shop.given().is_empty());
    seconds(2).await;
    let [(bodies, after)] = shop.given().try_into().unwrap();
    assert_eq!((bodies.len(), after), (25, 7));
    assert_eq!(shop.count("orders").await, 0);
}

#[tokio::test(start_paused = true)]
async fn row_5_mapping_low_traffic_waits_20_seconds_if_polled_as_on_aws() {
    let inputs = json!({"maximumBatchingWindowInSeconds": 1});
    let shop = Shop::polling(redriven(5, &inputs), [], Polling::Aws);
    shop.send("m").await;
    seconds(21).await;
    assert_eq!(shop.given(), [batch(&["m"], 20)]);
}

#[tokio::test(start_paused = true)]
async fn row_5_mapping_payload_is_cut_where_a_function_takes_no_more() {
    let inputs = json!({"maximumBatchingWindowInSeconds": 1});
    let shop = Shop::with(&inputs, []);
    let large = "x".repeat(1_048_576);
    for _ in 0..7 {
        shop.send(&large).await;
    }
    seconds(2).await;
    let given = shop.given();
    let sizes: Vec<usize> = given.iter().map(|(bodies, _)| bodies.len()).collect();
    assert_eq!(sizes, [5, 2]);
    for (invocation, _) in shop.functions.all() {
        assert!(invocation.payload.len() <= 6 * 1024 * 1024);
    }
}

#[tokio::test(start_paused = true)]
async fn row_5_mapping_filtered_messages_are_deleted_from_the_queue() {
    let pattern = json!({"body": {"kind": ["order"]}}).to_string();
    let shop = Shop::with(
        &json!({"filterCriteria": {"filters": [{"pattern": pattern}]}}),
        [],
    );
    let order = json!({"kind": "order"}).to_string();
    for body in [&order, r#"{"kind":"refund"}"#, "no json"] {
        shop.send(body).await;
    }
    seconds(2).await;
    assert_eq!(shop.given(), [batch(&[&order], 0)]);
    assert_eq!(
        (shop.count("orders").await, shop.count("dead").await),
        (0, 0)
    );
}

#[tokio::test(start_paused = true)]
async fn a_disabled_mapping_leaves_messages_where_they_are() {
    let shop = Shop::with(&json!({"enabled": false}), []);
    shop.send("m").await;
    seconds(60).await;
    assert_eq!(shop.functions.count(), 0);
    assert_eq!(shop.count("orders").await, 1);
}

#[tokio::test(start_paused = true)]
async fn what_was_under_way_at_a_kill_comes_again() {
    let mut shop = Shop::with(&json!({}), []);
    shop.functions.hold();
    shop.send("under way").await;
    shop.functions.seen(1).await;
    shop.kill();
    shop.send("waits").await;
    shop.functions.release();

    shop.start();
    seconds(40).await;

    let expected = [
        batch(&["under way"], 0),
        batch(&["waits"], 0),
        batch(&["under way"], 30),
    ];
    assert_eq!(shop.given(), expected);
    assert_eq!(shop.count("orders").await, 0);
}

#[tokio::test(start_paused = true)]
async fn a_mapping_killed_after_any_commit_gives_every_accepted_message_and_deletes_it() {
    for commits in 0..40 {
        let failures = (0..4).map(|_| crate::testing::failed("Error"));
        let mut shop = Shop::with(&json!({"batchSize": 2}), failures);
        let killed = shop.store.fail_after(commits);
        let mut accepted = Vec::new();
        for body in ["a", "b", "c", "d", "e"] {
            if shop.offer(body).await {
                accepted.push(body);
            }
            seconds(10).await;
        }
        shop.kill();
        drop(killed);
        shop.store.recover();
        shop.start();
        seconds(200).await;

        let given: BTreeSet<String> = shop.given().into_iter().flat_map(|(it, _)| it).collect();
        let accepted: BTreeSet<String> = accepted.into_iter().map(str::to_owned).collect();
        assert!(
            given.is_superset(&accepted),
            "{commits}: {given:?} {accepted:?}"
        );
        assert_eq!(shop.count("orders").await, 0, "{commits}");
        assert_eq!(shop.count("dead").await, 0, "{commits}");
    }
}

/// The events that a mapping gives under a load with failures.
async fn trace() -> Vec<Value> {
    let failures = (0..30).map(|n| {
        if n % 3 == 0 {
            crate::testing::failed("Error")
        } else {
            delivery::Outcome::Answered("null".into())
        }
    });
    let shop = Shop::with(&json!({"batchSize": 3}), failures);
    for n in 0..100 {
        shop.send(&n.to_string()).await;
        seconds(n % 3).await;
    }
    seconds(300).await;
    let all = shop.functions.all();
    let told = |(invocation, at): &(crate::Invocation, delivery::Time)| {
        json!([invocation.request_id, at.0, event(invocation)])
    };
    all.iter().map(told).collect()
}

#[tokio::test(start_paused = true)]
async fn the_same_seed_gives_the_same_events_at_the_same_times() {
    let first = trace().await;
    assert!(first.len() > 50, "{}", first.len());
    assert_eq!(first, trace().await);
}
