//! The function's own binary, as Lambda runs it.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod records;

use std::time::Duration;

use events::{OrderDetailsChanged, OrderPlaced};
use outbox::consume::Received;
use records::Records;
use sandbox::Function;
use serde_json::{Value, json};

const TIME_LEFT: Duration = Duration::from_secs(30);

async fn function() -> Function {
    Records::default()
        .function(env!("CARGO_BIN_EXE_notify-restaurant"))
        .await
}

fn batch<const N: usize>(bodies: [&Value; N]) -> String {
    let records: Vec<Value> = (1..)
        .zip(bodies)
        .map(|(n, body)| json!({ "messageId": format!("message-{n}"), "body": body.to_string() }))
        .collect();
    json!({ "Records": records }).to_string()
}

#[tokio::test]
async fn a_new_order_is_one_line_that_says_what_the_restaurant_is_told() {
    // GIVEN an event as the rule's queue holds it, with a name that breaks careless logs
    let mut event = Received::<OrderDetailsChanged>::sample();
    event["detail"]["restaurant"] = json!("Zum \"Löwen\"\n<Bar>");
    let mut function = function().await;
    // WHEN it is consumed
    let answer = function.invoke(batch([&event]), TIME_LEFT).await;
    // THEN the message is done
    assert_eq!(answer.json(), Some(json!({ "batchItemFailures": [] })));
    // and the log has one line
    let log = function.stop().await;
    let [line] = &log[..] else {
        panic!("one line was expected, not {log:#?}")
    };
    let line: Value = serde_json::from_str(line).unwrap();
    assert_eq!(line["message"], "restaurant notified");
    assert_eq!(line["event_id"], event["detail"]["metadata"]["eventId"]);
    assert_eq!(line["order_id"], "order-42");
    assert_eq!(line["restaurant"], "Zum \"Löwen\"\n<Bar>");
    assert!(line["age_ms"].is_i64(), "{line}");
    assert!(line["span"]["requestId"].is_string(), "{line}");
}

#[tokio::test]
async fn a_message_that_is_no_such_event_comes_again_alone() {
    // GIVEN a batch with one event of raw DynamoDB JSON, as a pipe without a template publishes it
    let event = Received::<OrderDetailsChanged>::sample();
    let mut raw = event.clone();
    raw["detail"] = json!({ "dynamodb": { "NewImage": { "status": { "S": "CREATED" } } } });
    // WHEN
    let answer = function()
        .await
        .invoke(batch([&event, &raw, &event]), TIME_LEFT)
        .await;
    // THEN only that one comes again
    assert_eq!(
        answer.json(),
        Some(json!({ "batchItemFailures": [{ "itemIdentifier": "message-2" }] }))
    );
}

#[tokio::test]
async fn an_order_that_was_placed_with_its_stock_is_a_new_order_too() {
    let event = Received::<OrderPlaced>::sample();
    let mut function = function().await;
    let answer = function.invoke(batch([&event]), TIME_LEFT).await;

    assert_eq!(answer.json(), Some(json!({ "batchItemFailures": [] })));
    let line: Value = serde_json::from_str(&function.stop().await.concat()).unwrap();
    assert_eq!(line["message"], "restaurant notified");
    assert_eq!(line["order_id"], "order-42");
    assert_eq!(line["restaurant"], "Trattoria Da Enzo");
}

#[tokio::test]
async fn an_event_that_comes_twice_notifies_once() {
    // GIVEN two environments and an event that the bus published twice
    let records = Records::default();
    let binary = env!("CARGO_BIN_EXE_notify-restaurant");
    let mut environments = [
        records.function(binary).await,
        records.function(binary).await,
    ];
    let event = Received::<OrderDetailsChanged>::sample();
    let mut repeat = event.clone();
    repeat["id"] = json!("5fea7756-0ea4-451a-a703-a558b933e274");
    // WHEN each environment gets it, one of them twice in a batch
    for (environment, batch) in [(0, batch([&event, &repeat])), (1, batch([&repeat]))] {
        let answer = environments[environment].invoke(batch, TIME_LEFT).await;
        // THEN each delivery succeeds
        assert_eq!(answer.json(), Some(json!({ "batchItemFailures": [] })));
    }
    // and the restaurant is told once
    let event_id = &event["detail"]["metadata"]["eventId"];
    assert_eq!(records.state(event_id), "completed");
    let mut log = environments[0].stop().await;
    log.extend(environments[1].stop().await);
    let told = log
        .iter()
        .filter(|line| line.contains("restaurant notified"));
    assert_eq!(told.count(), 1, "{log:#?}");
    let skipped = log.iter().filter(|line| line.contains("consumed before"));
    assert_eq!(skipped.count(), 2, "{log:#?}");
}

#[tokio::test]
async fn of_two_deliveries_at_a_time_one_notifies_and_the_other_comes_again() {
    let records = Records::default();
    let binary = env!("CARGO_BIN_EXE_notify-restaurant");
    let mut environments = [
        records.function(binary).await,
        records.function(binary).await,
    ];
    let payload = batch([&Received::<OrderDetailsChanged>::sample()]);
    // WHEN the second comes while the first is at work
    let [one, other] = &environments;
    let answers = records.two_at_a_time([one, other], &payload).await;
    // THEN the first is done and the second fails
    let [done, fails] = answers.map(|answer| answer.json().unwrap());
    assert_eq!(done, json!({ "batchItemFailures": [] }));
    assert_eq!(
        fails,
        json!({ "batchItemFailures": [{ "itemIdentifier": "message-1" }] })
    );
    // and when that comes again there is nothing to do
    let again = environments[1].invoke(payload, TIME_LEFT).await;
    assert_eq!(again.json(), Some(done));
    let told: Vec<bool> = [
        environments[0].stop().await.concat(),
        environments[1].stop().await.concat(),
    ]
    .iter()
    .map(|log| log.contains("restaurant notified"))
    .collect();
    assert_eq!(told, [true, false]);
}

#[tokio::test]
async fn other_data_under_a_known_id_comes_again_and_is_not_told() {
    let records = Records::default();
    let mut function = records
        .function(env!("CARGO_BIN_EXE_notify-restaurant"))
        .await;
    let event = Received::<OrderDetailsChanged>::sample();
    let mut changed = event.clone();
    changed["detail"]["restaurant"] = json!("another");
    let answer = function.invoke(batch([&event, &changed]), TIME_LEFT).await;
    assert_eq!(
        answer.json(),
        Some(json!({ "batchItemFailures": [{ "itemIdentifier": "message-2" }] }))
    );
    let log = function.stop().await.concat();
    assert!(log.contains("other data"), "{log}");
    assert!(!log.contains("another"), "{log}");
}
