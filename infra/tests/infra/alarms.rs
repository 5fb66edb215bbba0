//! Every hop is watched.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use stack::{Resource, Stack};

use crate::declared::{dev, dev_with, dev_with_orders_relay, named, root};

const ALARM: &str = "aws:cloudwatch/metricAlarm:MetricAlarm";

/// Metric and dimensions of every alarm on one metric.
fn watched(stack: &Stack) -> BTreeSet<(String, String)> {
    stack
        .of_type(ALARM)
        .filter_map(|alarm| {
            let metric = alarm.inputs.get("metricName")?.as_str()?;
            Some((metric.to_owned(), alarm.inputs["dimensions"].to_string()))
        })
        .collect()
}

fn uuid(mapping: &Resource) -> Value {
    json!({ "EventSourceMappingUUID": mapping.outputs["uuid"] })
}

/// What is watched of the checkout flow beside its queues.
fn of_checkout(stack: &Stack) -> [(&'static str, Value); 6] {
    let relay = json!({ "FunctionName": "outbox-dev-outbox-relay" });
    let mapping = "aws:lambda/eventSourceMapping:EventSourceMapping";
    let mapping = named(stack, mapping, "outbox-relay-mapping");
    let rule = |name: &str| json!({ "EventBusName": "outbox-dev-events", "RuleName": format!("outbox-dev-{name}") });
    let rules = ["order-placed", "order-placed-tracking"].map(rule);
    let [placed, placed_tracking] = rules;
    [
        ("IteratorAge", relay.clone()),
        ("Errors", relay.clone()),
        ("DestinationDeliveryFailures", relay),
        ("OnFailureDestinationDeliveredEventCount", uuid(mapping)),
        ("InvocationsFailedToBeSentToDlq", placed),
        ("InvocationsFailedToBeSentToDlq", placed_tracking),
    ]
}

#[tokio::test]
async fn given_the_dev_stack_then_each_place_where_events_are_late_or_lost_is_watched() {
    let stack = dev().await;
    let relay = json!({ "FunctionName": "outbox-dev-users-relay" });
    let consumer = json!({ "FunctionName": "outbox-dev-user-created-consumer" });
    let rule =
        json!({ "EventBusName": "outbox-dev-events", "RuleName": "outbox-dev-user-created" });
    let mapping = named(
        &stack,
        "aws:lambda/eventSourceMapping:EventSourceMapping",
        "users-relay-mapping",
    );
    let queue = |name: &str| json!({ "QueueName": format!("outbox-dev-{name}") });
    let recovery = json!({ "FunctionName": "outbox-dev-orders-recovery" });
    let pipe = json!({ "PipeName": "outbox-dev-orders-pipe" });
    let rule_of_orders = |name: &str| json!({ "EventBusName": "outbox-dev-events", "RuleName": format!("outbox-dev-{name}") });
    let visible = [
        "orders-recovery-quarantine",
        "orders-pipe-failures-dead-letters",
        "outbox-relay-quarantine",
        "order-placed-dead-letters",
        "order-placed-tracking-dead-letters",
        "order-created-dead-letters",
        "order-changed-dead-letters",
        "notify-restaurant-queue-dead-letters",
        "order-tracking-queue-dead-letters",
    ];
    let visible = visible.map(|name| ("ApproximateNumberOfMessagesVisible", queue(name)));
    let orders = [
        ("Errors", recovery),
        ("outbox-dev-orders-recovery-LostRecords", json!({})),
        ("ExecutionFailed", pipe.clone()),
        ("ExecutionPartiallyFailed", pipe.clone()),
        ("ExecutionTimeout", pipe.clone()),
        ("TargetStageFailed", pipe.clone()),
        ("TargetStagePartiallyFailed", pipe),
        (
            "ApproximateAgeOfOldestMessage",
            queue("orders-pipe-failures"),
        ),
        ("NumberOfMessagesReceived", queue("orders-pipe-failures")),
        (
            "InvocationsFailedToBeSentToDlq",
            rule_of_orders("order-created"),
        ),
        (
            "InvocationsFailedToBeSentToDlq",
            rule_of_orders("order-changed"),
        ),
        (
            "ApproximateAgeOfOldestMessage",
            queue("notify-restaurant-queue"),
        ),
        (
            "ApproximateAgeOfOldestMessage",
            queue("order-tracking-queue"),
        ),
    ];
    let expected = [
        ("IteratorAge", relay.clone()),
        ("Errors", relay.clone()),
        ("DestinationDeliveryFailures", relay),
        ("OnFailureDestinationDeliveredEventCount", uuid(mapping)),
        ("DestinationDeliveryFailures", consumer.clone()),
        ("AsyncEventsDropped", consumer),
        ("InvocationsFailedToBeSentToDlq", rule),
        (
            "5XXError",
            json!({ "ApiName": "outbox-dev-orders-api", "Stage": "v1" }),
        ),
        (
            "ApproximateNumberOfMessagesVisible",
            queue("users-relay-quarantine"),
        ),
        (
            "ApproximateNumberOfMessagesVisible",
            queue("user-created-dead-letters"),
        ),
        (
            "ApproximateNumberOfMessagesVisible",
            queue("user-created-consumer-failures"),
        ),
    ];
    let expected: BTreeSet<_> = expected
        .into_iter()
        .chain(orders)
        .chain(of_checkout(&stack))
        .chain(visible)
        .map(|(metric, dimensions)| (metric.to_owned(), dimensions.to_string()))
        .collect();
    assert_eq!(watched(&stack), expected);
}

#[tokio::test]
async fn given_a_queue_then_it_has_an_alarm() {
    let stack = dev().await;
    let watched = watched(&stack);
    for queue in stack.of_type("aws:sqs/queue:Queue") {
        let dimensions = json!({ "QueueName": queue.outputs["name"] }).to_string();
        // Of a queue with work it is the wait that matters; its failures go to another queue.
        let metric = match queue.inputs.get("redrivePolicy") {
            Some(_) => "ApproximateAgeOfOldestMessage",
            None => "ApproximateNumberOfMessagesVisible",
        };
        let alarm = (metric.to_owned(), dimensions);
        assert!(watched.contains(&alarm), "{} is not watched", queue.name);
    }
}

#[tokio::test]
async fn given_a_relay_that_runs_while_its_rule_matches_nothing_then_an_alarm_sees_it() {
    let by_pipe = dev().await;
    let by_function = dev_with_orders_relay().await;
    for (stack, relay, rule) in [
        (&by_pipe, "users-relay", "user-created"),
        (&by_pipe, "outbox-relay", "order-placed"),
        (&by_function, "orders-relay", "order-changed"),
    ] {
        let alarm = named(stack, ALARM, &format!("{rule}-matched-events"));
        let queries = alarm.inputs["metricQueries"].as_array().unwrap();

        let metric =
            |id: &str| queries.iter().find(|query| query["id"] == id).unwrap()["metric"].clone();

        assert_eq!(metric("relayed")["metricName"], "Invocations");
        assert_eq!(
            metric("relayed")["dimensions"],
            json!({ "FunctionName": format!("outbox-dev-{relay}") })
        );
        assert_eq!(metric("matched")["namespace"], "AWS/Events");
        assert_eq!(metric("matched")["metricName"], "MatchedEvents");
        assert_eq!(
            metric("matched")["dimensions"],
            json!({ "EventBusName": "outbox-dev-events", "RuleName": format!("outbox-dev-{rule}") })
        );
        let returned: Vec<_> = queries
            .iter()
            .filter(|query| query["returnData"] == true)
            .collect();
        assert_eq!(returned.len(), 1, "CloudWatch alarms on exactly one result");
        assert_eq!(
            returned[0]["expression"],
            "IF(FILL(relayed, 0) > 0 AND FILL(matched, 0) == 0, 1, 0)"
        );
    }
}

/// What a flow's alarms cost each month, as in the price lists for readers: an alarm costs 0.10 for each metric.
fn as_priced(stack: &Stack, flow: &str) -> String {
    let metrics = |alarm: &Resource| {
        let queries = alarm.inputs.get("metricQueries");
        let queries = queries.and_then(Value::as_array);
        queries.map_or(1, |queries| {
            queries
                .iter()
                .filter(|query| query.get("metric").is_some())
                .count()
        })
    };
    let flow = stack
        .resources
        .iter()
        .find(|resource| resource.name == flow);
    let flow = flow.map(|flow| flow.urn.clone());
    let alarms: Vec<usize> = stack
        .of_type(ALARM)
        .filter(|alarm| alarm.parent == flow)
        .map(metrics)
        .collect();
    let over_two = match alarms.iter().filter(|metrics| **metrics == 2).count() {
        1 => "one",
        2 => "two",
        more => panic!("{more} alarms are over two metrics: say so in the price lists"),
    };
    let (count, paid) = (alarms.len(), alarms.iter().sum::<usize>());
    let (dollars, cents) = (paid / 10, paid % 10);
    format!("{count}, {over_two} of them over two metrics: {paid} × 0.10 | {dollars}.{cents}0 |")
}

#[tokio::test]
async fn given_the_price_lists_for_readers_then_they_count_the_alarms_that_are_declared() {
    let stack = dev().await;
    for (list, flow) in [
        ("README.md", "users-flow"),
        ("README.md", "orders-flow"),
        ("docs/which-flow.md", "users-flow"),
        ("docs/which-flow.md", "orders-flow"),
        ("docs/which-flow.md", "checkout-flow"),
    ] {
        let text = std::fs::read_to_string(root().join(list)).unwrap();
        let priced = as_priced(&stack, flow);
        assert!(text.contains(&priced), "{list} lacks {priced:?} for {flow}");
    }
}

#[tokio::test]
async fn given_a_metric_without_data_then_no_alarm_goes_off() {
    let stack = dev().await;
    for alarm in stack.of_type(ALARM) {
        assert_eq!(
            alarm.inputs["treatMissingData"], "notBreaching",
            "{}",
            alarm.name
        );
        assert_eq!(
            alarm.inputs["comparisonOperator"], "GreaterThanThreshold",
            "{}",
            alarm.name
        );
        assert!(
            alarm.inputs["alarmDescription"].as_str().unwrap().len() > 40,
            "{}",
            alarm.name
        );
    }
}

#[tokio::test]
async fn given_a_topic_then_every_alarm_is_sent_to_it_and_else_to_nobody() {
    let topic = "arn:aws:sns:eu-west-1:123456789012:on-call";
    let cases = [
        (dev().await, json!([])),
        (
            dev_with(&[("alarmTopicArn", topic)]).await.unwrap(),
            json!([topic]),
        ),
    ];
    for (stack, actions) in cases {
        for alarm in stack.of_type(ALARM) {
            assert_eq!(alarm.inputs["alarmActions"], actions, "{}", alarm.name);
        }
    }
}

fn query(alarm: &Resource, id: &str) -> Value {
    let queries = alarm.inputs["metricQueries"].as_array().unwrap();
    let query = queries.iter().find(|query| query["id"] == id);
    query.unwrap()["metric"].clone()
}

/// AWS has no metric for the state of a pipe.
#[tokio::test]
async fn given_orders_that_are_written_while_the_pipe_is_not_running_then_an_alarm_sees_it() {
    let stack = dev().await;
    let alarm = named(&stack, ALARM, "orders-pipe-not-running");

    let written = query(alarm, "written");
    assert_eq!(written["namespace"], "AWS/DynamoDB");
    assert_eq!(written["metricName"], "SuccessfulRequestLatency");
    assert_eq!(written["stat"], "SampleCount");
    assert_eq!(
        written["dimensions"],
        json!({ "TableName": "outbox-dev-orders", "Operation": "UpdateItem" })
    );
    let invoked = query(alarm, "invoked");
    assert_eq!(invoked["namespace"], "AWS/EventBridge/Pipes");
    assert_eq!(invoked["metricName"], "Invocations");
    assert_eq!(invoked["stat"], "Sum");
    assert_eq!(
        invoked["dimensions"],
        json!({ "PipeName": "outbox-dev-orders-pipe" })
    );
    // Two of the five minutes of six hours: CloudWatch takes a day at most for such a window.
    assert_eq!(invoked["period"], 300);
    assert_eq!(alarm.inputs["evaluationPeriods"], 72);
    assert_eq!(alarm.inputs["datapointsToAlarm"], 2);
}

#[tokio::test]
async fn given_records_that_the_stream_has_trimmed_then_the_log_line_about_them_becomes_an_alarm() {
    let stack = dev().await;
    let filter = named(
        &stack,
        "aws:cloudwatch/logMetricFilter:LogMetricFilter",
        "orders-recovery-lost-records-filter",
    );
    let alarm = named(&stack, ALARM, "orders-recovery-lost-records");
    let function = named(&stack, "aws:lambda/function:Function", "orders-recovery");

    assert_eq!(
        filter.inputs["logGroupName"],
        function.inputs["loggingConfig"]["logGroup"]
    );
    assert_eq!(filter.inputs["pattern"], "{ $.lost_records = * }");
    let metric = &filter.inputs["metricTransformation"];
    assert_eq!(metric["value"], "$.lost_records");
    assert_eq!(metric["name"], alarm.inputs["metricName"]);
    assert_eq!(metric["namespace"], alarm.inputs["namespace"]);
}

/// SQS leaves a message that was received three times out of the age of the oldest one
/// (<https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html>).
#[tokio::test]
async fn given_positions_that_come_again_and_again_then_an_alarm_sees_them_before_their_day_is_over()
 {
    let stack = dev().await;
    let queue = named(&stack, "aws:sqs/queue:Queue", "orders-pipe-failures");
    let third_receive = 2.0 * queue.inputs["visibilityTimeoutSeconds"].as_f64().unwrap();
    let age = named(&stack, ALARM, "orders-pipe-failures-age");
    assert!(
        third_receive < age.inputs["threshold"].as_f64().unwrap(),
        "so the alarm on their age never goes off"
    );

    let received = named(&stack, ALARM, "orders-pipe-failures-received");

    assert_eq!(received.inputs["metricName"], "NumberOfMessagesReceived");
    assert_eq!(received.inputs["statistic"], "Sum");
    assert_eq!(received.inputs["threshold"], 0.0);
    assert_eq!(
        received.inputs["dimensions"],
        json!({ "QueueName": "outbox-dev-orders-pipe-failures" })
    );
}
