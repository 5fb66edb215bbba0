//! What `PutEvents` takes, keeps and answers.

use std::time::Duration;

use serde_json::{Value, json};

use super::{
    bus, entry, none, pending, placed, queue_arn, run, still, target, to_a_queue, to_the_function,
};
use crate::front::{Service, ServiceError};
use crate::testing::stack;
use crate::{Occurrence, Store};

#[tokio::test(start_paused = true)]
async fn row_3_1_envelope_of_an_event_that_goes_through_a_rule_to_a_function() {
    let store = Store::in_memory().unwrap();
    let stack = to_the_function();
    let functions = none();
    let run = run(&store, &stack, functions.clone());

    let mut entry = entry(42);
    entry["Time"] = json!(1_795_238_220);
    entry["Resources"] = json!(["arn:order:42"]);
    let answer = run.put(&[entry]).await;

    let seen = functions.seen(1).await;
    let event: Value = serde_json::from_slice(&seen[0].0.payload).unwrap();
    assert_eq!(
        event,
        json!({
            "version": "0",
            "id": answer["Entries"][0]["EventId"],
            "detail-type": "OrderPlaced",
            "source": "shop.orders",
            "account": "000000000000",
            "time": "2026-11-21T05:17:00Z",
            "region": "us-east-1",
            "resources": ["arn:order:42"],
            "detail": {"order": 42, "price": 1.5},
        })
    );
    assert_eq!(answer["FailedEntryCount"], 0);
}

#[tokio::test(start_paused = true)]
async fn an_event_that_was_acknowledged_survives_a_kill_before_its_delivery() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("state.db");
    let stack = to_the_function();

    // GIVEN events that were acknowledged by a run that was killed before it delivered
    {
        let store = Store::open(&file).unwrap();
        let killed = still(&store, &stack, None);
        killed.put(&[entry(1), entry(2), entry(3)]).await;
    }

    // WHEN it starts again
    let store = Store::open(&file).unwrap();
    let functions = none();
    let _run = run(&store, &stack, functions.clone());

    // THEN each reaches its target, once
    let mut orders: Vec<u64> = functions
        .seen(3)
        .await
        .iter()
        .map(|(invocation, _)| {
            let event: Value = serde_json::from_slice(&invocation.payload).unwrap();
            event["detail"]["order"].as_u64().unwrap()
        })
        .collect();
    orders.sort_unstable();
    assert_eq!(orders, [1, 2, 3]);
    tokio::time::sleep(Duration::from_mins(10)).await;
    assert_eq!(functions.count(), 3);
}

#[tokio::test(start_paused = true)]
async fn row_3_1_missing_bus_answers_success_and_drops_with_a_loud_warning() {
    let store = Store::in_memory().unwrap();
    let mut run = run(&store, &stack(vec![bus()]), none());

    let mut lost = entry(1);
    lost["EventBusName"] = json!("shpo");
    let answer = run.put(&[lost]).await;

    assert_eq!(answer["FailedEntryCount"], 0);
    assert!(answer["Entries"][0]["EventId"].is_string());
    let warnings = run.warnings();
    assert!(
        warnings[0].contains("the event bus \"shpo\" does not exist"),
        "{warnings:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn row_3_1_answer_has_each_entry_in_order_and_the_others_are_published() {
    let store = Store::in_memory().unwrap();
    let mut run = run(&store, &to_a_queue(), none());

    let mut broken = entry(2);
    broken["Detail"] = json!("[]");
    let answer = run.put(&[entry(1), broken, entry(3)]).await;

    assert_eq!(answer["FailedEntryCount"], 1);
    assert_eq!(answer["Entries"][1]["ErrorCode"], "MalformedDetail");
    assert_eq!(answer["Entries"][1].get("EventId"), None);
    let mut ids = Vec::new();
    for _ in 0..2 {
        let event: Value = serde_json::from_str(&run.queues.next_body("q").await).unwrap();
        ids.push(event["id"].clone());
    }
    assert_eq!(
        json!(ids),
        json!([
            answer["Entries"][0]["EventId"],
            answer["Entries"][2]["EventId"]
        ])
    );
    let call = std::iter::from_fn(|| run.journal.try_recv().ok())
        .find(|occurrence| matches!(occurrence, Occurrence::PutEventsCall { .. }));
    assert!(matches!(
        call,
        Some(Occurrence::PutEventsCall {
            entries: 3,
            failed: 1
        })
    ));
}

#[tokio::test(start_paused = true)]
async fn row_3_1_request_that_breaks_a_limit_is_refused_whole() {
    let store = Store::in_memory().unwrap();
    let run = run(&store, &stack(vec![bus()]), none());
    let too_many = json!({"Entries": vec![entry(1); 11]});
    let error = run.buses.call("PutEvents", too_many).await.unwrap_err();
    assert_eq!(
        (error.status, error.code.as_str()),
        (400, "ValidationException")
    );
    let error = run
        .buses
        .call("PutEvents", json!({"Entries": {}}))
        .await
        .unwrap_err();
    assert_eq!(
        (error.status, error.code.as_str()),
        (400, "SerializationException")
    );
    let error = run.buses.call("PutRule", json!({})).await.unwrap_err();
    assert_eq!(error.code, "UnknownOperationException");
}

#[tokio::test(start_paused = true)]
async fn row_3_1_event_id_is_another_one_for_a_repeated_entry() {
    let store = Store::in_memory().unwrap();
    let run = run(&store, &stack(vec![bus()]), none());
    let (first, second) = (run.put(&[entry(1)]).await, run.put(&[entry(1)]).await);
    assert_ne!(
        first["Entries"][0]["EventId"],
        second["Entries"][0]["EventId"]
    );
}

#[tokio::test(start_paused = true)]
async fn row_3_1_no_matching_rule_drops_the_event_without_a_word() {
    let store = Store::in_memory().unwrap();
    let mut run = run(&store, &to_a_queue(), none());
    let mut unmatched = entry(1);
    unmatched["DetailType"] = json!("orderplaced");
    let answer = run.put(&[unmatched]).await;
    assert_eq!(answer["FailedEntryCount"], 0);
    assert_eq!(pending(&store), (0, 0));
    assert_eq!(run.count("q").await, "0");
    let told: Vec<Occurrence> = std::iter::from_fn(|| run.journal.try_recv().ok()).collect();
    assert!(told.iter().any(|occurrence| matches!(
        occurrence,
        Occurrence::Published {
            matched_rules: 0,
            event_id: Some(_),
            ..
        }
    )));
    let warned = |occurrence: &Occurrence| matches!(occurrence, Occurrence::Warning(_));
    assert!(!told.iter().any(warned));
}

#[tokio::test(start_paused = true)]
async fn row_3_1_error_codes_of_a_bus_that_can_t_keep_events_are_internal() {
    let store = Store::in_memory().unwrap();
    let resources = vec![bus(), placed(), target("q", &queue_arn("q"), &json!({}))];
    let run = still(&store, &stack(resources), None);
    store
        .create("DROP TABLE bus_deliveries; DROP TABLE bus_events;")
        .unwrap();
    let body = json!({"Entries": [entry(1)]});
    let error = run.buses.call("PutEvents", body).await.unwrap_err();
    assert_eq!(
        (error.status, error.code.as_str()),
        (500, "InternalException")
    );
}

#[tokio::test(start_paused = true)]
async fn an_ordered_outage_refuses_calls_until_its_end_and_keeps_delivering_what_was_taken() {
    let store = Store::in_memory().unwrap();
    let stack = to_a_queue();
    let still = still(&store, &stack, None);
    still.put(&[entry(1)]).await;
    let (clock, minute) = (still.buses.0.clock, Duration::from_mins(1));

    let down = ServiceError::internal("an ordered outage");
    still
        .buses
        .outage()
        .begin(down.clone(), clock.now().plus(minute));
    let delivering = still.buses.start();
    let refused = still
        .buses
        .call("PutEvents", json!({"Entries": [entry(2)]}))
        .await;
    tokio::time::sleep(minute / 2).await;

    assert_eq!(refused, Err(down));
    assert_eq!(pending(&store), (0, 0));
    tokio::time::sleep(minute / 2).await;
    let taken = still.put(&[entry(3)]).await;
    assert_eq!(taken["FailedEntryCount"], 0);
    drop(delivering);
}
