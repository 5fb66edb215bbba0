//! What a stack may declare, and what can be asked about it.

use serde_json::{Value, json};

use super::super::declared;
use super::{BUS, FUNCTION, bus, none, placed, queue_arn, rule, run, target};
use crate::Store;
use crate::front::Service;
use crate::testing::{resource, stack};

#[tokio::test(start_paused = true)]
async fn buses_rules_and_targets_can_be_asked_about() {
    let store = Store::in_memory().unwrap();
    let more = json!({
        "deadLetterConfig": {"arn": queue_arn("dead")},
        "retryPolicy": {"maximumRetryAttempts": 3.0},
    });
    let run = run(
        &store,
        &stack(vec![bus(), placed(), target("f", FUNCTION, &more)]),
        none(),
    );
    let ask = async |operation: &str, body: Value| run.buses.call(operation, body).await;

    let shop = json!({"Name": "shop", "Arn": BUS, "Description": "orders"});
    assert_eq!(
        ask("DescribeEventBus", json!({"Name": "shop"}))
            .await
            .unwrap(),
        shop
    );
    assert_eq!(
        ask("DescribeEventBus", json!({"Name": BUS})).await.unwrap(),
        shop
    );
    assert_eq!(
        ask("DescribeEventBus", json!({})).await.unwrap()["Name"],
        "default"
    );
    let missing = ask("DescribeEventBus", json!({"Name": "shpo"}))
        .await
        .unwrap_err();
    assert_eq!(missing.code, "ResourceNotFoundException");
    let buses = ask("ListEventBuses", json!({"NamePrefix": "sh"}))
        .await
        .unwrap();
    assert_eq!(buses, json!({"EventBuses": [shop]}));
    let rules = ask("ListRules", json!({"EventBusName": "shop"}))
        .await
        .unwrap();
    assert_eq!(rules["Rules"][0]["Name"], "placed");
    assert_eq!(rules["Rules"][0]["State"], "ENABLED");
    let targets = ask(
        "ListTargetsByRule",
        json!({"EventBusName": "shop", "Rule": "placed"}),
    )
    .await
    .unwrap();
    assert_eq!(
        targets,
        json!({"Targets": [{
            "Id": "f",
            "Arn": FUNCTION,
            "RetryPolicy": {"MaximumRetryAttempts": 3, "MaximumEventAgeInSeconds": 86_400},
            "DeadLetterConfig": {"Arn": queue_arn("dead")},
        }]})
    );
}

#[tokio::test(start_paused = true)]
async fn row_3_5_test_event_pattern_needs_an_event_in_its_envelope() {
    let store = Store::in_memory().unwrap();
    let run = run(&store, &stack(vec![bus()]), none());
    let event = json!({"id": "1", "account": "1", "source": "s", "time": "t", "region": "r", "resources": [], "detail-type": "d"});
    let ask = async |pattern: &str, event: &Value| {
        let body = json!({"EventPattern": pattern, "Event": event.to_string()});
        run.buses.call("TestEventPattern", body).await
    };
    for (pattern, result) in [
        (r#"{"source":["s"]}"#, true),
        (r#"{"source":["x"]}"#, false),
    ] {
        assert_eq!(ask(pattern, &event).await.unwrap()["Result"], result);
    }
    for field in event.as_object().unwrap().keys() {
        let mut incomplete = event.clone();
        incomplete.as_object_mut().unwrap().shift_remove(field);
        let invalid = ask(r#"{"source":["s"]}"#, &incomplete).await.unwrap_err();
        assert_eq!(invalid.code, "ValidationException");
        assert!(
            invalid
                .message
                .contains(&format!("{field} is a required field")),
            "{field}"
        );
    }
    let invalid = ask(r#"{"source":"s"}"#, &event).await.unwrap_err();
    assert_eq!(invalid.code, "InvalidEventPatternException");
}

#[tokio::test(start_paused = true)]
async fn row_3_3_put_rule_and_targets_are_no_calls_here() {
    let run = run(&Store::in_memory().unwrap(), &stack(vec![bus()]), none());
    for operation in ["PutRule", "PutTargets"] {
        let error = run.buses.call(operation, json!({})).await.unwrap_err();
        assert_eq!(error.code, "UnknownOperationException", "{operation}");
    }
}

#[test]
fn row_3_3_message_group_is_refused_with_its_queue() {
    let more = json!({"sqsTarget": {"messageGroupId": "orders"}});
    let resources = vec![placed(), target("t", &queue_arn("q.fifo"), &more)];
    let refused = declared(&stack(resources)).unwrap_err();
    assert!(
        refused
            .to_string()
            .contains("only standard queues can be run"),
        "{refused}"
    );
    let outputs =
        json!({"name": "q.fifo", "arn": queue_arn("q.fifo"), "url": "u", "fifoQueue": true});
    let fifo = resource("aws:sqs/queue:Queue", "q", &outputs);
    let refused = crate::sqs::declared(&stack(vec![fifo])).unwrap_err();
    assert!(
        refused
            .to_string()
            .contains("only standard queues can be run"),
        "{refused}"
    );
}

#[test]
fn row_3_3_dead_letter_queue_and_all_else_that_can_t_be_run_is_refused_by_name() {
    let queue_target = |more: Value| target("t", &queue_arn("q"), &more);
    for (resources, name, error) in [
        (
            vec![rule(&json!({"source": "shop"}))],
            "placed",
            "$.source: the value must be an array",
        ),
        (
            vec![
                placed(),
                queue_target(json!({"deadLetterConfig": {"arn": queue_arn("dead.fifo")}})),
            ],
            "t",
            "it must be a standard queue",
        ),
        (
            vec![
                placed(),
                queue_target(
                    json!({"deadLetterConfig": {"arn": queue_arn("dead").replace("us-east-1", "eu-west-1")}}),
                ),
            ],
            "t",
            "in the Region of its rule",
        ),
        (
            vec![
                placed(),
                target("t", "arn:aws:sns:us-east-1:000000000000:topic", &json!({})),
            ],
            "t",
            "a function or a queue",
        ),
        (
            vec![
                placed(),
                queue_target(json!({"retryPolicy": {"maximumRetryAttempts": 186}})),
            ],
            "t",
            "from 0 to 185",
        ),
        (
            vec![
                placed(),
                queue_target(json!({"retryPolicy": {"maximumEventAgeInSeconds": 59}})),
            ],
            "t",
            "from 60 to 86400",
        ),
        (
            vec![
                placed(),
                queue_target(json!({"deadLetterConfig": {"arn": FUNCTION}})),
            ],
            "t",
            "it must be a standard queue",
        ),
        (
            vec![queue_target(json!({}))],
            "t",
            "which is no declared rule",
        ),
        (
            std::iter::once(placed())
                .chain((0..6).map(|_| queue_target(json!({}))))
                .collect(),
            "t",
            "more than 5 targets",
        ),
    ] {
        let refused = declared(&stack(resources)).unwrap_err();
        assert_eq!(refused.name, name);
        assert!(refused.to_string().contains(error), "{refused}");
    }
}
