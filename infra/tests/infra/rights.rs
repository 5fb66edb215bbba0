//! Least privilege: one role per function, and nothing in it that could be narrower.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use stack::Resource;

use crate::declared::{Permission, dev, named, permissions, permissions_of_function};

const ROLE: &str = "aws:iam/role:Role";

/// Every wildcard, and why AWS lets it not be narrower.
const WILDCARDS: [(&str, &str, &str); 4] = [
    (
        "dynamodb:ListStreams",
        "/stream/*",
        "it finds the stream whose name is the time it was made; within one table",
    ),
    (
        "s3:PutObject",
        "/*",
        "Lambda chooses the keys of failure records; within one bucket of one account",
    ),
    (
        "logs:CreateLogStream",
        ":*",
        "a function chooses the names of its log streams; within one log group",
    ),
    (
        "logs:PutLogEvents",
        ":*",
        "a function chooses the names of its log streams; within one log group",
    ),
];

#[tokio::test]
async fn given_the_dev_stack_then_no_action_or_resource_is_a_wildcard_but_for_the_listed_ones() {
    let stack = dev().await;
    let mut used = BTreeSet::new();
    let documents = [
        "aws:iam/rolePolicy:RolePolicy",
        "aws:sqs/queuePolicy:QueuePolicy",
    ];
    let policies = documents
        .into_iter()
        .flat_map(|type_token| stack.of_type(type_token));
    for policy in policies {
        for Permission {
            actions, resource, ..
        } in permissions(policy)
        {
            for action in actions {
                assert!(!action.contains('*'), "{} allows {action}", policy.name);
                if let Some(at) = resource.find('*') {
                    let listed = WILDCARDS
                        .iter()
                        .find(|(of, tail, _)| *of == action && resource.ends_with(tail));
                    let (_, tail, _) = listed
                        .unwrap_or_else(|| panic!("{} allows {action} on {resource}", policy.name));
                    assert_eq!(at, resource.len() - 1, "{resource}");
                    assert!(
                        resource.starts_with("arn:aws:")
                            && resource.len() > "arn:aws:s3:::".len() + tail.len()
                    );
                    used.insert(action);
                }
            }
        }
    }
    let listed: BTreeSet<_> = WILDCARDS
        .iter()
        .map(|(action, _, _)| (*action).to_owned())
        .collect();
    assert_eq!(used, listed, "no exception is left that nothing needs");
}

#[tokio::test]
async fn given_the_dev_stack_then_each_function_may_do_its_work_and_nothing_else() {
    let stack = dev().await;
    let account = json!({ "StringEquals": { "s3:ResourceAccount": "123456789012" } });
    let here = "eu-west-1:123456789012";
    let logs = |name| {
        let group = format!("arn:aws:logs:{here}:log-group:/aws/lambda/outbox-dev-{name}:*");
        vec![
            ("logs:CreateLogStream", group.clone(), Value::Null),
            ("logs:PutLogEvents", group, Value::Null),
        ]
    };
    let bus = format!("arn:aws:events:{here}:event-bus/outbox-dev-events");
    let queue = |name| format!("arn:aws:sqs:{here}:outbox-dev-{name}");
    let receive = |queue: String| {
        [
            "sqs:DeleteMessage",
            "sqs:GetQueueAttributes",
            "sqs:ReceiveMessage",
        ]
        .map(|action| (action, queue.clone(), Value::Null))
        .to_vec()
    };
    let orders = named(&stack, "aws:dynamodb/table:Table", "orders");
    let orders_stream = orders.text("streamArn").unwrap().to_owned();
    let table = named(&stack, "aws:dynamodb/table:Table", "users");
    let table_arn = table.text("arn").unwrap().to_owned();
    let stream = table.text("streamArn").unwrap().to_owned();
    let bucket = "arn:aws:s3:::outbox-dev-users-stream-failures-123456789012".to_owned();

    let records = format!("arn:aws:dynamodb:{here}:table/outbox-dev-idempotency");
    let once = vec![
        ("dynamodb:PutItem", records.clone(), Value::Null),
        ("dynamodb:UpdateItem", records, Value::Null),
    ];
    let expected = BTreeMap::from([
        (
            "writer",
            vec![("dynamodb:PutItem", table_arn.clone(), Value::Null)],
        ),
        (
            "users-relay",
            vec![
                ("dynamodb:DescribeStream", stream.clone(), Value::Null),
                ("dynamodb:GetRecords", stream.clone(), Value::Null),
                ("dynamodb:GetShardIterator", stream, Value::Null),
                (
                    "dynamodb:ListStreams",
                    format!("{table_arn}/stream/*"),
                    Value::Null,
                ),
                ("events:DescribeEventBus", bus.clone(), Value::Null),
                ("events:PutEvents", bus, Value::Null),
                (
                    "sqs:SendMessage",
                    queue("users-relay-quarantine"),
                    Value::Null,
                ),
                ("s3:PutObject", format!("{bucket}/*"), account.clone()),
                ("s3:ListBucket", bucket, account),
            ],
        ),
        (
            "user-created-consumer",
            [
                vec![(
                    "sqs:SendMessage",
                    queue("user-created-consumer-failures"),
                    Value::Null,
                )],
                once.clone(),
            ]
            .concat(),
        ),
        (
            "notify-restaurant",
            [once.clone(), receive(queue("notify-restaurant-queue"))].concat(),
        ),
        (
            "orders-recovery",
            [
                ["dynamodb:GetRecords", "dynamodb:GetShardIterator"]
                    .map(|action| (action, orders_stream.clone(), Value::Null))
                    .to_vec(),
                receive(queue("orders-pipe-failures")),
                vec![(
                    "sqs:SendMessage",
                    queue("orders-recovery-quarantine"),
                    Value::Null,
                )],
            ]
            .concat(),
        ),
        (
            "order-tracking",
            [
                vec![(
                    "dynamodb:UpdateItem",
                    named(&stack, "aws:dynamodb/table:Table", "tracking")
                        .text("arn")
                        .unwrap()
                        .to_owned(),
                    Value::Null,
                )],
                once,
                receive(queue("order-tracking-queue")),
            ]
            .concat(),
        ),
        (
            "place-order",
            ["shop", "outbox"]
                .map(|table| {
                    let table = named(&stack, "aws:dynamodb/table:Table", table);
                    let arn = table.text("arn").unwrap();
                    [
                        "dynamodb:GetItem",
                        "dynamodb:PutItem",
                        "dynamodb:UpdateItem",
                    ]
                    .map(|action| (action, arn.to_owned(), Value::Null))
                })
                .concat(),
        ),
    ]);

    for (name, rights) in expected {
        let function = named(&stack, "aws:lambda/function:Function", name);
        let declared: Vec<(String, String, Value)> = permissions_of_function(&stack, function)
            .into_iter()
            .flat_map(|permission| {
                let Permission {
                    actions,
                    resource,
                    condition,
                    ..
                } = permission;
                actions
                    .into_iter()
                    .map(move |action| (action, resource.clone(), condition.clone()))
            })
            .collect();
        let expected: Vec<_> = logs(name)
            .into_iter()
            .chain(rights)
            .map(|(action, resource, condition)| (action.to_owned(), resource, condition))
            .collect();
        assert_eq!(declared, expected, "{name}");
    }
}

#[tokio::test]
async fn given_the_dev_stack_then_each_function_has_a_role_of_its_own_that_only_lambda_can_take() {
    let stack = dev().await;
    let roles: BTreeSet<_> = stack
        .of_type("aws:lambda/function:Function")
        .map(|function| function.inputs["role"].to_string())
        .collect();
    assert_eq!(
        roles.len(),
        stack.of_type("aws:lambda/function:Function").count()
    );
    let is_of_function = |role: &&Resource| roles.contains(&role.outputs["arn"].to_string());
    let of_functions: Vec<_> = stack.of_type(ROLE).filter(is_of_function).collect();
    assert_eq!(of_functions.len(), roles.len());
    for role in of_functions {
        let trust: Value =
            serde_json::from_str(role.inputs["assumeRolePolicy"].as_str().unwrap()).unwrap();
        assert_eq!(
            trust["Statement"],
            json!([{
                "Effect": "Allow",
                "Principal": { "Service": "lambda.amazonaws.com" },
                "Action": ["sts:AssumeRole"]
            }])
        );
    }
}

#[tokio::test]
async fn given_the_orders_api_then_it_may_update_the_orders_table_and_nothing_else() {
    let stack = dev().await;
    let policy = named(&stack, "aws:iam/rolePolicy:RolePolicy", "orders-api-policy");
    let table = named(&stack, "aws:dynamodb/table:Table", "orders");
    assert_eq!(
        permissions(policy),
        [Permission {
            actions: vec!["dynamodb:UpdateItem".to_owned()],
            resource: table.text("arn").unwrap().to_owned(),
            service: None,
            condition: Value::Null,
        }]
    );
    let role = named(&stack, ROLE, "orders-api-role");
    assert_eq!(policy.inputs["role"], role.outputs["name"]);
    for role in ["orders-api-role", "api-gateway-logs-role"] {
        let trust = named(&stack, ROLE, role).inputs["assumeRolePolicy"].clone();
        let trust: Value = serde_json::from_str(trust.as_str().unwrap()).unwrap();
        assert_eq!(
            trust["Statement"],
            json!([{
                "Effect": "Allow",
                "Principal": { "Service": "apigateway.amazonaws.com" },
                "Action": ["sts:AssumeRole"]
            }])
        );
    }
}
