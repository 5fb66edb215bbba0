use serde_json::{Value, json};

use super::declared::{BUS, STREAM, TABLE, pipe, queue_arn, stack_with};
use crate::pipe::declared;

fn refusal(stream: &Value, more: &Value) -> String {
    declared(&stack_with(pipe(stream, more)))
        .unwrap_err()
        .to_string()
}

#[test]
fn a_pipe_is_read_from_the_stack() {
    let pipes = declared(&stack_with(pipe(&json!({ "batchSize": 7 }), &json!({})))).unwrap();
    assert_eq!(pipes[0].name, "orders");
    assert_eq!(pipes[0].source_arn, STREAM);
    assert_eq!(pipes[0].target_arn, BUS);
    assert_eq!(pipes[0].settings.reading.batch_size, 7);
    // Every account has the default bus.
    let default = json!({ "target": "arn:aws:events:eu-west-1:123456789012:event-bus/default" });
    assert!(declared(&stack_with(pipe(&json!({}), &default))).is_ok());
}

#[test]
fn row_4_1_pipe_needs_a_role_and_a_declared_bus_and_dead_letter_queue() {
    for (stream, more, named) in [
        (
            json!({ "batchSize": 0 }),
            json!({}),
            "dynamodbStreamParameters.batchSize` is 0",
        ),
        (json!({}), json!({ "roleArn": "" }), "`roleArn` is missing"),
        (
            json!({}),
            json!({ "roleArn": "orders-pipe" }),
            "needs the ARN of a role",
        ),
        (
            json!({}),
            json!({ "target": "arn:aws:events:eu-west-1:123456789012:event-bus/other" }),
            "event-bus/other, which the stack does not declare",
        ),
        (
            json!({}),
            json!({ "target": "arn:aws:events:eu-west-2:123456789012:event-bus/default" }),
            "its own account and Region",
        ),
        (
            json!({ "deadLetterConfig": { "arn": queue_arn("other") } }),
            json!({}),
            "which the stack does not declare",
        ),
    ] {
        let error = refusal(&stream, &more);
        assert!(error.contains(named), "{error}");
        assert!(
            error.starts_with("orders (aws:pipes/pipe:Pipe) can't be run here"),
            "{error}"
        );
    }
}

#[test]
fn row_4_2_other_targets_and_sources_are_not_supported_here() {
    for more in [
        json!({ "target": queue_arn("changes") }),
        json!({ "target": "arn:aws:lambda:eu-west-1:123456789012:function:f" }),
        json!({ "target": "arn:aws:events:eu-west-1:123456789012:event-busv2/x/abc" }),
        json!({ "source": queue_arn("changes") }),
        json!({ "source": TABLE }),
    ] {
        let error = refusal(&json!({}), &more);
        assert!(error.contains("not supported here: a pipe can "), "{error}");
    }
}

#[tokio::test]
async fn row_4_2_disabled_stream_leaves_the_pipe_unusable() {
    let machine = super::shop::Machine::in_memory();
    let other = json!({ "source": format!("{TABLE}/stream/2026-11-22T00:00:00.000") });
    let error = machine
        .try_start(pipe(&json!({}), &other), |_| None)
        .err()
        .unwrap()
        .to_string();
    assert!(
        error.contains("the pipe \"orders\" reads the stream"),
        "{error}"
    );
    assert!(error.contains("which no declared table has"), "{error}");
}
