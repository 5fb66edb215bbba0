//! What can be declared.

use serde_json::{Value, json};
use stack::Stack;

use super::super::declared;
use super::shop::{FUNCTION, arn, function, mapping, queue, redriven};
use crate::testing::stack;

fn refused(stack: &Stack) -> String {
    declared(stack).unwrap_err().to_string()
}

fn with(visibility: Option<u64>, timeout: u64, inputs: &Value) -> Stack {
    let settings = json!({"visibilityTimeoutSeconds": visibility});
    stack(vec![
        queue("orders", settings),
        function(timeout),
        mapping(inputs),
    ])
}

#[test]
fn row_5_mapping_function_timeout_above_the_visibility_timeout_is_refused() {
    let error = refused(&with(Some(29), 30, &json!({})));
    assert!(
        error.contains("orders (aws:lambda/eventSourceMapping"),
        "{error}"
    );
    assert!(
        error.contains(
            "Queue visibility timeout: 29 seconds is less than Function timeout: 30 seconds"
        ),
        "{error}"
    );
    assert!(declared(&with(Some(30), 30, &json!({}))).is_ok());
    // The queue's default is 30 s.
    assert!(declared(&with(None, 30, &json!({}))).is_ok());
    assert!(declared(&with(None, 31, &json!({}))).is_err());
}

#[test]
fn row_5_mapping_advice_is_six_timeouts_and_the_window_and_five_receives() {
    let advice = |visibility: u64, inputs: &Value| {
        let declared = declared(&with(Some(visibility), 10, inputs)).unwrap();
        declared[0].advice.clone()
    };
    let window = json!({"maximumBatchingWindowInSeconds": 5});
    assert!(advice(60, &json!({})).is_empty());
    assert!(advice(65, &window).is_empty());
    let [told] = advice(64, &window).try_into().unwrap();
    assert!(told.contains("is 64; AWS advises 65"), "{told}");

    let filters = |count: usize| {
        let filter = json!({"pattern": r#"{"body":["a"]}"#});
        let inputs = json!({"filterCriteria": {"filters": vec![filter; count]}});
        advice(60, &inputs)
    };
    assert!(filters(5).is_empty());
    let [told] = filters(6).try_into().unwrap();
    assert!(told.contains("6 filters; AWS takes 5"), "{told}");

    let receives = |count: u64| {
        declared(&redriven(count, &json!({}))).unwrap()[0]
            .advice
            .clone()
    };
    assert!(receives(5).is_empty());
    let [told] = receives(4).try_into().unwrap();
    assert!(
        told.contains("maxReceiveCount is 4; AWS advises at least 5"),
        "{told}"
    );
}

#[test]
fn row_5_mapping_fifo_queues_are_refused_by_name() {
    let fifo = json!({"eventSourceArn": arn("orders.fifo")});
    let error = refused(&with(Some(30), 3, &fifo));
    assert!(
        error.contains("orders.fifo; only standard queues"),
        "{error}"
    );

    let orders = queue("orders", json!({"fifoQueue": true}));
    let error = refused(&stack(vec![orders, function(3), mapping(&json!({}))]));
    assert!(error.contains("`fifoQueue` is true"), "{error}");
}

#[test]
fn row_5_mapping_no_failure_destination_is_taken() {
    let destination = json!({"onFailure": {"destinationArn": arn("dead")}});
    let error = refused(&redriven(5, &json!({"destinationConfig": destination})));
    assert!(error.contains("`destinationConfig` is"), "{error}");
    assert!(error.contains("redrivePolicy"), "{error}");
}

#[test]
fn what_a_mapping_names_is_declared() {
    let error = refused(&with(Some(30), 3, &json!({"eventSourceArn": arn("other")})));
    assert!(
        error.contains("other, which is no declared queue"),
        "{error}"
    );
    let other = FUNCTION.replace("fulfil", "other");
    let error = refused(&with(Some(30), 3, &json!({"functionName": other})));
    assert!(
        error.contains("other, which is no declared function"),
        "{error}"
    );
}

#[test]
fn a_mapping_on_a_queue_is_none_on_a_stream_and_the_other_way_round() {
    let on_queue = redriven(5, &json!({}));
    assert_eq!(declared(&on_queue).unwrap().len(), 1);
    assert_eq!(crate::mapping::declared(&on_queue).unwrap(), []);

    let stream = "arn:aws:dynamodb:eu-west-1:123456789012:table/users/stream/2026";
    let on_stream = redriven(
        5,
        &json!({"eventSourceArn": stream, "startingPosition": "LATEST"}),
    );
    assert_eq!(declared(&on_stream).unwrap(), []);
    assert_eq!(crate::mapping::declared(&on_stream).unwrap().len(), 1);
}
