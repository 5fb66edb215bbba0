//! A declared table, pipe, bus, rule and queues over HTTP.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use emulator::front::ServiceError;
use emulator::pipe::State;
use emulator::{Emulating, Emulator, Options};
use serde_json::{Value, json};
use stack::Stack;
use support::{call, declare, stack};

const QUEUE_URL: &str = "http://localhost/000000000000/";

/// A table whose pipe publishes each item's note, quoted in the template or not, to a rule's queue.
fn table_to_queue(placeholder: &str) -> Stack {
    let mut stack = stack(&[]);
    let table = json!({
        "name": "items",
        "attributes": [{ "name": "id", "type": "S" }],
        "hashKey": "id",
        "billingMode": "PAY_PER_REQUEST",
        "streamEnabled": true,
        "streamViewType": "NEW_AND_OLD_IMAGES",
    });
    declare(&mut stack, "aws:dynamodb/table:Table", "items", table);
    let bus = json!({ "name": "events" });
    declare(
        &mut stack,
        "aws:cloudwatch/eventBus:EventBus",
        "events",
        bus,
    );
    let rule = json!({
        "name": "changed",
        "eventBusName": "events",
        "eventPattern": json!({ "detail-type": ["ItemChanged"] }).to_string(),
    });
    declare(
        &mut stack,
        "aws:cloudwatch/eventRule:EventRule",
        "changed",
        rule,
    );
    let arns: Vec<String> = stack
        .resources
        .iter()
        .map(|it| it.text("arn").unwrap().to_owned())
        .collect();
    let policy = json!({ "Statement": {
        "Effect": "Allow",
        "Principal": { "Service": "events.amazonaws.com" },
        "Action": "sqs:SendMessage",
        "Resource": "*",
        "Condition": { "ArnEquals": { "aws:SourceArn": arns[2] } },
    } });
    for name in ["changes", "failed"] {
        let queue = json!({ "name": name, "policy": policy.to_string() });
        declare(&mut stack, "aws:sqs/queue:Queue", name, queue);
    }
    let queue = |name: &str| format!("arn:aws:sqs:us-east-1:000000000000:{name}");
    let target = json!({ "rule": "changed", "eventBusName": "events", "arn": queue("changes") });
    declare(
        &mut stack,
        "aws:cloudwatch/eventTarget:EventTarget",
        "changes",
        target,
    );
    let filter = json!({ "dynamodb": { "NewImage": { "note": { "S": [{ "exists": true }] } } } });
    let pipe = json!({
        "name": "items",
        "roleArn": "arn:aws:iam::000000000000:role/items-pipe",
        "source": stack.resources[0].text("streamArn").unwrap(),
        "sourceParameters": {
            "filterCriteria": { "filters": [{ "pattern": filter.to_string() }] },
            "dynamodbStreamParameters": {
                "startingPosition": "TRIM_HORIZON",
                "batchSize": 10,
                "maximumRetryAttempts": 1,
                "maximumRecordAgeInSeconds": 72_000,
                "onPartialBatchItemFailure": "AUTOMATIC_BISECT",
                "deadLetterConfig": { "arn": queue("failed") },
            },
        },
        "target": arns[1],
        "targetParameters": {
            "inputTemplate": format!(r#"{{"id": <$.dynamodb.Keys.id.S>, "note": {placeholder}}}"#),
            "eventbridgeEventBusParameters": { "source": "shop.items", "detailType": "ItemChanged" },
        },
    });
    declare(&mut stack, "aws:pipes/pipe:Pipe", "items", pipe);
    stack
}

async fn start_with(stack: &Stack, options: Options) -> Emulating {
    let emulator = Emulator::bind(options).await.unwrap();
    emulator.start(stack, &BTreeMap::new()).await.unwrap()
}

async fn put(emulating: &Emulating, id: u32, note: &str) {
    let item = json!({ "id": { "S": id.to_string() }, "note": { "S": note } });
    let request = json!({ "TableName": "items", "Item": item });
    call(emulating, "DynamoDB_20120810.PutItem", &request).await;
}

/// Receives until so many different items came, or for a minute; how often each came is not looked at.
async fn received(emulating: &Emulating, count: usize) -> BTreeSet<u32> {
    let mut ids = BTreeSet::new();
    let all = async {
        while ids.len() < count {
            for body in bodies(emulating, "changes").await {
                let id = body["detail"]["id"].as_str().unwrap();
                ids.insert(id.parse().unwrap());
            }
        }
    };
    let _ = tokio::time::timeout(Duration::from_mins(1), all).await;
    ids
}

async fn bodies(emulating: &Emulating, queue: &str) -> Vec<Value> {
    let request = json!({
        "QueueUrl": format!("{QUEUE_URL}{queue}"),
        "MaxNumberOfMessages": 10,
        "WaitTimeSeconds": 5,
    });
    let answer = call(emulating, "AmazonSQS.ReceiveMessage", &request).await;
    let messages = answer["Messages"].as_array().cloned().unwrap_or_default();
    let body = |message: &Value| serde_json::from_str(message["Body"].as_str().unwrap()).unwrap();
    messages.iter().map(body).collect()
}

#[tokio::test]
async fn items_arrive_as_events_over_an_outage_of_the_bus_and_a_restart() {
    let place = tempfile::tempdir().unwrap();
    let options = || Options {
        state: Some(place.path().to_owned()),
        ..Options::default()
    };
    let stack = table_to_queue("<$.dynamodb.NewImage.note.S>");
    // GIVEN items that were written while the bus was down
    let emulating = start_with(&stack, options()).await;
    let error = ServiceError {
        status: 503,
        ..ServiceError::internal("ordered by the test")
    };
    let until = emulating.clock().now().plus(Duration::from_hours(1));
    emulating.bus_outage().begin(error, until);
    for id in 0..12 {
        put(&emulating, id, "say \"hi\"\n").await;
    }
    assert!(bodies(&emulating, "changes").await.is_empty());
    let states: Vec<(&str, State)> = emulating.pipes().states().collect();
    assert_eq!(states, [("items", State::Running)]);
    emulating.stop().await;
    // WHEN the emulator comes up with a bus that works
    let emulating = start_with(&stack, options()).await;
    for id in 12..20 {
        put(&emulating, id, "").await;
    }
    // THEN everything arrives, and nothing was given up
    assert_eq!(received(&emulating, 20).await, (0..20).collect());
    assert!(bodies(&emulating, "failed").await.is_empty());
}

#[tokio::test]
async fn a_value_that_breaks_a_quoted_template_goes_to_the_dead_letter_queue_and_the_rest_arrives()
{
    let stack = table_to_queue("\"<$.dynamodb.NewImage.note.S>\"");
    let emulating = start_with(&stack, Options::default()).await;
    for id in 0..9 {
        let note = if id == 4 { "say \"hi\"" } else { "plain" };
        put(&emulating, id, note).await;
    }
    let delivered = received(&emulating, 8).await;
    assert_eq!(delivered, (0..9).filter(|id| *id != 4).collect());
    let letters = bodies(&emulating, "failed").await;
    assert_eq!(letters[0]["DDBStreamBatchInfo"]["batchSize"], 1);
    assert_eq!(letters[0]["context"]["condition"], "RetryAttemptsExhausted");
    assert_eq!(
        letters[0]["context"]["partnerResourceArn"],
        "arn:aws:pipes:us-east-1:000000000000:pipe/items"
    );
}
