use std::path::Path;

use delivery::Outcome;
use serde_json::{Value, json};
use stack::Resource;

use super::{
    FAILURES, FUNCTION, config, failures_queue, function, on_failure, on_success, payload, run,
};
use crate::testing::{Functions, failed, resource, stack};
use crate::{Clock, Occurrence, Store};

const OTHER: &str = "arn:aws:lambda:us-east-1:000000000000:function:other";

fn other(properties: &Value) -> [Resource; 2] {
    let mut outputs = properties.clone();
    outputs["functionName"] = json!("other");
    [
        resource(
            "aws:lambda/function:Function",
            "other",
            &json!({"arn": OTHER, "name": "other"}),
        ),
        resource(
            "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
            "other",
            &outputs,
        ),
    ]
}

#[tokio::test(start_paused = true)]
async fn row_6_1_failure_to_a_function_invokes_it_with_the_record() {
    let store = Store::in_memory().unwrap();
    let mut declared = on_failure(OTHER);
    declared["maximumRetryAttempts"] = json!(0);
    let [second, _] = other(&json!({}));
    let stack = stack(vec![function(), config(&declared), second]);
    let functions = Functions::that_end(Clock::system(), [failed("A")]);
    let mut run = run(&store, &stack, Path::new(""), functions);

    let request_id = run.queue.enqueue(FUNCTION, &payload()).unwrap();

    let seen = run.functions.seen(2).await;
    assert_eq!(seen[1].0.function_arn, OTHER);
    assert_ne!(seen[1].0.request_id, request_id);
    let record: Value = serde_json::from_slice(&seen[1].0.payload).unwrap();
    assert_eq!(record["requestContext"]["requestId"], request_id);
    assert_eq!(record["requestContext"]["condition"], "RetriesExhausted");
    assert_eq!(record["requestPayload"], json!({"id": "1"}));
    let (_, told) = run.given_up().await;
    assert!(
        matches!(&told, Occurrence::Discarded { destination: Some(arn), .. } if arn == OTHER),
        "{told:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn row_6_1_success_destinations_of_a_function_start_the_next_one() {
    let store = Store::in_memory().unwrap();
    let [second, _] = other(&json!({}));
    let stack = stack(vec![function(), config(&on_success(OTHER)), second]);
    let functions = Functions::that_end(Clock::system(), []);
    let run = run(&store, &stack, Path::new(""), functions);

    run.queue.enqueue(FUNCTION, &payload()).unwrap();

    let seen = run.functions.seen(2).await;
    let record: Value = serde_json::from_slice(&seen[1].0.payload).unwrap();
    assert_eq!(record["requestContext"]["condition"], "Success");
    assert_eq!(record["responsePayload"], Value::Null);
    tokio::time::sleep(std::time::Duration::from_hours(24)).await;
    assert_eq!(run.functions.count(), 2);
}

#[tokio::test(start_paused = true)]
async fn row_6_1_loop_detection_stops_a_function_after_16_passes_and_keeps_the_event() {
    let store = Store::in_memory().unwrap();
    // GIVEN two functions, each of which gets the other's answers, and a dead-letter queue of one
    let dead_letters = json!({"deadLetterConfig": {"targetArn": FAILURES}});
    let [second, config_of_second] = other(&on_success(FUNCTION));
    let stack = stack(vec![
        super::function_with(&dead_letters),
        config(&on_success(OTHER)),
        second,
        config_of_second,
        failures_queue(),
    ]);
    let functions = Functions::that_end(Clock::system(), []);
    let mut run = run(&store, &stack, Path::new(""), functions);

    run.queue.enqueue(FUNCTION, &payload()).unwrap();

    // THEN each runs 16 times, and what would have been the 17th event lies in the queue
    let (warnings, told) = run.given_up().await;
    assert!(
        warnings[0].starts_with("RecursiveInvocationsDropped: request"),
        "{warnings:?}"
    );
    assert!(
        matches!(&told, Occurrence::Discarded { destination: Some(arn), condition, .. }
            if arn == FAILURES && condition == "RecursiveInvocationsDropped"),
        "{told:?}"
    );
    let record: Value = serde_json::from_str(&run.queues.next_body("failures").await).unwrap();
    assert_eq!(record["requestContext"]["condition"], "Success");
    tokio::time::sleep(std::time::Duration::from_hours(24)).await;
    let runs_of = |arn: &str| {
        let all = run.functions.all();
        all.iter().filter(|(it, _)| it.function_arn == arn).count()
    };
    assert_eq!((runs_of(FUNCTION), runs_of(OTHER)), (16, 16));
}

#[tokio::test(start_paused = true)]
async fn row_6_1_loop_detection_ends_a_loop_of_failures_too() {
    let store = Store::in_memory().unwrap();
    let to = |arn: &str| {
        let mut declared = on_failure(arn);
        declared["maximumRetryAttempts"] = json!(0);
        declared
    };
    let [second, config_of_second] = other(&to(FUNCTION));
    let stack = stack(vec![
        function(),
        config(&to(OTHER)),
        second,
        config_of_second,
    ]);
    let fails = || failed("A");
    let outcomes = std::iter::repeat_with(fails).take(100);
    let functions = Functions::that_end(Clock::system(), outcomes.collect::<Vec<Outcome>>());
    let mut run = run(&store, &stack, Path::new(""), functions);

    run.queue.enqueue(FUNCTION, &payload()).unwrap();

    for _ in 0..32 {
        let (_, told) = run.given_up().await;
        assert!(
            matches!(
                &told,
                Occurrence::Discarded {
                    destination: Some(_),
                    ..
                }
            ),
            "{told:?}"
        );
    }
    let (warnings, told) = run.given_up().await;
    assert!(
        warnings[1].starts_with("AsyncEventsDropped"),
        "{warnings:?}"
    );
    assert!(
        matches!(
            &told,
            Occurrence::Discarded {
                destination: None,
                ..
            }
        ),
        "{told:?}"
    );
    tokio::time::sleep(std::time::Duration::from_hours(24)).await;
    assert_eq!(run.functions.count(), 32);
}
