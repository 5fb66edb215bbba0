//! What people read: the names that AWS shows, and the stack's outputs.

use serde_json::{Value, json};

use crate::declared::{ACCOUNT, dev};

const BUCKET: &str = "aws:s3/bucket:Bucket";

#[tokio::test]
async fn given_the_dev_stack_then_every_physical_name_begins_with_project_and_stack() {
    let stack = dev().await;
    for resource in stack.resources.iter().filter(|resource| resource.custom) {
        let Some(name) = ["name", "bucket"]
            .into_iter()
            .find_map(|property| resource.inputs.get(property))
        else {
            continue;
        };
        let expected = match resource.type_token.as_str() {
            BUCKET => format!("outbox-dev-{}-{ACCOUNT}", resource.name),
            "aws:cloudwatch/logGroup:LogGroup" => {
                let of = resource.name.trim_end_matches("-logs");
                let service = if of.ends_with("-api") {
                    "apigateway"
                } else {
                    "lambda"
                };
                format!("/aws/{service}/outbox-dev-{of}")
            }
            // A model's name has letters and digits only, and is unique within its API.
            "aws:apigateway/model:Model" => resource.name.replace("orders-api-", ""),
            _ => format!("outbox-dev-{}", resource.name),
        };
        assert_eq!(name.as_str(), Some(expected.as_str()), "{}", resource.urn);
    }
}

#[tokio::test]
async fn given_the_dev_stack_then_its_outputs_name_what_a_user_works_with() {
    let stack = dev().await;
    let queue = |name| format!("https://sqs.eu-west-1.amazonaws.com/{ACCOUNT}/outbox-dev-{name}");
    assert_eq!(
        Value::Object(stack.outputs.clone()),
        json!({
            "writerFunction": "outbox-dev-writer",
            "usersRelayFunction": "outbox-dev-users-relay",
            "userCreatedConsumerFunction": "outbox-dev-user-created-consumer",
            "usersTable": "outbox-dev-users",
            "eventBus": "outbox-dev-events",
            "quarantineQueueUrl": queue("users-relay-quarantine"),
            "deadLetterQueueUrl": queue("user-created-dead-letters"),
            "consumerFailureQueueUrl": queue("user-created-consumer-failures"),
            "streamFailuresBucket": format!("outbox-dev-users-stream-failures-{ACCOUNT}"),
            "ordersApiUrl": stack.outputs["ordersApiUrl"],
            "ordersTable": "outbox-dev-orders",
            "trackingTable": "outbox-dev-tracking",
            "notifyRestaurantFunction": "outbox-dev-notify-restaurant",
            "orderTrackingFunction": "outbox-dev-order-tracking",
            "notifyRestaurantQueueUrl": queue("notify-restaurant-queue"),
            "orderTrackingQueueUrl": queue("order-tracking-queue"),
            "notifyRestaurantDeadLetterQueueUrl": queue("notify-restaurant-queue-dead-letters"),
            "orderTrackingDeadLetterQueueUrl": queue("order-tracking-queue-dead-letters"),
            "orderCreatedDeadLetterQueueUrl": queue("order-created-dead-letters"),
            "orderChangedDeadLetterQueueUrl": queue("order-changed-dead-letters"),
            "ordersPipe": "outbox-dev-orders-pipe",
            "ordersRecoveryFunction": "outbox-dev-orders-recovery",
            "ordersQuarantineQueueUrl": queue("orders-recovery-quarantine"),
            "ordersPipeFailuresQueueUrl": queue("orders-pipe-failures"),
            "orderPlacedDeadLetterQueueUrl": queue("order-placed-dead-letters"),
            "orderPlacedTrackingDeadLetterQueueUrl": queue("order-placed-tracking-dead-letters"),
            "placeOrderFunction": "outbox-dev-place-order",
            "shopTable": "outbox-dev-shop",
            "outboxTable": "outbox-dev-outbox",
            "outboxRelayFunction": "outbox-dev-outbox-relay",
            "outboxQuarantineQueueUrl": queue("outbox-relay-quarantine"),
            "outboxStreamFailuresBucket": format!("outbox-dev-outbox-stream-failures-{ACCOUNT}"),
        })
    );
}
