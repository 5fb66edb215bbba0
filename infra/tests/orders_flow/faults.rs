//! One test for each fault of the public sample that this flow began as
//! (<https://github.com/aws-samples/amazon-eventbridge-pipes-dynamodb-stream-transactional-outbox>).

use events::OrderDetailsChanged;
use serde_json::{Value, json};
use stack::{Resource, Stack};

use crate::backends::asked;
use crate::shop::{Shop, answer, declare, open, open_stack};

const NOTIFY: &str = "notifyRestaurantQueueUrl";
const TRACK: &str = "orderTrackingQueueUrl";
const PIPE: &str = "aws:pipes/pipe:Pipe";

async fn post(shop: &Shop, id: &str) {
    let answer = shop.post(&json!({ "status": "CREATED", "id": id })).await;
    assert_eq!(answer.status, 201, "{answer:?}");
}

fn order(event: &Value) -> (&str, &str) {
    let text = |field: &str| event["detail"][field].as_str().unwrap();
    (text("id"), text("status"))
}

/// "Its published request (`Created`) never matches its rule (`CREATED`)."
#[tokio::test]
async fn fault_1_the_request_that_is_published_matches_the_rule_and_another_spelling_is_refused() {
    let shop = open().await;
    let refused = shop.post(&json!({ "status": "Created" })).await;
    assert_eq!(refused.status, 400, "{refused:?}");

    post(&shop, "o-1").await;

    assert_eq!(order(&shop.receive(NOTIFY, 1).await[0]), ("o-1", "CREATED"));
    shop.emulating.stop().await;
}

/// "A refused or throttled write is answered \"200 Your order has been processed\"."
#[tokio::test]
async fn fault_2_a_refused_or_throttled_write_is_never_a_success() {
    let shop = open().await;
    post(&shop, "o-1").await;
    let again = shop
        .post(&json!({ "status": "CREATED", "id": "o-1" }))
        .await;
    assert_eq!(again.status, 409, "{again:?}");

    let throttled = "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException";
    for answer in asked(&shop, 400, throttled).await {
        assert_eq!(answer.status, 429, "{answer:?}");
    }
    shop.emulating.stop().await;
}

/// "A client can choose the id and overwrite an order."
#[tokio::test]
async fn fault_3_neither_an_id_nor_a_request_id_of_a_client_overwrites_an_order() {
    let shop = open().await;
    let first = json!({ "status": "CREATED", "id": "o-1", "restaurant": "first" });
    assert_eq!(shop.post(&first).await.status, 201);
    let before = shop.items().await;
    let second = json!({ "status": "CREATED", "restaurant": "second" });

    let mut by_id = second.clone();
    by_id["id"] = json!("o-1");
    assert_eq!(shop.post(&by_id).await.status, 409);
    for request_id in ["o-1", "o\"-,1"] {
        let request = shop.request("POST", "/orders").body(second.to_string());
        let answer = answer(request.header("x-amzn-requestid", request_id)).await;
        assert_eq!(answer.status, 409, "{request_id}: {answer:?}");
    }

    assert_eq!(shop.items().await, before);
    shop.emulating.stop().await;
}

/// "A Status that is not a string breaks the template."
#[tokio::test]
async fn fault_4_a_status_that_is_no_string_is_refused_before_any_template() {
    let shop = open().await;
    for status in [
        json!(7),
        json!(null),
        json!(true),
        json!(["CREATED"]),
        json!({ "S": "CREATED" }),
    ] {
        let answer = shop.post(&json!({ "status": status })).await;
        assert_eq!(answer.status, 400, "{status}: {answer:?}");
        assert!(
            answer.text("reason").contains("instance type"),
            "{answer:?}"
        );
    }
    assert!(shop.items().await.is_empty());
    shop.emulating.stop().await;
}

/// "Raw DynamoDB JSON is the public contract."
#[tokio::test]
async fn fault_5_what_is_published_is_the_contract_of_rust_and_no_dynamodb_json() {
    let shop = open().await;
    let restaurant = "\"Zum Löwen\" <$.eventID>\n😀";
    let request = json!({ "status": "CREATED", "id": "o-1", "restaurant": restaurant });
    let stored = shop.post(&request).await;

    let event = &shop.receive(TRACK, 1).await[0];

    assert_eq!(event["source"], "order.event");
    assert_eq!(event["detail-type"], "OrderDetailsChanged");
    let detail = &event["detail"];
    let sequence = detail["metadata"]["sequence"].as_str().unwrap();
    assert!(sequence.len() > 10 && sequence.bytes().all(|byte| byte.is_ascii_digit()));
    let event_id = detail["metadata"]["eventId"].as_str().unwrap();
    assert!(event_id.ends_with(":OrderDetailsChanged"), "{event_id}");
    assert_eq!(
        *detail,
        json!({
            "id": "o-1", "status": "CREATED", "restaurant": restaurant,
            "metadata": {
                "eventId": event_id, "occurredAt": stored.body["occurredAt"], "key": "o-1",
                "sequence": sequence, "sequenceKind": "stream", "version": 1,
            },
        })
    );
    let read: OrderDetailsChanged = serde_json::from_value(detail.clone()).unwrap();
    assert_eq!(read.restaurant, restaurant);
    shop.emulating.stop().await;
}

/// "Both queues get the same events."
#[tokio::test]
async fn fault_6_each_queue_gets_the_events_that_are_for_its_consumer() {
    let shop = open().await;
    post(&shop, "o-1").await;
    assert_eq!(shop.patch("o-1", "ACCEPTED").await.status, 200);
    assert_eq!(shop.patch("o-1", "ACCEPTED").await.status, 200);
    post(&shop, "o-2").await;

    let mut tracked = shop.receive(TRACK, 3).await;
    let mut notified = shop.receive(NOTIFY, 2).await;

    for events in [&mut tracked, &mut notified] {
        events.sort_by_key(|event| event["detail"]["metadata"]["sequence"].to_string());
    }
    let orders = |events: &[Value]| -> Vec<_> {
        let order = |event: &Value| (order(event).0.to_owned(), order(event).1.to_owned());
        events.iter().map(order).collect()
    };
    let expected = [("o-1", "CREATED"), ("o-1", "ACCEPTED"), ("o-2", "CREATED")];
    let expected = expected.map(|(id, status)| (id.to_owned(), status.to_owned()));
    assert_eq!(orders(&tracked), expected);
    assert_eq!(
        orders(&notified),
        [expected[0].clone(), expected[2].clone()]
    );
    shop.nothing_in(NOTIFY).await;
    shop.nothing_in(TRACK).await;
    shop.emulating.stop().await;
}

/// "The pipe's DLQ is never used because retries are endless."
#[tokio::test]
async fn fault_7_what_the_bus_never_takes_is_given_up_and_its_position_kept() {
    let mut stack = declare(&[]).await;
    let stream = &pipe(&mut stack).inputs["sourceParameters"]["dynamodbStreamParameters"];
    assert_eq!(stream["maximumRetryAttempts"], 1000);
    assert_eq!(stream["maximumRecordAgeInSeconds"], 72_000);
    assert_eq!(stream["onPartialBatchItemFailure"], "AUTOMATIC_BISECT");

    // The fault of quoted placeholders, and no patience: what has a quote in it is no JSON then.
    let change = |properties: &mut serde_json::Map<String, Value>| {
        properties["sourceParameters"]["dynamodbStreamParameters"]["maximumRetryAttempts"] =
            json!(0);
        properties["targetParameters"]["inputTemplate"] = json!(
            r#"{"id":<$.dynamodb.NewImage.id.S>,"status":<$.dynamodb.NewImage.status.S>,"restaurant":"<$.dynamodb.NewImage.restaurant.S>"}"#
        );
    };
    let shop = open_stack(&[], |stack| {
        let pipe = pipe(stack);
        change(&mut pipe.inputs);
        change(&mut pipe.outputs);
    })
    .await;
    let post = async |id, restaurant| {
        let order = json!({ "status": "CREATED", "id": id, "restaurant": restaurant });
        assert_eq!(shop.post(&order).await.status, 201);
    };

    post("o-1", "a \"quote\"").await;
    let position = &shop.receive("ordersPipeFailuresQueueUrl", 1).await[0]["DDBStreamBatchInfo"];
    // Only now: in one batch with the other it may be published twice.
    post("o-2", "none").await;
    assert_eq!(position["batchSize"], 1, "{position}");
    let table = named_table(&shop.stack);
    assert_eq!(position["streamArn"], table.outputs["streamArn"]);
    assert_eq!(order(&shop.receive(NOTIFY, 1).await[0]).0, "o-2");
    shop.emulating.stop().await;
}

/// "The rule's DLQ has no policy, so what should land there is lost."
#[tokio::test]
async fn fault_8_what_a_rule_can_not_deliver_waits_in_its_dead_letter_queue() {
    // The rule may not write to the queue any more, which EventBridge does not even try again.
    let shop = open_stack(&[], |stack| {
        let policy = |one: &Resource| one.name == "notify-restaurant-queue-policy";
        stack.resources.retain(|resource| !policy(resource));
    })
    .await;

    post(&shop, "o-1").await;

    let kept = shop.receive("orderCreatedDeadLetterQueueUrl", 1).await;
    assert_eq!(order(&kept[0]), ("o-1", "CREATED"));
    assert_eq!(order(&shop.receive(TRACK, 1).await[0]), ("o-1", "CREATED"));
    shop.emulating.stop().await;
}

/// "LATEST loses records."
#[tokio::test]
async fn fault_9_an_order_that_is_older_than_the_pipe_is_published() {
    let directory = tempfile::tempdir().unwrap();
    let state = Some(directory.path().join("state"));
    let without_pipe = |stack: &mut Stack| stack.resources.retain(|one| one.type_token != PIPE);
    let shop = crate::shop::open_in(state.clone(), &[], without_pipe).await;
    post(&shop, "o-1").await;
    shop.emulating.stop().await;

    let shop = crate::shop::open_in(state, &[], |_| {}).await;

    assert_eq!(order(&shop.receive(NOTIFY, 1).await[0]), ("o-1", "CREATED"));
    shop.emulating.stop().await;
}

/// "The queue policies let any rule of any account in."
#[tokio::test]
async fn fault_10_another_rule_can_not_write_to_the_queues() {
    let shop = open_stack(&[], |stack| {
        stranger(stack, "aws:cloudwatch/eventRule:EventRule", "order-changed");
        stranger(
            stack,
            "aws:cloudwatch/eventTarget:EventTarget",
            "order-changed-target",
        );
    })
    .await;

    // The stranger's rule takes it too, and its target is the same queue with the same dead-letter queue.
    post(&shop, "o-1").await;
    post(&shop, "o-2").await;

    assert_eq!(shop.receive(TRACK, 2).await.len(), 2);
    shop.nothing_in(TRACK).await;
    shop.nothing_in("orderChangedDeadLetterQueueUrl").await;
    shop.emulating.stop().await;
}

fn pipe(stack: &mut Stack) -> &mut Resource {
    let mut resources = stack.resources.iter_mut();
    resources
        .find(|resource| resource.type_token == PIPE)
        .unwrap()
}

fn named_table(stack: &Stack) -> &Resource {
    stack.by_name("aws:dynamodb/table:Table", "orders").unwrap()
}

/// Declares a resource once more under another name, as somebody else would.
fn stranger(stack: &mut Stack, type_token: &str, name: &str) {
    let renamed = |text: &str| text.replace("order-changed", "stranger");
    let mut resource = stack.by_name(type_token, name).unwrap().clone();
    resource.urn = renamed(&resource.urn);
    resource.name = renamed(&resource.name);
    for properties in [&mut resource.inputs, &mut resource.outputs] {
        for property in ["name", "rule", "targetId", "id"] {
            if let Some(Value::String(text)) = properties.get_mut(property) {
                *text = renamed(text);
            }
        }
    }
    if type_token.ends_with("EventRule") {
        let arn = renamed(resource.text("arn").unwrap());
        resource.outputs.insert("arn".to_owned(), json!(arn));
    }
    stack.resources.push(resource);
}
