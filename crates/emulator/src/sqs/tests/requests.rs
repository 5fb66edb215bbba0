//! What requests may hold.

use serde_json::{Value, json};

use super::super::declared;
use super::{URL, arn, ask, counts, one, queue, receive_all};
use crate::testing::stack;

#[tokio::test(start_paused = true)]
async fn a_batch_is_taken_message_by_message() {
    let queues = one(&json!({}));
    let answer = ask(
        &queues,
        "SendMessageBatch",
        json!({"Entries": [
            {"Id": "a", "MessageBody": "one"},
            {"Id": "b", "MessageBody": ""},
            {"Id": "c", "MessageBody": "bad \u{b}"},
            {"Id": "d", "MessageBody": "late", "DelaySeconds": 901},
            {"Id": "e", "MessageBody": "five"},
        ]}),
    )
    .await
    .unwrap();
    let ids = |list: &str| -> Vec<String> {
        let list = answer[list].as_array().unwrap().iter();
        list.map(|entry| entry["Id"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(ids("Successful"), ["a", "e"]);
    assert_eq!(ids("Failed"), ["b", "c", "d"]);
    assert_eq!(answer["Failed"][1]["Code"], "InvalidMessageContents");
    assert_eq!(answer["Failed"][1]["SenderFault"], true);

    let received = receive_all(&queues).await;
    let entries: Vec<Value> = received
        .iter()
        .enumerate()
        .map(|(n, message)| json!({"Id": n.to_string(), "ReceiptHandle": message["ReceiptHandle"], "VisibilityTimeout": 0}))
        .collect();
    let changed = ask(
        &queues,
        "ChangeMessageVisibilityBatch",
        json!({"Entries": entries}),
    )
    .await
    .unwrap();
    assert_eq!(changed, json!({"Successful": [{"Id": "0"}, {"Id": "1"}]}));
    let mut entries = entries;
    entries.push(json!({"Id": "broken", "ReceiptHandle": "no handle"}));
    let deleted = ask(&queues, "DeleteMessageBatch", json!({"Entries": entries}))
        .await
        .unwrap();
    assert_eq!(deleted["Failed"][0]["Code"], "ReceiptHandleIsInvalid");
    assert_eq!(counts(&queues).await, ["0", "0", "0"]);
}

#[tokio::test(start_paused = true)]
async fn row_5_batch_size_of_more_than_one_mebibyte_is_refused_whole() {
    let queues = one(&json!({}));
    let large = "x".repeat(600_000);
    let error = ask(
        &queues,
        "SendMessageBatch",
        json!({"Entries": [
            {"Id": "a", "MessageBody": large}, {"Id": "b", "MessageBody": large},
        ]}),
    )
    .await
    .unwrap_err();
    assert_eq!(error.short_code(), "BatchRequestTooLong");
    assert_eq!(counts(&queues).await, ["0", "0", "0"]);
}

#[tokio::test(start_paused = true)]
#[allow(clippy::too_many_lines, reason = "a table")]
async fn a_wrong_request_is_answered_with_awss_error_code() {
    let queues = one(&json!({}));
    let eleven: Vec<Value> = (0..11)
        .map(|n| json!({"Id": n.to_string(), "MessageBody": "m"}))
        .collect();
    let twice = json!([{"Id": "a", "MessageBody": "m"}, {"Id": "a", "MessageBody": "m"}]);
    for (operation, parameters, code, query) in [
        (
            "SendMessage",
            json!({"QueueUrl": "http://h/000000000000/other", "MessageBody": "m"}),
            "QueueDoesNotExist",
            "AWS.SimpleQueueService.NonExistentQueue",
        ),
        (
            "SendMessage",
            json!({"QueueUrl": null}),
            "MissingRequiredParameterException",
            "MissingParameter",
        ),
        (
            "SendMessage",
            json!({"MessageBody": ""}),
            "MissingRequiredParameterException",
            "MissingParameter",
        ),
        (
            "SendMessage",
            json!({"MessageBody": "x".repeat(1_048_577)}),
            "InvalidParameterValueException",
            "InvalidParameterValue",
        ),
        (
            "SendMessage",
            json!({"MessageBody": "\u{1}"}),
            "InvalidMessageContents",
            "InvalidMessageContents",
        ),
        (
            "SendMessage",
            json!({"MessageBody": "m", "MessageDeduplicationId": "d"}),
            "InvalidParameterValueException",
            "InvalidParameterValue",
        ),
        (
            "SendMessageBatch",
            json!({"Entries": []}),
            "EmptyBatchRequest",
            "AWS.SimpleQueueService.EmptyBatchRequest",
        ),
        (
            "SendMessageBatch",
            json!({"Entries": eleven}),
            "TooManyEntriesInBatchRequest",
            "AWS.SimpleQueueService.TooManyEntriesInBatchRequest",
        ),
        (
            "SendMessageBatch",
            json!({"Entries": twice}),
            "BatchEntryIdsNotDistinct",
            "AWS.SimpleQueueService.BatchEntryIdsNotDistinct",
        ),
        (
            "SendMessageBatch",
            json!({"Entries": [{"Id": "a b", "MessageBody": "m"}]}),
            "InvalidBatchEntryId",
            "AWS.SimpleQueueService.InvalidBatchEntryId",
        ),
        (
            "ReceiveMessage",
            json!({"MaxNumberOfMessages": 11}),
            "InvalidParameterValueException",
            "InvalidParameterValue",
        ),
        (
            "ReceiveMessage",
            json!({"WaitTimeSeconds": 21}),
            "InvalidParameterValueException",
            "InvalidParameterValue",
        ),
        (
            "DeleteMessage",
            json!({"ReceiptHandle": "x"}),
            "ReceiptHandleIsInvalid",
            "ReceiptHandleIsInvalid",
        ),
        (
            "GetQueueUrl",
            json!({"QueueName": "other"}),
            "QueueDoesNotExist",
            "AWS.SimpleQueueService.NonExistentQueue",
        ),
        (
            "GetQueueAttributes",
            json!({"AttributeNames": ["Size"]}),
            "InvalidAttributeName",
            "InvalidAttributeName",
        ),
    ] {
        let error = ask(&queues, operation, parameters.clone())
            .await
            .unwrap_err();
        assert_eq!(error.status, 400);
        assert_eq!(
            error.code,
            format!("com.amazonaws.sqs#{code}"),
            "{operation} {error}"
        );
        assert_eq!(
            error.query_error,
            Some(format!("{query};Sender")),
            "{operation}"
        );
    }
    let unknown = ask(&queues, "CreateQueue", json!({})).await.unwrap_err();
    assert_eq!(unknown.code, "UnknownOperationException");
}

#[tokio::test(start_paused = true)]
async fn a_queue_is_found_by_the_path_of_its_url_whatever_the_host() {
    let queues = one(&json!({}));
    for url in [
        "https://sqs.us-east-1.amazonaws.com/000000000000/orders",
        "http://localhost:1/000000000000/orders/",
        "/000000000000/orders",
    ] {
        let body = json!({"QueueUrl": url, "MessageBody": "m"});
        assert!(ask(&queues, "SendMessage", body).await.is_ok(), "{url}");
    }
    for url in [
        "http://localhost:1/111111111111/orders",
        "orders",
        "http://localhost:1",
    ] {
        let body = json!({"QueueUrl": url, "MessageBody": "m"});
        assert!(ask(&queues, "SendMessage", body).await.is_err(), "{url}");
    }
    let url = ask(&queues, "GetQueueUrl", json!({"QueueName": "orders"}))
        .await
        .unwrap();
    assert_eq!(url, json!({"QueueUrl": URL}));
    let listed = ask(&queues, "ListQueues", json!({})).await.unwrap();
    assert_eq!(listed, json!({"QueueUrls": [URL]}));
    assert_eq!(
        ask(&queues, "ListQueues", json!({"QueueNamePrefix": "x"}))
            .await
            .unwrap(),
        json!({})
    );
}

#[test]
fn a_queue_that_can_t_be_run_is_refused_by_name() {
    let lost = json!({"deadLetterTargetArn": arn("nowhere"), "maxReceiveCount": 1});
    for (settings, error) in [
        (json!({"fifoQueue": true}), "only standard queues"),
        (
            json!({"contentBasedDeduplication": true}),
            "`contentBasedDeduplication` is for FIFO queues only",
        ),
        (
            json!({"fifoThroughputLimit": "perQueue"}),
            "`fifoThroughputLimit` is for FIFO queues only",
        ),
        (
            json!({"visibilityTimeoutSeconds": 43_201}),
            "visibilityTimeoutSeconds is 43201; allowed is 0 to 43200",
        ),
        (
            json!({"redrivePolicy": lost.to_string()}),
            "nowhere, which is no declared queue",
        ),
    ] {
        let refused = declared(&stack(vec![queue("orders", &settings)])).unwrap_err();
        assert!(refused.to_string().contains(error), "{refused}");
        assert_eq!(refused.name, "orders");
    }
    let fifo = declared(&stack(vec![queue("orders.fifo", &json!({}))])).unwrap_err();
    assert!(fifo.to_string().contains("`name` is orders.fifo"), "{fifo}");
    let standard =
        json!({"fifoQueue": false, "deduplicationScope": "", "contentBasedDeduplication": null});
    assert!(declared(&stack(vec![queue("orders", &standard)])).is_ok());
}
