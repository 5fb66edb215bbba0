//! From a target to a function.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::{FUNCTION, INVOKE_CONFIG, MAPPING, QUEUE, TARGET, at};
use crate::declared::{dev, dev_with, named, permissions_of_function, permitting};

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
