//! Each hop has a place for what fails, and may write to exactly that place.

use std::collections::HashSet;

use serde_json::{Value, json};
use stack::{Resource, Stack};

use crate::declared::{
    ACCOUNT, Permission, dev, dev_with, dev_with_orders_relay, named, permissions,
    permissions_of_function, permitting,
};

const BUCKET: &str = "aws:s3/bucket:Bucket";
const FUNCTION: &str = "aws:lambda/function:Function";
const INVOKE_CONFIG: &str = "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig";
const MAPPING: &str = "aws:lambda/eventSourceMapping:EventSourceMapping";
const PERMISSION: &str = "aws:lambda/permission:Permission";
const QUEUE: &str = "aws:sqs/queue:Queue";
const QUEUE_POLICY: &str = "aws:sqs/queuePolicy:QueuePolicy";
const RULE: &str = "aws:cloudwatch/eventRule:EventRule";
const TABLE: &str = "aws:dynamodb/table:Table";
const TARGET: &str = "aws:cloudwatch/eventTarget:EventTarget";

/// The resource that an ARN in some property names.
fn at<'a>(stack: &'a Stack, arn: &Value) -> &'a Resource {
    let arn = arn.as_str().unwrap();
    stack
        .by_arn(arn)
        .unwrap_or_else(|| panic!("{arn} is not declared"))
}

fn reads_queue(mapping: &Resource) -> bool {
    let source = mapping.inputs["eventSourceArn"].as_str().unwrap();
    source.contains(":sqs:")
}

/// The permissions of the one policy of a queue.
fn permissions_of_queue(stack: &Stack, queue: &Resource) -> (String, Vec<Permission>) {
    let policies: Vec<_> = stack
        .of_type(QUEUE_POLICY)
        .filter(|policy| policy.inputs["queueUrl"] == queue.outputs["url"])
        .collect();
    assert_eq!(policies.len(), 1, "{} has one policy", queue.name);
    (policies[0].urn.clone(), permissions(policies[0]))
}

#[tokio::test]
async fn given_the_dev_stack_then_the_mapping_of_each_stream_loses_nothing() {
    let stack = dev_with_orders_relay().await;
    for table in ["users", "orders", "outbox"] {
        let mapping = named(&stack, MAPPING, &format!("{table}-relay-mapping"));

        assert_eq!(
            mapping.inputs["eventSourceArn"],
            named(&stack, TABLE, table).outputs["streamArn"]
        );
        assert_eq!(
            at(&stack, &mapping.inputs["functionName"]).name,
            format!("{table}-relay")
        );
        let values = [
            ("startingPosition", json!("TRIM_HORIZON")),
            ("batchSize", json!(100)),
            ("functionResponseTypes", json!(["ReportBatchItemFailures"])),
            ("bisectBatchOnFunctionError", json!(true)),
            ("maximumRecordAgeInSeconds", json!(72_000)),
            ("maximumRetryAttempts", json!(10_000)),
        ];
        for (property, value) in values {
            assert_eq!(mapping.inputs[property], value, "{property}");
        }
    }
}

#[tokio::test]
async fn row_2_4_role_of_each_mappings_function_may_put_objects_into_and_list_its_bucket() {
    let stack = dev_with_orders_relay().await;
    let mut mappings = 0;
    // A queue's mapping has no destination: the queue has.
    for mapping in stack.of_type(MAPPING).filter(|one| !reads_queue(one)) {
        mappings += 1;
        let bucket = at(
            &stack,
            &mapping.inputs["destinationConfig"]["onFailure"]["destinationArn"],
        );
        assert_eq!(
            bucket.type_token, BUCKET,
            "only a bucket takes the records themselves"
        );
        let arn = bucket.text("arn").unwrap();

        let rights = permissions_of_function(&stack, at(&stack, &mapping.inputs["functionName"]));

        let of_this_account = json!({ "StringEquals": { "s3:ResourceAccount": ACCOUNT } });
        for (action, resource) in [
            ("s3:PutObject", format!("{arn}/*")),
            ("s3:ListBucket", arn.to_owned()),
        ] {
            let permitted = permitting(&rights, action);
            assert_eq!(
                permitted.len(),
                1,
                "{} may {action} in one place",
                mapping.name
            );
            assert_eq!(permitted[0].resource, resource);
            assert_eq!(permitted[0].condition, of_this_account);
        }
    }
    assert_eq!(mappings, 3);
}

#[tokio::test]
async fn given_the_dev_stack_then_each_target_has_a_dead_letter_queue_that_takes_from_its_rule_alone()
 {
    let stack = dev().await;
    let mut targets = 0;
    for target in stack.of_type(TARGET) {
        targets += 1;
        let (attempts, age) = match at(&stack, &target.inputs["arn"]).type_token.as_str() {
            QUEUE => (4, 400),
            _ => (185, 86_400),
        };
        assert_eq!(
            target.inputs["retryPolicy"],
            json!({ "maximumRetryAttempts": attempts, "maximumEventAgeInSeconds": age })
        );
        let rule = stack
            .of_type(RULE)
            .find(|rule| rule.outputs["name"] == target.inputs["rule"])
            .unwrap();
        assert_eq!(rule.inputs["eventBusName"], target.inputs["eventBusName"]);
        let queue = at(&stack, &target.inputs["deadLetterConfig"]["arn"]);
        assert_eq!(queue.type_token, QUEUE);

        let work = at(&stack, &target.inputs["arn"]);
        let queues = [
            Some(queue),
            Some(work).filter(|work| work.type_token == QUEUE),
        ];
        for queue in queues.into_iter().flatten() {
            let (policy, permitted) = permissions_of_queue(&stack, queue);

            // A queue of work takes from each of its rules, one for failures from its one.
            let senders: Vec<_> = stack
                .of_type(TARGET)
                .filter(|target| {
                    let is_this = |arn: &Value| at(&stack, arn).urn == queue.urn;
                    is_this(&target.inputs["arn"])
                        || is_this(&target.inputs["deadLetterConfig"]["arn"])
                })
                .map(|target| {
                    let mut rules = stack.of_type(RULE);
                    let of_target =
                        |rule: &&Resource| rule.outputs["name"] == target.inputs["rule"];
                    rules.find(of_target).unwrap().outputs["arn"].clone()
                })
                .collect();
            assert!(senders.contains(&rule.outputs["arn"]));
            let expected: Vec<_> = senders
                .into_iter()
                .map(|sender| Permission {
                    actions: vec!["sqs:SendMessage".to_owned()],
                    resource: queue.text("arn").unwrap().to_owned(),
                    service: Some("events.amazonaws.com".to_owned()),
                    condition: json!({ "ArnEquals": { "aws:SourceArn": sender } }),
                })
                .collect();
            assert_eq!(permitted.len(), expected.len(), "{}", queue.name);
            assert!(
                expected.iter().all(|one| permitted.contains(one)),
                "{permitted:?}"
            );
            assert!(
                target.dependencies.contains(&policy),
                "a target works only behind its queue's policy"
            );
        }
    }
    assert_eq!(targets, 5);
}

#[tokio::test]
async fn given_the_dev_stack_then_each_function_behind_a_rule_keeps_its_failures_in_a_queue_it_may_write_to()
 {
    let stack = dev().await;
    let asynchronous: Vec<_> = stack
        .of_type(TARGET)
        .map(|target| at(&stack, &target.inputs["arn"]))
        .filter(|resource| resource.type_token == FUNCTION)
        .collect();
    assert_eq!(asynchronous.len(), 1);
    for function in asynchronous {
        let configs: Vec<_> = stack
            .of_type(INVOKE_CONFIG)
            .filter(|config| config.inputs["functionName"] == function.outputs["name"])
            .collect();
        assert_eq!(
            configs.len(),
            1,
            "{} has one invoke configuration",
            function.name
        );
        assert_eq!(configs[0].inputs["maximumRetryAttempts"], 2);
        assert_eq!(configs[0].inputs["maximumEventAgeInSeconds"], 21_600);
        let queue = at(
            &stack,
            &configs[0].inputs["destinationConfig"]["onFailure"]["destination"],
        );
        assert_eq!(queue.type_token, QUEUE);

        let permitted = permitting(
            &permissions_of_function(&stack, function),
            "sqs:SendMessage",
        );

        assert_eq!(
            permitted.len(),
            1,
            "{} may send to one queue",
            function.name
        );
        assert_eq!(permitted[0].resource, queue.text("arn").unwrap());
    }
}

#[tokio::test]
async fn given_the_dev_stack_then_a_rule_and_nobody_else_may_invoke_its_function() {
    let stack = dev().await;
    for target in stack.of_type(TARGET) {
        let function = at(&stack, &target.inputs["arn"]);
        if function.type_token != FUNCTION {
            continue;
        }
        let rule = stack
            .of_type(RULE)
            .find(|rule| rule.outputs["name"] == target.inputs["rule"])
            .unwrap();

        let permissions: Vec<_> = stack
            .of_type(PERMISSION)
            .filter(|permission| permission.inputs["function"] == function.outputs["name"])
            .collect();

        assert_eq!(permissions.len(), 1);
        assert_eq!(permissions[0].inputs["action"], "lambda:InvokeFunction");
        assert_eq!(permissions[0].inputs["principal"], "events.amazonaws.com");
        assert_eq!(permissions[0].inputs["sourceArn"], rule.outputs["arn"]);
        assert!(
            target.dependencies.contains(&permissions[0].urn),
            "a missing permission is not retried"
        );
    }
}

#[tokio::test]
async fn given_the_dev_stack_then_each_rule_takes_what_the_contract_says() {
    let stack = dev().await;
    let orders = json!({ "source": ["order.event"], "detail-type": ["OrderDetailsChanged"] });
    let mut created = orders.clone();
    created["detail"] = json!({ "status": ["CREATED"] });
    let placed = json!({ "source": ["shop.orders"], "detail-type": ["OrderPlaced"] });
    let patterns = [
        (
            "user-created",
            json!({ "source": ["myapp.users"], "detail-type": ["UserCreated"] }),
        ),
        ("order-created", created),
        ("order-changed", orders),
        ("order-placed", placed.clone()),
        ("order-placed-tracking", placed),
    ];
    assert_eq!(stack.of_type(RULE).count(), patterns.len());
    for (name, expected) in patterns {
        let pattern = named(&stack, RULE, name).inputs["eventPattern"].clone();
        let pattern: Value = serde_json::from_str(pattern.as_str().unwrap()).unwrap();
        assert_eq!(pattern, expected, "{name}");
    }
}

#[tokio::test]
async fn given_the_dev_stack_then_each_queue_keeps_failures_for_14_days_and_work_for_4() {
    let stack = dev().await;
    for queue in stack.of_type(QUEUE) {
        let is_work = queue.inputs.contains_key("redrivePolicy");
        assert_eq!(
            queue.inputs["messageRetentionSeconds"],
            if is_work { 345_600 } else { 1_209_600 },
            "{}",
            queue.name
        );
    }
}

#[tokio::test]
async fn given_a_queue_that_a_function_reads_then_each_message_may_fail_alone_and_five_times() {
    let config = [
        ("notifyRestaurantTimeout", "7"),
        ("orderTrackingTimeout", "900"),
    ];
    let stack = dev_with(&config).await.unwrap();
    let mut dead = HashSet::new();
    for (package, timeout) in [("notify-restaurant", 7), ("order-tracking", 900)] {
        let mapping = named(&stack, MAPPING, &format!("{package}-mapping"));
        let queue = at(&stack, &mapping.inputs["eventSourceArn"]);
        let function = at(&stack, &mapping.inputs["functionName"]);
        assert_eq!(queue.name, format!("{package}-queue"));
        assert_eq!(function.name, package);
        assert_eq!(
            mapping.inputs["functionResponseTypes"],
            json!(["ReportBatchItemFailures"])
        );
        assert_eq!(mapping.inputs["batchSize"], 10);
        // Six times the time-out, as AWS advises: a throttled batch is tried again meanwhile.
        assert_eq!(function.inputs["timeout"], timeout);
        assert_eq!(queue.inputs["visibilityTimeoutSeconds"], 6 * timeout);
        let rights = permissions_of_function(&stack, function);
        for action in [
            "sqs:ReceiveMessage",
            "sqs:DeleteMessage",
            "sqs:GetQueueAttributes",
        ] {
            let permitted = permitting(&rights, action);
            assert_eq!(permitted.len(), 1, "{package} may {action} in one place");
            assert_eq!(permitted[0].resource, queue.text("arn").unwrap());
        }

        let redrive: Value =
            serde_json::from_str(queue.inputs["redrivePolicy"].as_str().unwrap()).unwrap();
        assert_eq!(redrive["maxReceiveCount"], 5);
        assert_eq!(
            at(&stack, &redrive["deadLetterTargetArn"]).type_token,
            QUEUE
        );
        assert!(
            dead.insert(redrive["deadLetterTargetArn"].to_string()),
            "its own"
        );
    }
}

#[tokio::test]
async fn given_the_dev_stack_then_every_event_of_the_bus_is_archived() {
    let stack = dev().await;
    let archive = named(
        &stack,
        "aws:cloudwatch/eventArchive:EventArchive",
        "events-archive",
    );
    assert_eq!(at(&stack, &archive.inputs["eventSourceArn"]).name, "events");
    assert_eq!(archive.inputs.get("eventPattern"), None);
    assert_eq!(archive.inputs["retentionDays"], 14);
}

#[tokio::test]
async fn given_the_dev_stack_then_its_tables_stream_new_images_of_items_by_id() {
    let stack = dev().await;
    for name in ["users", "orders"] {
        let table = named(&stack, TABLE, name);
        assert_eq!(table.inputs["billingMode"], "PAY_PER_REQUEST");
        assert_eq!(table.inputs["hashKey"], "id");
        assert_eq!(
            table.inputs["attributes"],
            json!([{ "name": "id", "type": "S" }])
        );
        assert_eq!(table.inputs["streamEnabled"], true);
        assert_eq!(table.inputs["streamViewType"], "NEW_IMAGE");
    }
    let tracking = named(&stack, TABLE, "tracking");
    assert_eq!(tracking.inputs["hashKey"], "id");
    assert_eq!(tracking.inputs["streamEnabled"], false);
}

#[tokio::test]
async fn given_no_configuration_then_data_is_protected_and_in_dev_destroy_works() {
    let protected = dev_with(&[
        ("pointInTimeRecovery", "true"),
        ("deletionProtection", "true"),
        ("forceDestroy", "false"),
    ])
    .await
    .unwrap();
    for (stack, production) in [(protected, true), (dev().await, false)] {
        for table in stack.of_type(TABLE) {
            assert_eq!(
                table.inputs["pointInTimeRecovery"],
                json!({ "enabled": production })
            );
            assert_eq!(table.inputs["deletionProtectionEnabled"], production);
            assert_eq!(table.protect, production);
        }
        for bucket in stack.of_type(BUCKET) {
            assert_eq!(bucket.inputs["forceDestroy"], !production);
        }
        let protected = stack.resources.iter().filter(|one| one.protect).count();
        let tables = stack.of_type(TABLE).count();
        assert_eq!(protected, if production { tables } else { 0 });
    }
}

#[tokio::test]
async fn given_the_outbox_table_then_its_relay_gets_new_rows_alone_and_published_rows_expire() {
    let stack = dev().await;
    let table = named(&stack, TABLE, "outbox");
    assert_eq!(table.inputs["streamViewType"], "NEW_IMAGE");
    assert_eq!(
        table.inputs["ttl"],
        json!({ "attributeName": "expiresAt", "enabled": true })
    );
    let mapping = named(&stack, MAPPING, "outbox-relay-mapping");
    let filters = mapping.inputs["filterCriteria"]["filters"]
        .as_array()
        .unwrap();
    assert_eq!(filters.len(), 1);
    let pattern: Value = serde_json::from_str(filters[0]["pattern"].as_str().unwrap()).unwrap();
    let new_rows = json!({
        "eventName": ["INSERT"],
        "dynamodb": { "NewImage": { "detailType": { "S": [{ "exists": true }] } } },
    });
    assert_eq!(pattern, new_rows);
    // and the relay is told where to mark them
    let relay = named(&stack, FUNCTION, "outbox-relay");
    let variables = &relay.inputs["environment"]["variables"];
    assert_eq!(variables["OUTBOX_TABLE_NAME"], table.outputs["name"]);
    let permitted = permissions_of_function(&stack, relay);
    let update = permitting(&permitted, "dynamodb:UpdateItem");
    assert_eq!(update.len(), 1);
    assert_eq!(update[0].resource, table.text("arn").unwrap());
    // and waits for all that its events pass
    for name in ["order-placed-target", "order-placed-tracking-target"] {
        let target = named(&stack, TARGET, name);
        assert!(mapping.dependencies.contains(&target.urn), "{name}");
    }
}
