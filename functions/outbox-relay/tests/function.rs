//! The relay's own binary, as Lambda runs it, on rows of an outbox table.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use outbox::testing::Record;
use sandbox::{Answer, Call, Function, Reply};
use serde_json::{Value, json};

const RELAY: &str = env!("CARGO_BIN_EXE_outbox-relay");
const TIME_LEFT: Duration = Duration::from_secs(30);
const VARIABLES: [(&str, &str); 3] = [
    ("EVENT_BUS_NAME", "events"),
    (
        "QUARANTINE_QUEUE_URL",
        "https://sqs.us-east-1.amazonaws.com/000000000000/quarantine",
    ),
    ("OUTBOX_TABLE_NAME", "outbox"),
];

/// A bus, a queue and a table that keep what they were asked; the table answers each mark as told.
#[derive(Clone)]
struct Aws {
    calls: Arc<Mutex<Vec<Call>>>,
    first_marks: Arc<Mutex<VecDeque<Reply>>>,
    mark: Reply,
}

impl Aws {
    fn that_answers_marks(mark: Reply) -> Self {
        Self {
            calls: Arc::default(),
            first_marks: Arc::default(),
            mark,
        }
    }

    /// Answers the next mark so.
    fn first(self, mark: Reply) -> Self {
        self.first_marks.lock().unwrap().push_back(mark);
        self
    }

    async fn relay(&self) -> Function {
        let aws = self.clone();
        let answer = move |call: Call| {
            let entries = call.json()["Entries"].as_array().map_or(0, Vec::len);
            let reply = match call.operation() {
                "PutEvents" => Reply::ok(&json!({
                    "FailedEntryCount": 0,
                    "Entries": vec![json!({"EventId": "11710aed-b79e-4468-a20b-bb3c0c3b4860"}); entries],
                })),
                "UpdateItem" => {
                    let first = aws.first_marks.lock().unwrap().pop_front();
                    first.unwrap_or_else(|| aws.mark.clone())
                }
                _ => Reply::ok(&json!({})),
            };
            aws.calls.lock().unwrap().push(call);
            std::future::ready(reply)
        };
        Function::start(RELAY, &VARIABLES, answer).await.unwrap()
    }

    fn requests(&self, operation: &str) -> Vec<Value> {
        let calls = self.calls.lock().unwrap();
        let of = calls.iter().filter(|call| call.operation() == operation);
        of.map(Call::json).collect()
    }
}

fn id(n: u32) -> String {
    format!("01a1fe10-4dad-7172-be70-{n:012}")
}

/// A row of an application that the relay knows nothing of.
fn row(n: u32) -> Value {
    let metadata = json!({
        "eventId": id(n),
        "occurredAt": "2026-11-21T12:00:00.123Z",
        "key": "parcel#7",
        "sequence": n.to_string(),
        "sequenceKind": "counter",
        "version": 2,
    });
    json!({
        "id": id(n),
        "aggregate": "parcel#7",
        "sequence": n,
        "source": "warehouse.parcels",
        "detailType": "ParcelShipped",
        "version": 2,
        "detail": json!({ "grams": 250, "metadata": metadata }).to_string(),
        "createdAt": "2026-11-21T12:00:00.123Z",
    })
}

fn batch(rows: impl IntoIterator<Item = u32>) -> String {
    let records = rows
        .into_iter()
        .map(|n| Record::insert(n, &row(n)).value().clone());
    json!({ "Records": records.collect::<Vec<_>>() }).to_string()
}

fn nothing_failed() -> Value {
    json!({ "batchItemFailures": [] })
}

#[tokio::test]
async fn a_row_is_published_as_it_is_and_marked() {
    let aws = Aws::that_answers_marks(Reply::ok(&json!({})));
    let relay = aws.relay().await;

    let answer = relay.invoke(batch([1, 2]), TIME_LEFT).await;

    assert_eq!(answer.json(), Some(nothing_failed()));
    let puts = aws.requests("PutEvents");
    let entries: Vec<_> = puts
        .iter()
        .flat_map(|put| put["Entries"].as_array().unwrap())
        .collect();
    assert_eq!(entries.len(), 2);
    let first = entries
        .iter()
        .find(|entry| entry["Detail"] == row(1)["detail"])
        .unwrap();
    assert_eq!(first["Source"], "warehouse.parcels");
    assert_eq!(first["DetailType"], "ParcelShipped");
    assert_eq!(first["Time"], json!(1_795_262_400.123));
    // and both rows are marked, in one update each
    let mut marks = aws.requests("UpdateItem");
    marks.sort_by_key(|mark| mark["Key"]["id"]["S"].to_string());
    assert_eq!(marks.len(), 2);
    assert_eq!(marks[0]["TableName"], "outbox");
    assert_eq!(marks[0]["Key"], json!({ "id": { "S": id(1) } }));
    assert_eq!(marks[0]["ConditionExpression"], "attribute_exists(id)");
    let values = &marks[0]["ExpressionAttributeValues"];
    let published = values[":at"]["S"].as_str().unwrap();
    let expires: u64 = values[":expires"]["N"].as_str().unwrap().parse().unwrap();
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap();
    assert!(
        published.ends_with('Z') && published.len() == 24,
        "{published}"
    );
    let days = (expires - now.as_secs()).div_ceil(86_400);
    assert_eq!(days, 16, "{marks:#?}");
}

fn refused(status: u16, code: &str) -> Reply {
    let code = format!("com.amazonaws.dynamodb.v20120810#{code}");
    Reply::with_status(status, &json!({ "__type": code, "message": "no" }))
}

#[tokio::test]
async fn a_mark_is_tried_again_when_the_error_passes() {
    let aws = Aws::that_answers_marks(Reply::ok(&json!({})))
        .first(refused(500, "InternalServerError"))
        .first(refused(400, "ThrottlingException"));
    let mut relay = aws.relay().await;

    let answer = relay.invoke(batch([1]), TIME_LEFT).await;

    assert_eq!(answer.json(), Some(nothing_failed()));
    let marks = aws.requests("UpdateItem");
    assert_eq!(marks.len(), 3);
    assert!(marks.iter().all(|mark| mark == &marks[0]), "{marks:#?}");
    assert_eq!(aws.requests("PutEvents").len(), 1);
    let log = relay.stop().await.concat();
    assert!(!log.contains("not marked"), "{log}");
}

#[tokio::test]
async fn a_mark_that_fails_fails_no_record() {
    for (status, code, attempts) in [
        (400, "AccessDeniedException", 1),
        (400, "ConditionalCheckFailedException", 1),
        (500, "InternalServerError", 3),
    ] {
        let aws = Aws::that_answers_marks(refused(status, code));
        let mut relay = aws.relay().await;

        let answer = relay.invoke(batch([1]), TIME_LEFT).await;

        assert_eq!(answer.json(), Some(nothing_failed()), "{code}");
        assert_eq!(aws.requests("PutEvents").len(), 1, "published once");
        assert_eq!(aws.requests("UpdateItem").len(), attempts, "{code}");
        assert_eq!(aws.requests("SendMessage").len(), 0, "not quarantined");
        let log = relay.stop().await.concat();
        assert!(log.contains(code) && log.contains(&id(1)), "{log}");
    }
}

#[tokio::test]
async fn a_counter_of_an_aggregate_is_no_event() {
    let aws = Aws::that_answers_marks(Reply::ok(&json!({})));
    let relay = aws.relay().await;
    let counter = Record::insert(1, &json!({ "id": "sequence#parcel#7", "lastSequence": 1 }));
    let batch = json!({ "Records": [counter.value()] }).to_string();

    assert_eq!(
        relay.invoke(batch, TIME_LEFT).await.json(),
        Some(nothing_failed())
    );
    assert_eq!(aws.requests("PutEvents").len(), 0);
    assert_eq!(aws.requests("SendMessage").len(), 0);
}

#[tokio::test]
async fn a_missing_variable_is_named() {
    for missing in 0..VARIABLES.len() {
        let mut given = VARIABLES.to_vec();
        let (missing, _) = given.remove(missing);
        let relay = Function::start(RELAY, &given, |_| std::future::pending())
            .await
            .unwrap();
        let answer = relay.invoke(batch([1]), TIME_LEFT).await;
        assert!(matches!(answer, Answer::NotStarted(_)), "{answer:?}");
        let text = answer.error_message().unwrap();
        assert!(text.contains(missing), "{text}");
    }
}
