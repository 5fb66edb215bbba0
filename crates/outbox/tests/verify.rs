//! What a verification reads, over HTTP against a server that answers as AWS documents.

#![cfg(feature = "aws")]
#![allow(clippy::unwrap_used, reason = "a failed step is a failed test")]

#[allow(dead_code, reason = "each test file uses a part")]
mod server;

use outbox::quarantine::Encoding;
use outbox::row::OutboxItem;
use outbox::{LookError, OutboxTable, QuarantineQueue};
use serde_json::{Value, json};
use server::{Answer, Server};

fn row(id: &str) -> Value {
    json!({
        "id": { "S": id },
        "aggregate": { "S": "order#42" },
        "sequence": { "N": "7" },
        "source": { "S": "shop.orders" },
        "detailType": { "S": "Placed" },
        "version": { "N": "1" },
        "detail": { "S": "{}" },
        "createdAt": { "S": "2026-11-21T12:00:00.123Z" },
        "publishedAt": { "S": "2026-11-21T12:00:01.000Z" },
        "expiresAt": { "N": "1796644801" },
    })
}

#[tokio::test]
async fn a_table_is_read_page_by_page_with_its_counters() {
    // GIVEN a table with a row and a counter, and more behind
    let counter = json!({ "id": { "S": "sequence#order#42" }, "lastSequence": { "N": "7" } });
    let last = json!({ "id": { "S": "row-1" } });
    let page = json!({ "Items": [row("row-1"), counter], "LastEvaluatedKey": last });
    let server = Server::start([("Scan", Answer::ok(&page))]).await;
    let table = OutboxTable::new(&server.settings(), "outbox");
    // WHEN
    let (items, after) = table.page(None).await.unwrap();
    // THEN
    let [
        Ok(OutboxItem::Row(first)),
        Ok(OutboxItem::Counter { aggregate }),
    ] = &items[..]
    else {
        unreachable!("{items:?}")
    };
    assert_eq!((first.id.as_str(), first.sequence), ("row-1", 7));
    assert_eq!(
        first.published_at.as_deref(),
        Some("2026-11-21T12:00:01.000Z")
    );
    assert_eq!(aggregate, "order#42");
    // and the next page begins there
    assert!(after.is_some());
    table.page(after).await.unwrap();
    assert_eq!(
        server.body("Scan"),
        json!({ "TableName": "outbox", "ConsistentRead": true, "ExclusiveStartKey": last })
    );
}

#[tokio::test]
async fn a_damaged_row_is_told_by_its_id_and_does_not_hide_the_others() {
    // GIVEN a row without its detail beside a whole one
    let mut damaged = row("row-1");
    damaged.as_object_mut().unwrap().remove("detail");
    let page = json!({ "Items": [damaged, row("row-2")] });
    let server = Server::start([("Scan", Answer::ok(&page))]).await;
    let table = OutboxTable::new(&server.settings(), "outbox");
    // WHEN
    let (items, _) = table.page(None).await.unwrap();
    // THEN
    let [Err(damaged), Ok(OutboxItem::Row(whole))] = &items[..] else {
        unreachable!("{items:?}")
    };
    assert_eq!((damaged.id.as_str(), whole.id.as_str()), ("row-1", "row-2"));
    assert!(damaged.problem.contains("no detail"), "{damaged:?}");
}

#[tokio::test]
async fn a_table_of_something_else_is_told_by_one_of_its_items() {
    let user = json!({ "id": { "S": "ada" }, "email": { "S": "ada@example.com" } });
    let server = Server::start([("Scan", Answer::ok(&json!({ "Items": [user] })))]).await;
    let table = OutboxTable::new(&server.settings(), "users");

    let error = table.page(None).await.unwrap_err();

    assert!(error.to_string().contains("\"ada\""), "{error}");
}

/// A queue with so many hidden messages.
fn hidden(count: u32) -> (&'static str, Answer) {
    let attributes = json!({ "ApproximateNumberOfMessagesNotVisible": count.to_string() });
    (
        "GetQueueAttributes",
        Answer::ok(&json!({ "Attributes": attributes })),
    )
}

#[tokio::test]
async fn a_quarantine_is_looked_through_and_its_messages_are_shown_again() {
    // GIVEN two messages, then no more
    let encoding = json!({ "encoding": { "StringValue": "gzip+base64", "DataType": "String" } });
    let messages = json!({ "Messages": [
        { "MessageId": "1", "ReceiptHandle": "a", "Body": "{}" },
        { "MessageId": "2", "ReceiptHandle": "b", "Body": "H4sI", "MessageAttributes": encoding },
    ] });
    let server = Server::start([
        hidden(0),
        ("ReceiveMessage", Answer::ok(&messages)),
        ("ChangeMessageVisibilityBatch", Answer::ok(&json!({}))),
    ])
    .await;
    let url = "https://example.com/quarantine";
    let queue = QuarantineQueue::new(&server.settings(), url);
    // WHEN
    let mut seen = Vec::new();
    let looked = queue.look(|message| {
        seen.push(message.encoding);
        server.answer("ReceiveMessage", Answer::ok(&json!({})));
    });
    looked.await.unwrap();
    // THEN
    assert_eq!(seen, [Encoding::Json, Encoding::GzipBase64]);
    let request = server.body("ReceiveMessage");
    assert_eq!(request["VisibilityTimeout"], 120);
    assert_eq!(request["MessageAttributeNames"], json!(["encoding"]));
    assert_eq!(
        server.body("ChangeMessageVisibilityBatch"),
        json!({ "QueueUrl": url, "Entries": [
            { "Id": "0", "ReceiptHandle": "a", "VisibilityTimeout": 0 },
            { "Id": "1", "ReceiptHandle": "b", "VisibilityTimeout": 0 },
        ] })
    );
}

#[tokio::test]
async fn a_quarantine_of_which_a_part_is_hidden_is_not_taken_for_the_whole() {
    let server = Server::start([hidden(3)]).await;
    let queue = QuarantineQueue::new(&server.settings(), "https://example.com/quarantine");

    let error = queue.look(|_| ()).await.unwrap_err();

    assert!(matches!(error, LookError::Hidden { count: 3 }), "{error}");
    assert_eq!(server.calls("ReceiveMessage"), 0);
}
