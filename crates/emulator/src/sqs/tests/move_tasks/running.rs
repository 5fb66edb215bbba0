//! How messages are moved.

use super::*;

const A_SECOND: Duration = Duration::from_secs(1);

#[tokio::test(start_paused = true)]
async fn row_5_move_task_moves_all_as_they_are_to_the_queues_they_came_from() {
    let queues = shop(&Store::in_memory().unwrap());
    let attributes = json!({"kind": {"DataType": "String", "StringValue": "order"}});
    let message = json!({"MessageBody": "with attributes", "MessageAttributes": attributes});
    ask(&queues, "SendMessage", to("orders", message))
        .await
        .unwrap();
    receive_too_often(&queues, "orders").await;
    dead_letter(&queues, "orders", ["order".to_owned()]).await;
    dead_letter(&queues, "refunds", ["refund".to_owned()]).await;
    assert_eq!(look_into(&queues, "dead").await.len(), 3);

    start(&queues, json!({})).await.unwrap();
    let _working = work(&queues, A_SECOND).await;

    assert_eq!(newest(&queues).await, ("COMPLETED".to_owned(), 3));
    let asked = json!({"MaxNumberOfMessages": 10, "MessageAttributeNames": ["All"]});
    let orders = ask(&queues, "ReceiveMessage", to("orders", asked))
        .await
        .unwrap();
    let orders = orders["Messages"].as_array().unwrap();
    assert_eq!(bodies(orders), ["with attributes", "order"]);
    assert_eq!(orders[0]["MessageAttributes"], attributes);
    assert_eq!(bodies(&look_into(&queues, "refunds").await), ["refund"]);
    assert!(look_into(&queues, "dead").await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn row_5_move_task_gives_new_ids_and_starts_retention_and_receive_count_anew() {
    let queues = shop(&Store::in_memory().unwrap());
    dead_letter(&queues, "orders", numbers(1)).await;
    let dead = look_into(&queues, "dead").await;
    // Longer than the queue it goes to keeps anything.
    tokio::time::sleep(Duration::from_hours(100)).await;

    start(&queues, json!({"DestinationArn": arn("other")}))
        .await
        .unwrap();
    let _working = work(&queues, A_SECOND).await;

    let moved = look_into(&queues, "other").await;
    assert_eq!(moved[0]["Body"], dead[0]["Body"]);
    assert_ne!(moved[0]["MessageId"], dead[0]["MessageId"]);
    assert_ne!(
        moved[0]["Attributes"]["SentTimestamp"],
        dead[0]["Attributes"]["SentTimestamp"]
    );
    assert_eq!(moved[0]["Attributes"]["ApproximateReceiveCount"], "1");
    assert!(moved[0]["Attributes"]["DeadLetterQueueSourceArn"].is_null());
}

#[tokio::test(start_paused = true)]
async fn row_5_move_task_rate_is_kept() {
    let queues = shop(&Store::in_memory().unwrap());
    dead_letter(&queues, "orders", numbers(20)).await;
    let slow = json!({"DestinationArn": arn("other"), "MaxNumberOfMessagesPerSecond": 2});
    start(&queues, slow).await.unwrap();

    let _working = work(&queues, Duration::from_millis(4_900)).await;

    assert_eq!(newest(&queues).await, ("RUNNING".to_owned(), 10));
    tokio::time::sleep(Duration::from_millis(5_200)).await;
    assert_eq!(newest(&queues).await, ("COMPLETED".to_owned(), 20));
}

#[tokio::test(start_paused = true)]
async fn a_task_goes_on_after_a_kill_and_neither_loses_nor_doubles_a_message() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("state.db");
    let open = || shop(&Store::open(&file).unwrap());
    let queues = open();
    dead_letter(&queues, "orders", numbers(20)).await;
    let slow = json!({"DestinationArn": arn("other"), "MaxNumberOfMessagesPerSecond": 5});
    start(&queues, slow).await.unwrap();
    drop(work(&queues, Duration::from_millis(1_500)).await);
    drop(queues);

    let queues = open();
    let (status, moved) = newest(&queues).await;
    assert_eq!(status, "RUNNING");
    assert!((1..20).contains(&moved), "{moved}");
    let _working = work(&queues, Duration::from_secs(5)).await;

    assert_eq!(newest(&queues).await, ("COMPLETED".to_owned(), 20));
    let mut found = Vec::new();
    loop {
        let asked = to("other", json!({"MaxNumberOfMessages": 10}));
        let answer = ask(&queues, "ReceiveMessage", asked).await.unwrap();
        let Some(messages) = answer["Messages"].as_array() else {
            break;
        };
        found.extend(bodies(messages).into_iter().map(str::to_owned));
    }
    found.sort_by_key(|body| body.parse::<u32>().unwrap());
    assert_eq!(found, numbers(20).collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn a_task_killed_after_any_commit_moves_each_message_once() {
    let fast = json!({"DestinationArn": arn("other"), "MaxNumberOfMessagesPerSecond": 10});
    for commits in 0..12 {
        let store = Store::in_memory().unwrap();
        let queues = shop(&store);
        dead_letter(&queues, "orders", numbers(5)).await;
        let killed = store.fail_after(commits);
        let accepted = start(&queues, fast.clone()).await.is_ok();
        drop(work(&queues, Duration::from_secs(3)).await);
        drop((queues, killed));

        store.recover();
        let queues = shop(&store);
        assert_eq!(list(&queues).await.len(), usize::from(accepted));
        if !accepted {
            start(&queues, fast.clone()).await.unwrap();
        }
        let _working = work(&queues, Duration::from_secs(3)).await;

        assert_eq!(newest(&queues).await, ("COMPLETED".to_owned(), 5));
        let moved = look_into(&queues, "other").await;
        let mut moved = bodies(&moved);
        moved.sort_unstable();
        assert_eq!(moved, ["1", "2", "3", "4", "5"], "{commits}");
        assert!(look_into(&queues, "dead").await.is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_task_moves_no_more() {
    let queues = shop(&Store::in_memory().unwrap());
    dead_letter(&queues, "orders", numbers(10)).await;
    let slow = json!({"DestinationArn": arn("other"), "MaxNumberOfMessagesPerSecond": 1});
    let started = start(&queues, slow).await.unwrap();
    let _working = work(&queues, Duration::from_millis(2_500)).await;
    let running = list(&queues).await.remove(0);
    assert_eq!(running["TaskHandle"], started["TaskHandle"]);

    let cancelled = ask(&queues, "CancelMessageMoveTask", started.clone())
        .await
        .unwrap();

    assert_eq!(cancelled, json!({"ApproximateNumberOfMessagesMoved": 3}));
    tokio::time::sleep(Duration::from_mins(1)).await;
    assert_eq!(newest(&queues).await, ("CANCELLED".to_owned(), 3));
    assert_eq!(list(&queues).await[0].get("TaskHandle"), None);
    let again = ask(&queues, "CancelMessageMoveTask", started)
        .await
        .unwrap_err();
    assert_eq!(again.short_code(), "UnsupportedOperation");
}

#[tokio::test(start_paused = true)]
async fn row_5_move_task_foreign_messages_without_a_queue_they_came_from_fail_it() {
    let queues = shop(&Store::in_memory().unwrap());
    // As a rule's or a function's failure destination does.
    let record = to("dead", json!({"MessageBody": "a failure record"}));
    ask(&queues, "SendMessage", record).await.unwrap();
    let _working = queues.start();

    start(&queues, json!({})).await.unwrap();
    tokio::time::sleep(A_SECOND).await;

    let task = list(&queues).await.remove(0);
    assert_eq!(task["Status"], "FAILED");
    assert_eq!(task["FailureReason"], "CouldNotDetermineMessageSource");
    assert_eq!(look_into(&queues, "dead").await.len(), 1);
    start(&queues, json!({"DestinationArn": arn("other")}))
        .await
        .unwrap();
    tokio::time::sleep(A_SECOND).await;
    assert_eq!(newest(&queues).await, ("COMPLETED".to_owned(), 1));
}

#[tokio::test(start_paused = true)]
async fn row_5_move_task_36_hours_are_the_most() {
    let store = Store::in_memory().unwrap();
    let queues = shop(&store);
    dead_letter(&queues, "orders", numbers(1)).await;
    start(&queues, json!({})).await.unwrap();

    tokio::time::sleep(Duration::from_hours(36)).await;
    let _working = work(&queues, A_SECOND).await;

    let task = list(&queues).await.remove(0);
    assert_eq!(task["Status"], "FAILED");
    assert!(task["FailureReason"].as_str().unwrap().contains("36 hours"));
    assert_eq!(look_into(&queues, "dead").await.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn row_5_move_task_rights_are_not_checked() {
    let denied = json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Deny", "Principal": "*", "Action": "sqs:*", "Resource": "*",
    }]})
    .to_string();
    let policy = json!({"deadLetterTargetArn": arn("dead"), "maxReceiveCount": 1}).to_string();
    let orders = json!({"redrivePolicy": policy, "visibilityTimeoutSeconds": 0, "policy": denied});
    let declared = vec![
        queue("dead", &json!({"policy": denied})),
        queue("orders", &orders),
    ];
    let queues = queues(&Store::in_memory().unwrap(), declared);
    dead_letter(&queues, "orders", numbers(1)).await;

    start(&queues, json!({})).await.unwrap();
    let _working = work(&queues, A_SECOND).await;

    assert_eq!(newest(&queues).await, ("COMPLETED".to_owned(), 1));
}
