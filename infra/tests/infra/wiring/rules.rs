//! From the bus to a target.

use serde_json::{Value, json};
use stack::{Resource, Stack};

use super::{FUNCTION, PERMISSION, QUEUE, QUEUE_POLICY, RULE, TARGET, at};
use crate::declared::{Permission, dev, named, permissions};

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
