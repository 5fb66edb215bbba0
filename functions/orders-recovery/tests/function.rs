//! The function's own binary, as Lambda runs it, with a stream and a queue that the test plays.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use sandbox::{Answer, Call, Function, Reply};
use serde_json::{Value, json};

const TIME_LEFT: Duration = Duration::from_secs(30);
const STREAM: &str =
    "arn:aws:dynamodb:us-east-1:000000000000:table/orders/stream/2026-11-21T05:17:00.000";
const NUMBER: &str = "100000000000000000007";
const QUEUE: (&str, &str) = (
    "QUARANTINE_QUEUE_URL",
    "https://sqs.us-east-1.amazonaws.com/000000000000/orders-quarantine",
);

/// A message of the pipe's dead-letter queue about one record.
fn batch() -> String {
    let positions = json!({
        "context": { "partnerResourceArn": "arn:aws:pipes:us-east-1:000000000000:pipe/orders", "condition": "RetryAttemptsExhausted" },
        "version": "1.0",
        "timestamp": "2026-11-21T12:00:00.000Z",
        "DDBStreamBatchInfo": {
            "shardId": "shardId-00000001795238220000-abcdef12",
            "startSequenceNumber": NUMBER,
            "endSequenceNumber": NUMBER,
            "batchSize": 1,
            "streamArn": STREAM,
        },
    });
    json!({ "Records": [{ "messageId": "message-1", "body": positions.to_string() }] }).to_string()
}

fn record() -> Value {
    json!({
        "eventID": "7de3041dd709b024af6f29e4fa13d34c",
        "eventName": "INSERT",
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": "us-east-1",
        "dynamodb": {
            "ApproximateCreationDateTime": 1_795_238_220,
            "Keys": { "id": { "S": "order-42" } },
            "NewImage": { "id": { "S": "order-42" }, "restaurant": { "S": "Zum \"Löwen\"" } },
            "SequenceNumber": NUMBER,
            "SizeBytes": 26,
            "StreamViewType": "NEW_AND_OLD_IMAGES",
        },
    })
}

/// A stream that has the record, or has trimmed it, and a queue that takes everything.
#[derive(Clone, Default)]
struct Aws {
    trimmed: bool,
    calls: Arc<Mutex<Vec<Call>>>,
}

impl Aws {
    async fn function(&self) -> Function {
        let aws = self.clone();
        let binary = env!("CARGO_BIN_EXE_orders-recovery");
        let answer = move |call| std::future::ready(aws.answer(call));
        Function::start(binary, &[QUEUE], answer).await.unwrap()
    }

    fn answer(&self, call: Call) -> Reply {
        let reply = match (call.target.as_str(), self.trimmed) {
            ("DynamoDBStreams_20120810.GetShardIterator", true) => Reply::with_status(
                400,
                &json!({
                    "__type": "com.amazonaws.dynamodb.v20120810#TrimmedDataAccessException",
                    "message": "too old",
                }),
            ),
            ("DynamoDBStreams_20120810.GetShardIterator", false) => {
                Reply::ok(&json!({ "ShardIterator": "here" }))
            }
            ("DynamoDBStreams_20120810.GetRecords", _) => {
                Reply::ok(&json!({ "Records": [record()], "NextShardIterator": "there" }))
            }
            ("AmazonSQS.SendMessage", _) => Reply::ok(&json!({ "MessageId": "1" })),
            (other, _) => panic!("{other} is not called"),
        };
        self.calls.lock().unwrap().push(call);
        reply
    }

    fn requests(&self, operation: &str) -> Vec<Value> {
        let calls = self.calls.lock().unwrap();
        let of_operation = calls.iter().filter(|call| call.operation() == operation);
        of_operation.map(Call::json).collect()
    }
}

#[tokio::test]
async fn a_record_is_read_from_the_stream_and_quarantined_whole() {
    // GIVEN a stream that still has the record
    let aws = Aws::default();
    // WHEN the function gets its position
    let answer = aws.function().await.invoke(batch(), TIME_LEFT).await;
    // THEN the message is done
    assert_eq!(answer.json(), Some(json!({ "batchItemFailures": [] })));
    // and the record was asked for by its number
    assert_eq!(
        aws.requests("GetShardIterator"),
        [json!({
            "StreamArn": STREAM,
            "ShardId": "shardId-00000001795238220000-abcdef12",
            "ShardIteratorType": "AT_SEQUENCE_NUMBER",
            "SequenceNumber": NUMBER,
        })]
    );
    assert_eq!(
        aws.requests("GetRecords"),
        [json!({ "ShardIterator": "here" })]
    );
    // and stands in the quarantine as Lambda would have delivered it
    let [message] = &aws.requests("SendMessage")[..] else {
        panic!("one message was expected")
    };
    assert_eq!(message["QueueUrl"], QUEUE.1);
    assert_eq!(
        message["MessageAttributes"]["reason"]["StringValue"],
        "givenUp"
    );
    let body: Value = serde_json::from_str(message["MessageBody"].as_str().unwrap()).unwrap();
    let mut expected = record();
    expected["eventSourceARN"] = json!(STREAM);
    assert_eq!(body["record"], expected);
    assert_eq!(body["function"]["name"], "sandbox");
}

#[tokio::test]
async fn a_record_that_is_trimmed_already_is_one_line_for_the_alarm() {
    let aws = Aws {
        trimmed: true,
        ..Aws::default()
    };
    let mut function = aws.function().await;
    let answer = function.invoke(batch(), TIME_LEFT).await;
    assert_eq!(answer.json(), Some(json!({ "batchItemFailures": [] })));
    let [message] = &aws.requests("SendMessage")[..] else {
        panic!("one message was expected")
    };
    assert_eq!(
        message["MessageAttributes"]["reason"]["StringValue"],
        "trimmed"
    );
    let log = function.stop().await;
    let [line] = &log[..] else {
        panic!("one line was expected, not {log:#?}")
    };
    let line: Value = serde_json::from_str(line).unwrap();
    assert_eq!(
        (&line["level"], &line["lost_records"]),
        (&json!("ERROR"), &json!(1))
    );
    assert_eq!(line["start_sequence_number"], NUMBER);
}

#[tokio::test]
async fn a_missing_variable_is_named() {
    let function = Function::start(env!("CARGO_BIN_EXE_orders-recovery"), &[], |_| {
        std::future::pending()
    })
    .await
    .unwrap();
    let answer = function.invoke(batch(), TIME_LEFT).await;
    assert!(matches!(answer, Answer::NotStarted(_)), "{answer:?}");
    assert!(answer.error_message().unwrap().contains(QUEUE.0));
}
