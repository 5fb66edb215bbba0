//! What a verification reads, over HTTP against a server that answers as AWS documents.

#![cfg(feature = "aws")]
#![allow(clippy::unwrap_used, reason = "a failed step is a failed test")]

#[allow(dead_code, reason = "each test file uses a part")]
mod server;

use std::time::Duration;

use outbox::quarantine::Encoding;
use outbox::row::OutboxItem;
use outbox::{OutboxTable, QuarantineQueue};
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
    let [OutboxItem::Row(first), OutboxItem::Counter { aggregate }] = &items[..] else {
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
async fn a_quarantine_is_looked_at_and_keeps_its_messages() {
    let encoding = json!({ "encoding": { "StringValue": "gzip+base64", "DataType": "String" } });
    let messages = json!({ "Messages": [
        { "MessageId": "1", "ReceiptHandle": "a", "Body": "{}" },
        { "MessageId": "2", "ReceiptHandle": "b", "Body": "H4sI", "MessageAttributes": encoding },
    ] });
    let server = Server::start([("ReceiveMessage", Answer::ok(&messages))]).await;
    let queue = QuarantineQueue::new(&server.settings(), "https://example.com/quarantine");

    let seen = queue.look(Duration::from_secs(30)).await.unwrap();

    let encodings: Vec<_> = seen.iter().map(|message| message.encoding).collect();
    assert_eq!(encodings, [Encoding::Json, Encoding::GzipBase64]);
    let request = server.body("ReceiveMessage");
    assert_eq!(request["VisibilityTimeout"], 30);
    assert_eq!(request["MessageAttributeNames"], json!(["encoding"]));
}
