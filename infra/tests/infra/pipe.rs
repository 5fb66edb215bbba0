//! The pipe as it is declared; `tests/orders_flow` runs it.

use serde_json::{Value, json};

use crate::declared::{
    ACCOUNT, Permission, dev, dev_with, dev_with_orders_relay, named, permissions,
};

const PIPE: &str = "aws:pipes/pipe:Pipe";
const QUEUE: &str = "aws:sqs/queue:Queue";

#[tokio::test]
async fn given_the_pipe_then_it_begins_with_the_oldest_record_gives_up_in_time_and_keeps_what_it_gave_up()
 {
    let stack = dev().await;
    let pipe = named(&stack, PIPE, "orders-pipe");
    let table = named(&stack, "aws:dynamodb/table:Table", "orders");
    assert_eq!(pipe.inputs["source"], table.outputs["streamArn"]);
    let source = &pipe.inputs["sourceParameters"];
    let failures = named(&stack, QUEUE, "orders-pipe-failures");
    assert_eq!(
        source["dynamodbStreamParameters"],
        json!({
            "startingPosition": "TRIM_HORIZON",
            "batchSize": 10,
            "maximumRetryAttempts": 1000,
            "maximumRecordAgeInSeconds": 72_000,
            "onPartialBatchItemFailure": "AUTOMATIC_BISECT",
            "deadLetterConfig": { "arn": failures.outputs["arn"] },
        })
    );
    let filters = source["filterCriteria"]["filters"].as_array().unwrap();
    assert_eq!(filters.len(), 1);
    let pattern: Value = serde_json::from_str(filters[0]["pattern"].as_str().unwrap()).unwrap();
    assert_eq!(
        pattern,
        json!({ "dynamodb": { "NewImage": { "status": { "S": [{ "exists": true }] } } } })
    );
}

#[tokio::test]
async fn given_the_pipe_then_it_publishes_on_the_shared_bus_what_the_contract_says() {
    let stack = dev().await;
    let pipe = named(&stack, PIPE, "orders-pipe");
    let bus = named(&stack, "aws:cloudwatch/eventBus:EventBus", "events");
    assert_eq!(pipe.inputs["target"], bus.outputs["arn"]);
    let target = &pipe.inputs["targetParameters"];
    assert_eq!(
        target["eventbridgeEventBusParameters"],
        json!({ "source": "order.event", "detailType": "OrderDetailsChanged" })
    );
    let template = target["inputTemplate"].as_str().unwrap();
    assert!(template.len() <= 8192);
    for field in ["id", "status", "restaurant"] {
        let placeholder = format!("\"{field}\":<$.dynamodb.NewImage.{field}.S>");
        assert!(template.contains(&placeholder), "{template}");
    }
    // Between quotes a value would be inserted as it is, so only what is hexadecimal may stand there.
    let quoted = template.replace("\"<$.eventID>:", "");
    assert!(!quoted.contains("\"<"), "{template}");
}

#[tokio::test]
async fn given_the_pipe_then_its_role_may_read_publish_and_keep_what_failed_and_only_this_pipe_takes_it()
 {
    let stack = dev().await;
    let arn = |kind, name, output: &str| named(&stack, kind, name).text(output).unwrap().to_owned();
    let table = arn("aws:dynamodb/table:Table", "orders", "arn");
    let permission = |actions: &[&str], resource: String| Permission {
        actions: actions.iter().map(|action| (*action).to_owned()).collect(),
        resource,
        service: None,
        condition: Value::Null,
    };
    assert_eq!(
        permissions(named(
            &stack,
            "aws:iam/rolePolicy:RolePolicy",
            "orders-pipe-policy"
        )),
        [
            permission(
                &[
                    "dynamodb:DescribeStream",
                    "dynamodb:GetRecords",
                    "dynamodb:GetShardIterator"
                ],
                arn("aws:dynamodb/table:Table", "orders", "streamArn")
            ),
            permission(&["dynamodb:ListStreams"], format!("{table}/stream/*")),
            permission(
                &["events:PutEvents"],
                arn("aws:cloudwatch/eventBus:EventBus", "events", "arn")
            ),
            permission(
                &["sqs:SendMessage"],
                arn(QUEUE, "orders-pipe-failures", "arn")
            ),
        ]
    );
    let role = named(&stack, "aws:iam/role:Role", "orders-pipe-role");
    let pipe = named(&stack, PIPE, "orders-pipe");
    assert_eq!(pipe.inputs["roleArn"], role.outputs["arn"]);
    let trust: Value =
        serde_json::from_str(role.inputs["assumeRolePolicy"].as_str().unwrap()).unwrap();
    assert_eq!(
        trust["Statement"],
        json!([{
            "Effect": "Allow",
            "Principal": { "Service": "pipes.amazonaws.com" },
            "Action": ["sts:AssumeRole"],
            "Condition": {
                "ArnEquals": { "aws:SourceArn": pipe.outputs["arn"] },
                "StringEquals": { "aws:SourceAccount": ACCOUNT },
            }
        }])
    );
}

#[tokio::test]
async fn given_what_the_pipe_gives_up_then_it_is_tried_to_be_recovered_for_a_day() {
    for (timeout, receives) in [("60", 240), ("900", 16)] {
        let stack = dev_with(&[("ordersRecoveryTimeout", timeout)])
            .await
            .unwrap();
        let failures = named(&stack, QUEUE, "orders-pipe-failures");
        let visibility = failures.inputs["visibilityTimeoutSeconds"]
            .as_i64()
            .unwrap();
        let redrive: Value =
            serde_json::from_str(failures.inputs["redrivePolicy"].as_str().unwrap()).unwrap();
        assert_eq!(redrive["maxReceiveCount"], receives);
        assert_eq!(visibility * receives, 24 * 3600);
        let mapping = named(
            &stack,
            "aws:lambda/eventSourceMapping:EventSourceMapping",
            "orders-recovery-mapping",
        );
        assert_eq!(mapping.inputs["eventSourceArn"], failures.outputs["arn"]);
        assert_eq!(
            mapping.inputs["functionResponseTypes"],
            json!(["ReportBatchItemFailures"])
        );
    }
}

#[tokio::test]
async fn given_a_function_in_the_pipes_place_then_there_is_no_pipe_and_all_behind_the_bus_is_the_same()
 {
    let (by_pipe, by_function) = (dev().await, dev_with_orders_relay().await);
    assert_eq!(by_function.of_type(PIPE).count(), 0);
    for type_token in [
        "aws:cloudwatch/eventRule:EventRule",
        "aws:cloudwatch/eventTarget:EventTarget",
        "aws:sqs/queuePolicy:QueuePolicy",
    ] {
        let mut same = by_pipe
            .of_type(type_token)
            .zip(by_function.of_type(type_token));
        assert!(
            same.all(|(one, other)| one.inputs == other.inputs),
            "{type_token}"
        );
        assert_eq!(
            by_pipe.of_type(type_token).count(),
            by_function.of_type(type_token).count()
        );
    }
}
