//! The functions: how they run, what they are told, where they log.

use serde_json::{Value, json};
use stack::{Resource, Stack};

use crate::declared::{ACCOUNT, dev, dev_with, dev_with_orders_relay, named};

const FUNCTION: &str = "aws:lambda/function:Function";

fn functions(stack: &Stack) -> Vec<&Resource> {
    stack.of_type(FUNCTION).collect()
}

#[tokio::test]
async fn given_the_dev_stack_then_functions_are_small_arm64_binaries_on_amazon_linux() {
    let stack = dev().await;
    let sizes = [
        ("writer", 128, 10),
        ("users-relay", 256, 30),
        ("user-created-consumer", 128, 10),
        ("orders-recovery", 256, 60),
        ("notify-restaurant", 128, 10),
        ("order-tracking", 128, 10),
        ("place-order", 128, 10),
        ("outbox-relay", 256, 30),
    ];
    assert_eq!(functions(&stack).len(), sizes.len());
    let with_relay = dev_with_orders_relay().await;
    let sizes = sizes.map(|size| (&stack, size));
    for (stack, (name, memory, timeout)) in sizes
        .into_iter()
        .chain([(&with_relay, ("orders-relay", 256, 30))])
    {
        let function = named(stack, FUNCTION, name);
        assert_eq!(function.inputs["architectures"], json!(["arm64"]));
        assert_eq!(function.inputs["runtime"], "provided.al2023");
        assert_eq!(function.inputs["handler"], "bootstrap");
        assert_eq!(function.inputs["memorySize"], memory, "{name}");
        assert_eq!(function.inputs["timeout"], timeout, "{name}");
        let path = format!("target/lambda/{name}/bootstrap.zip");
        assert_eq!(
            stack::archive_path(&function.inputs["code"]),
            Some(path.as_str())
        );
    }
}

#[tokio::test]
async fn given_other_sizes_and_another_architecture_then_functions_have_them() {
    let stack = dev_with(&[
        ("architecture", "x86_64"),
        ("writerMemorySize", "512"),
        ("usersRelayTimeout", "60"),
        ("userCreatedConsumerMemorySize", "1024"),
    ])
    .await
    .unwrap();
    for function in functions(&stack) {
        assert_eq!(function.inputs["architectures"], json!(["x86_64"]));
    }
    assert_eq!(named(&stack, FUNCTION, "writer").inputs["memorySize"], 512);
    assert_eq!(named(&stack, FUNCTION, "users-relay").inputs["timeout"], 60);
    assert_eq!(
        named(&stack, FUNCTION, "user-created-consumer").inputs["memorySize"],
        1024
    );
}

#[tokio::test]
async fn given_the_dev_stack_then_each_function_is_told_what_it_works_on() {
    let stack = dev().await;
    let variables = |name| named(&stack, FUNCTION, name).inputs["environment"]["variables"].clone();
    let queue =
        format!("https://sqs.eu-west-1.amazonaws.com/{ACCOUNT}/outbox-dev-users-relay-quarantine");
    assert_eq!(
        variables("writer"),
        json!({ "TABLE_NAME": "outbox-dev-users" })
    );
    assert_eq!(
        variables("users-relay"),
        json!({ "EVENT_BUS_NAME": "outbox-dev-events", "QUARANTINE_QUEUE_URL": queue })
    );
    assert_eq!(
        variables("order-tracking"),
        json!({ "TABLE_NAME": "outbox-dev-tracking", "IDEMPOTENCY_TABLE_NAME": "outbox-dev-idempotency" })
    );
    assert_eq!(
        variables("orders-recovery"),
        json!({ "QUARANTINE_QUEUE_URL": queue.replace("users-relay", "orders-recovery") })
    );
    for consumer in ["user-created-consumer", "notify-restaurant"] {
        assert_eq!(
            variables(consumer),
            json!({ "IDEMPOTENCY_TABLE_NAME": "outbox-dev-idempotency" }),
            "{consumer}"
        );
    }
}

#[tokio::test]
async fn given_the_dev_stack_then_each_function_logs_json_to_a_group_that_forgets() {
    let stack = dev_with(&[("logRetentionDays", "30")]).await.unwrap();
    for function in functions(&stack) {
        let logging: &Value = &function.inputs["loggingConfig"];
        assert_eq!(logging["logFormat"], "JSON");
        let groups: Vec<_> = stack
            .of_type("aws:cloudwatch/logGroup:LogGroup")
            .filter(|group| group.outputs["name"] == logging["logGroup"])
            .collect();
        assert_eq!(groups.len(), 1, "{}", function.name);
        assert_eq!(groups[0].inputs["retentionInDays"], 30);
        assert!(
            function.dependencies.contains(&groups[0].urn),
            "else Lambda makes a group that is kept for ever"
        );
    }
}
