//! What consumers remember, and that a lease of theirs is over before the next delivery comes.

use std::time::Duration;

use serde_json::json;
use stack::{Resource, Stack};

use crate::declared::{dev, dev_with, named};

const FUNCTION: &str = "aws:lambda/function:Function";
const MAPPING: &str = "aws:lambda/eventSourceMapping:EventSourceMapping";
const TABLE: &str = "aws:dynamodb/table:Table";

/// As `outbox::consume::Once` has it.
const LEASE_MARGIN: Duration = Duration::from_secs(5);

#[tokio::test]
async fn given_the_dev_stack_then_the_idempotency_table_has_the_keys_and_the_time_to_live_of_once()
{
    let stack = dev().await;
    let table = named(&stack, TABLE, "idempotency");
    assert_eq!(table.inputs["hashKey"], "eventId");
    assert_eq!(table.inputs["rangeKey"], "consumer");
    assert_eq!(
        table.inputs["ttl"],
        json!({ "attributeName": "expiresAt", "enabled": true })
    );
    assert_eq!(table.inputs["streamEnabled"], false);
}

/// How long Lambda or SQS waits before it delivers again what a function failed at.
fn next_delivery(stack: &Stack, function: &Resource) -> Duration {
    let arn = &function.outputs["arn"];
    let mapping = stack
        .of_type(MAPPING)
        .find(|mapping| mapping.inputs["functionName"] == *arn);
    let Some(mapping) = mapping else {
        // Invoked asynchronously
        // (<https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html>).
        return Duration::from_mins(1);
    };
    let queue = mapping.inputs["eventSourceArn"].as_str().unwrap();
    let queue = stack.by_arn(queue).unwrap();
    Duration::from_secs(queue.inputs["visibilityTimeoutSeconds"].as_u64().unwrap())
}

fn check_leases(stack: &Stack) -> usize {
    let consumers = stack.of_type(FUNCTION).filter(|function| {
        let environment = function.inputs.get("environment");
        environment.is_some_and(|it| it["variables"].get("IDEMPOTENCY_TABLE_NAME").is_some())
    });
    consumers
        .map(|function| {
            let timeout = Duration::from_secs(function.inputs["timeout"].as_u64().unwrap());
            let next = next_delivery(stack, function);
            assert!(
                timeout + LEASE_MARGIN < next,
                "{}: {timeout:?} and {LEASE_MARGIN:?} against {next:?}",
                function.name
            );
        })
        .count()
}

#[tokio::test]
async fn given_any_time_out_that_is_allowed_then_a_lease_is_over_before_the_next_delivery() {
    assert_eq!(check_leases(&dev().await), 3);
    for (key, value) in [
        ("userCreatedConsumerTimeout", "54"),
        ("notifyRestaurantTimeout", "2"),
        ("orderTrackingTimeout", "2"),
        ("orderTrackingTimeout", "900"),
    ] {
        check_leases(&dev_with(&[(key, value)]).await.unwrap());
    }
    // One second more or less, and nothing is declared.
    for (key, value, allowed) in [
        ("userCreatedConsumerTimeout", "55", "from 1 to 54 (seconds)"),
        ("notifyRestaurantTimeout", "1", "from 2 to 900 (seconds)"),
        ("orderTrackingTimeout", "1", "from 2 to 900 (seconds)"),
    ] {
        let refused = dev_with(&[(key, value)]).await.unwrap_err().to_string();
        for part in [key, value, allowed, "nothing was declared"] {
            assert!(refused.contains(part), "{part} in {refused}");
        }
    }
}
