//! The function's own binary, as Lambda runs it, with a DynamoDB that answers as told.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use sandbox::{Answer, Call, Function, Reply};
use serde_json::{Value, json};

const PLACE_ORDER: &str = env!("CARGO_BIN_EXE_place-order");
const VARIABLES: [(&str, &str); 2] = [("TABLE_NAME", "shop"), ("OUTBOX_TABLE_NAME", "outbox")];
const TIME_LEFT: Duration = Duration::from_secs(6);

/// A DynamoDB that keeps what it was asked.
#[derive(Clone)]
struct DynamoDb {
    calls: Arc<Mutex<Vec<Call>>>,
    /// None is silence.
    answer: fn(&Call) -> Option<Reply>,
}

fn done() -> Reply {
    Reply::ok(&json!({}))
}

impl DynamoDb {
    fn that_answers(answer: fn(&Call) -> Option<Reply>) -> Self {
        let calls = Arc::default();
        Self { calls, answer }
    }

    async fn place(&self, event: &Value) -> Answer {
        let dynamodb = self.clone();
        let answer = move |call: Call| {
            let reply = (dynamodb.answer)(&call);
            dynamodb.calls.lock().unwrap().push(call);
            async move {
                match reply {
                    Some(reply) => reply,
                    None => std::future::pending().await,
                }
            }
        };
        let function = Function::start(PLACE_ORDER, &VARIABLES, answer).await;
        let function = function.unwrap();
        function.invoke(event.to_string(), TIME_LEFT).await
    }

    fn requests(&self, operation: &str) -> Vec<Value> {
        let calls = self.calls.lock().unwrap();
        let of = calls.iter().filter(|call| call.operation() == operation);
        of.map(Call::json).collect()
    }
}

fn order() -> Value {
    json!({ "id": "42", "lines": [{ "sku": "tea", "quantity": 2 }, { "sku": "milk", "quantity": 1 }] })
}

#[tokio::test]
async fn an_order_is_one_transaction_on_both_tables() {
    let dynamodb = DynamoDb::that_answers(|_| Some(done()));

    let answer = dynamodb.place(&order()).await;

    let lines = &order()["lines"];
    let placed = json!({ "orderId": "42", "restaurant": "", "lines": lines });
    assert_eq!(answer.json(), Some(placed));
    let requests = dynamodb.requests("TransactWriteItems");
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0]["ClientRequestToken"], "order#42");
    let actions = requests[0]["TransactItems"].as_array().unwrap();
    let brief: Vec<_> = actions
        .iter()
        .map(|action| {
            let (kind, action) = action.as_object().unwrap().iter().next().unwrap();
            let table = action["TableName"].as_str().unwrap();
            let condition = action["ConditionExpression"].as_str().unwrap();
            format!("{kind} {table}: {condition}")
        })
        .collect();
    assert_eq!(
        brief,
        [
            "Put shop: attribute_not_exists(id)",
            "Update shop: inStock >= :quantity",
            "Update shop: inStock >= :quantity",
            "Update outbox: attribute_not_exists(lastSequence)",
            "Put outbox: attribute_not_exists(id)",
            "Put outbox: attribute_not_exists(id)",
            "Put outbox: attribute_not_exists(id)",
        ]
    );
}

#[tokio::test]
async fn a_write_that_nobody_answers_is_repeated_and_told_before_the_function_times_out() {
    let dynamodb = DynamoDb::that_answers(|call| (call.operation() == "GetItem").then(done));
    let start = Instant::now();

    let answer = dynamodb.place(&order()).await;

    assert!(start.elapsed() < TIME_LEFT, "{:?}", start.elapsed());
    let text = answer.error_message().unwrap();
    assert!(
        text.contains("invoke again with the same id and lines"),
        "{text}"
    );
    let requests = dynamodb.requests("TransactWriteItems");
    assert!(requests.len() > 1, "{}", requests.len());
    assert!(requests.iter().all(|request| *request == requests[0]));
}

#[tokio::test]
async fn a_dynamodb_that_answers_nothing_is_told_before_the_function_times_out() {
    let dynamodb = DynamoDb::that_answers(|_| None);
    let start = Instant::now();

    let answer = dynamodb.place(&order()).await;

    assert!(start.elapsed() < TIME_LEFT, "{:?}", start.elapsed());
    let text = answer.error_message().unwrap();
    assert!(text.contains("nothing was written"), "{text}");
    assert_eq!(dynamodb.requests("TransactWriteItems").len(), 0);
}

#[tokio::test]
async fn an_earlier_order_that_can_not_be_looked_at_is_told_before_the_function_times_out() {
    // GIVEN a token that was used, and a shop table that does not answer
    let dynamodb = DynamoDb::that_answers(|call| match call.operation() {
        "GetItem" => (call.json()["TableName"] == "outbox").then(done),
        _ => Some(Reply::with_status(
            400,
            &json!({ "__type": "com.amazonaws.dynamodb.v20120810#IdempotentParameterMismatchException" }),
        )),
    });
    let start = Instant::now();

    let answer = dynamodb.place(&order()).await;

    assert!(start.elapsed() < TIME_LEFT, "{:?}", start.elapsed());
    let text = answer.error_message().unwrap();
    assert!(
        text.contains("whether the order \"42\" is placed is unknown"),
        "{text}"
    );
    assert_eq!(dynamodb.requests("TransactWriteItems").len(), 1);
}

#[tokio::test]
async fn a_missing_variable_is_named() {
    for missing in 0..VARIABLES.len() {
        let mut given = VARIABLES.to_vec();
        let (missing, _) = given.remove(missing);
        let function = Function::start(PLACE_ORDER, &given, |_| std::future::pending());
        let answer = function.await.unwrap();
        let answer = answer.invoke(order().to_string(), TIME_LEFT).await;
        assert!(matches!(answer, Answer::NotStarted(_)), "{answer:?}");
        let text = answer.error_message().unwrap();
        assert!(text.contains(missing), "{text}");
    }
}
