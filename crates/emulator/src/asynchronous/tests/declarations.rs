use serde_json::{Value, json};

use super::{FAILURES, FUNCTION, config, function, function_with, on_failure, on_success};
use crate::asynchronous::declared;
use crate::testing::stack;

const BUCKET: &str = "arn:aws:s3:::failed-events";
const BUS: &str = "arn:aws:events:us-east-1:000000000000:event-bus/results";
const TOPIC: &str = "arn:aws:sns:us-east-1:000000000000:topic";

fn refused(properties: &Value) -> String {
    let refused = declared(&stack(vec![function(), config(properties)])).unwrap_err();
    assert_eq!(refused.name, "consumer");
    refused.to_string()
}

#[test]
fn row_6_1_declared_limits_out_of_range_are_refused_with_their_range() {
    for retries in [json!(-1), json!(3), json!(0.5)] {
        let error = refused(&json!({"maximumRetryAttempts": retries}));
        let expected =
            format!("`maximumRetryAttempts` is {retries}; a whole number from 0 to 2 is allowed");
        assert!(error.contains(&expected), "{error}");
    }
    for age in [59, 21_601] {
        let error = refused(&json!({"maximumEventAgeInSeconds": age}));
        let expected = format!(
            "`maximumEventAgeInSeconds` is {age}; a whole number from 60 to 21600 is allowed"
        );
        assert!(error.contains(&expected), "{error}");
    }
}

#[test]
fn row_6_1_declared_limits_are_taken_up_to_both_ends_of_their_range() {
    for (retries, age) in [(0, 60), (2, 21_600)] {
        let limits = json!({"maximumRetryAttempts": retries, "maximumEventAgeInSeconds": age});
        let policy = declared(&stack(vec![function(), config(&limits)])).unwrap()[0].policy;
        assert_eq!(policy.maximum_retry_attempts, retries);
        assert_eq!(policy.maximum_event_age_in_seconds, age);
    }
    let policy = declared(&stack(vec![function()])).unwrap()[0].policy;
    assert_eq!(policy.maximum_retry_attempts, 2);
    assert_eq!(policy.maximum_event_age_in_seconds, 21_600);
}

#[test]
fn row_6_1_failure_to_a_topic_is_refused_by_name() {
    let error = refused(&on_failure(TOPIC));
    let expected = format!(
        "`destinationConfig.onFailure` is {TOPIC}; a queue, a bucket, a function or an event bus is possible"
    );
    assert!(error.contains(&expected), "{error}");

    let dead_letters = json!({"deadLetterConfig": {"targetArn": TOPIC}});
    let error = declared(&stack(vec![function_with(&dead_letters)])).unwrap_err();
    let expected = format!("`deadLetterConfig.targetArn` is {TOPIC}; a queue is possible here");
    assert!(error.to_string().contains(&expected), "{error}");
}

#[test]
fn row_6_1_success_destinations_can_be_a_queue_a_function_or_a_bus_and_no_bucket() {
    for arn in [FAILURES, FUNCTION, BUS] {
        let declared = declared(&stack(vec![function(), config(&on_success(arn))])).unwrap();
        assert_eq!(declared[0].destinations.on_success.as_deref(), Some(arn));
    }
    let error = refused(&on_success(BUCKET));
    assert!(
        error.contains("a bucket takes records of failures only"),
        "{error}"
    );
    let error = refused(&on_success(TOPIC));
    assert!(
        error.contains("a queue, a function or an event bus is possible"),
        "{error}"
    );
}

#[test]
fn a_configuration_for_nothing_that_runs_is_refused() {
    let error = refused(&json!({"qualifier": "live"}));
    assert!(
        error.contains("`qualifier` is \"live\"; functions have no other version"),
        "{error}"
    );
    let unknown = declared(&stack(vec![config(&json!({}))])).unwrap_err();
    assert!(
        unknown
            .to_string()
            .contains("\"consumer\", which is no declared function"),
        "{unknown}"
    );
}
