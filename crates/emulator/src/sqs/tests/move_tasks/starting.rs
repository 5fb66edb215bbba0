//! Which tasks may start, and what is told of them.

use super::*;

#[tokio::test(start_paused = true)]
async fn row_5_move_task_source_is_the_dead_letter_queue_of_a_queue() {
    let queues = shop(&Store::in_memory().unwrap());
    start(&queues, json!({})).await.unwrap();
    // A queue that functions and rules may well use for what they could not deliver.
    let error = start(&queues, json!({"SourceArn": arn("other")}))
        .await
        .unwrap_err();
    assert_eq!(error.short_code(), "InvalidParameterValueException");
    assert_eq!(
        error.message,
        "Source queue must be configured as a Dead Letter Queue."
    );
}

#[tokio::test(start_paused = true)]
async fn row_5_move_task_one_active_a_queue() {
    let queues = shop(&Store::in_memory().unwrap());
    dead_letter(&queues, "orders", numbers(1)).await;
    start(&queues, json!({})).await.unwrap();

    let error = start(&queues, json!({})).await.unwrap_err();
    assert_eq!(error.short_code(), "InvalidParameterValueException");
    assert!(
        error
            .message
            .starts_with("There is already a task running.")
    );

    let _working = work(&queues, Duration::from_secs(1)).await;
    start(&queues, json!({})).await.unwrap();
    let statuses: Vec<Value> = list(&queues)
        .await
        .iter()
        .map(|task| task["Status"].clone())
        .collect();
    assert_eq!(statuses, ["RUNNING", "COMPLETED"]);
}

#[tokio::test(start_paused = true)]
async fn row_5_move_task_100_tasks_are_the_most() {
    let mut declared = Vec::new();
    for n in 0..101 {
        let dead = format!("dead-{n}");
        let policy = json!({"deadLetterTargetArn": arn(&dead), "maxReceiveCount": 1}).to_string();
        declared.push(queue(&dead, &json!({})));
        declared.push(queue(
            &format!("live-{n}"),
            &json!({"redrivePolicy": policy}),
        ));
    }
    let queues = queues(&Store::in_memory().unwrap(), declared);
    let start = |n: u32| {
        let source = json!({"SourceArn": arn(&format!("dead-{n}"))});
        ask(&queues, "StartMessageMoveTask", source)
    };
    for n in 0..100 {
        start(n).await.unwrap();
    }
    assert_eq!(
        start(100).await.unwrap_err().short_code(),
        "RequestThrottled"
    );
}

#[tokio::test(start_paused = true)]
async fn row_5_move_task_errors_have_awss_names() {
    let queues = shop(&Store::in_memory().unwrap());
    let invalid = ("InvalidParameterValueException", 400);
    let handle = |text: &str| {
        use base64::Engine;
        base64::engine::general_purpose::STANDARD.encode(text)
    };
    let unknown = json!({"taskId": "t", "sourceArn": arn("dead")}).to_string();
    let elsewhere = json!({"taskId": "t", "sourceArn": arn("nowhere")}).to_string();
    for (operation, parameters, (code, status)) in [
        (
            "StartMessageMoveTask",
            json!({"SourceArn": arn("nowhere")}),
            ("ResourceNotFoundException", 404),
        ),
        (
            "StartMessageMoveTask",
            json!({"SourceArn": arn("dead"), "DestinationArn": arn("nowhere")}),
            ("ResourceNotFoundException", 404),
        ),
        (
            "StartMessageMoveTask",
            json!({"SourceArn": "dead"}),
            ("InvalidAddress", 400),
        ),
        (
            "StartMessageMoveTask",
            json!({}),
            ("MissingRequiredParameterException", 400),
        ),
        (
            "StartMessageMoveTask",
            json!({"SourceArn": arn("dead"), "DestinationArn": arn("dead")}),
            invalid,
        ),
        (
            "StartMessageMoveTask",
            json!({"SourceArn": arn("dead"), "MaxNumberOfMessagesPerSecond": 0}),
            invalid,
        ),
        (
            "StartMessageMoveTask",
            json!({"SourceArn": arn("dead"), "MaxNumberOfMessagesPerSecond": 501}),
            invalid,
        ),
        (
            "ListMessageMoveTasks",
            json!({"SourceArn": arn("nowhere")}),
            ("ResourceNotFoundException", 404),
        ),
        (
            "ListMessageMoveTasks",
            json!({"SourceArn": arn("dead"), "MaxResults": 11}),
            invalid,
        ),
        (
            "CancelMessageMoveTask",
            json!({"TaskHandle": "no handle"}),
            invalid,
        ),
        (
            "CancelMessageMoveTask",
            json!({"TaskHandle": handle(&unknown)}),
            ("ResourceNotFoundException", 404),
        ),
        (
            "CancelMessageMoveTask",
            json!({"TaskHandle": handle(&elsewhere)}),
            ("ResourceNotFoundException", 404),
        ),
    ] {
        let error = ask(&queues, operation, parameters.clone())
            .await
            .unwrap_err();
        assert_eq!(
            (error.short_code(), error.status),
            (code, status),
            "{operation} {parameters}"
        );
    }
    assert!(list(&queues).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn the_last_ten_tasks_are_listed_and_by_default_the_newest() {
    let queues = shop(&Store::in_memory().unwrap());
    let _working = queues.start();
    for rate in 1..=11 {
        start(&queues, json!({"MaxNumberOfMessagesPerSecond": rate}))
            .await
            .unwrap();
        tokio::time::sleep(Duration::from_secs(2)).await;
    }
    send(&queues, "elsewhere").await;

    let rates: Vec<Value> = list(&queues)
        .await
        .iter()
        .map(|task| task["MaxNumberOfMessagesPerSecond"].clone())
        .collect();
    assert_eq!(
        rates,
        (2..=11).rev().map(|rate| json!(rate)).collect::<Vec<_>>()
    );
    let newest = ask(
        &queues,
        "ListMessageMoveTasks",
        json!({"SourceArn": arn("dead")}),
    )
    .await
    .unwrap();
    let task = &newest["Results"][0];
    assert_eq!(newest["Results"].as_array().unwrap().len(), 1);
    assert_eq!(task["SourceArn"], arn("dead"));
    assert_eq!(task.get("DestinationArn"), None);
    assert_eq!(task["ApproximateNumberOfMessagesToMove"], 0);
    assert!(task["StartedTimestamp"].is_u64());
}
