//! The writer's own binary, as Lambda runs it, against a table that the test plays.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use sandbox::{Answer, Call, Function, Reply};
use serde_json::{Value, json};

const TIME_LEFT: Duration = Duration::from_secs(30);
const IN_TABLE: &[(&str, &str)] = &[("TABLE_NAME", "users")];

/// A table that answers each call with the next of the given replies, and keeps what it was asked.
#[derive(Clone)]
struct Table {
    replies: Arc<Mutex<Vec<Reply>>>,
    calls: Arc<Mutex<Vec<Call>>>,
}

impl Table {
    fn that_answers(replies: impl IntoIterator<Item = Reply>) -> Self {
        let mut replies: Vec<_> = replies.into_iter().collect();
        replies.reverse();
        Self {
            replies: Arc::new(Mutex::new(replies)),
            calls: Arc::default(),
        }
    }

    async fn function(&self) -> Function {
        let table = self.clone();
        let endpoint = move |call| {
            table.calls.lock().unwrap().push(call);
            let reply = table.replies.lock().unwrap().pop();
            std::future::ready(reply.expect("one reply for each call"))
        };
        Function::start(env!("CARGO_BIN_EXE_writer"), IN_TABLE, endpoint)
            .await
            .unwrap()
    }

    fn requests(&self) -> Vec<Value> {
        self.calls.lock().unwrap().iter().map(Call::json).collect()
    }
}

fn stored() -> Reply {
    Reply::ok(&json!({}))
}

fn refused(status: u16, code: &str, message: &str) -> Reply {
    let kind = format!("com.amazonaws.dynamodb.v20120810#{code}");
    Reply::with_status(status, &json!({"__type": kind, "message": message}))
}

fn taken_by(item: &Value) -> Reply {
    Reply::with_status(
        400,
        &json!({
            "__type": "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException",
            "message": "The conditional request failed",
            "Item": item,
        }),
    )
}

fn ada() -> Value {
    json!({
        "id": "42",
        "username": "ada",
        "email": "ada@example.com",
        "avatar": "https://example.com/ada.png",
        "birthdate": "1990-12-10",
        "registeredAt": "2026-11-21T05:17:00Z",
    })
}

fn item(user: &Value) -> Value {
    user.as_object()
        .unwrap()
        .iter()
        .map(|(name, value)| (name.clone(), json!({"S": value})))
        .collect()
}

async fn invoke(function: &Function, event: &Value) -> Answer {
    function.invoke(event.to_string(), TIME_LEFT).await
}

#[track_caller]
fn error_of(answer: &Answer) -> (&str, &str) {
    let Answer::Error(error) = answer else {
        panic!("an error was expected, not {answer:?}")
    };
    (
        error["errorType"].as_str().unwrap(),
        error["errorMessage"].as_str().unwrap(),
    )
}

#[tokio::test]
async fn an_empty_event_stores_a_new_user_and_answers_it() {
    // GIVEN an empty table
    let table = Table::that_answers([stored()]);
    let function = table.function().await;
    // WHEN the function is invoked with {}
    let answer = invoke(&function, &json!({})).await.json().unwrap();
    // THEN the one call stores what is answered, on the condition that the id is new
    let [request] = &table.requests()[..] else {
        panic!("one call was expected")
    };
    assert_eq!(
        table.calls.lock().unwrap()[0].target,
        "DynamoDB_20120810.PutItem"
    );
    assert_eq!(request["TableName"], "users");
    assert_eq!(request["Item"], item(&answer));
    assert_eq!(request["ConditionExpression"], "attribute_not_exists(id)");
    let mut names: Vec<_> = answer.as_object().unwrap().keys().cloned().collect();
    names.sort();
    assert_eq!(
        names,
        [
            "avatar",
            "birthdate",
            "email",
            "id",
            "registeredAt",
            "username"
        ]
    );
}

#[tokio::test]
async fn a_taken_id_is_an_error() {
    // GIVEN a table in which another user has the id
    let mut other = ada();
    other["username"] = json!("someone else");
    let table = Table::that_answers([taken_by(&item(&other))]);
    let function = table.function().await;
    // WHEN
    let answer = invoke(&function, &ada()).await;
    // THEN
    let (kind, message) = error_of(&answer);
    assert_eq!(kind, "IdTaken");
    assert_eq!(
        message,
        r#"the id "42" is taken by another user; nothing was written"#
    );
}

#[tokio::test]
async fn the_same_user_again_after_a_lost_answer_is_a_success() {
    // GIVEN a table that stores the user, but whose first answer is lost: the repeat finds the item
    let lost = refused(500, "InternalServerError", "unlucky");
    let table = Table::that_answers([lost, taken_by(&item(&ada()))]);
    let function = table.function().await;
    // WHEN
    let answer = invoke(&function, &ada()).await;
    // THEN
    assert_eq!(answer.json(), Some(ada()));
    assert_eq!(table.requests().len(), 2);
    // and the same holds for a second invocation
    let table = Table::that_answers([taken_by(&item(&ada()))]);
    let answer = invoke(&table.function().await, &ada()).await;
    assert_eq!(answer.json(), Some(ada()));
}

#[tokio::test]
async fn bad_input_is_an_error_and_the_table_is_not_even_asked() {
    // GIVEN a table that expects no call
    let table = Table::that_answers([]);
    let function = table.function().await;
    let mut cases = vec![
        json!({"nickname": "ada"}),
        json!({"id": ""}),
        json!({"username": 7}),
        json!({"email": "nowhere"}),
        json!({"birthdate": "31.12.1990"}),
        json!({"registeredAt": "yesterday"}),
        json!(["ada"]),
    ];
    cases.push(json!({"username": "x".repeat(409_600)}));
    for event in cases {
        // WHEN
        let answer = invoke(&function, &event).await;
        // THEN
        let (kind, message) = error_of(&answer);
        assert_eq!(kind, "InvalidUser", "{message}");
        assert!(message.ends_with("nothing was written"), "{message}");
    }
    assert_eq!(table.requests().len(), 0);
}

#[tokio::test]
async fn a_refusal_of_dynamodb_is_the_functions_error() {
    // GIVEN a table that does not exist
    let missing = refused(
        400,
        "ResourceNotFoundException",
        "Requested resource not found",
    );
    let table = Table::that_answers([missing]);
    // WHEN
    let answer = invoke(&table.function().await, &ada()).await;
    // THEN
    assert_eq!(
        error_of(&answer),
        (
            "NotStored",
            "the user \"42\" was not stored: DynamoDB refused: ResourceNotFoundException: \
             Requested resource not found (table \"users\"); nothing was written"
        )
    );
}

#[tokio::test]
async fn a_dynamodb_that_keeps_failing_is_an_error_that_leaves_the_write_open() {
    let broken = || refused(500, "InternalServerError", "still unlucky");
    let throttled = || refused(400, "ThrottlingException", "slow down");
    for reply in [broken, throttled] {
        // GIVEN a table that fails at every attempt
        let table = Table::that_answers(std::iter::repeat_with(reply).take(10));
        // WHEN
        let answer = invoke(&table.function().await, &ada()).await;
        // THEN it was tried more than once, and nobody claims to know
        assert!(table.requests().len() > 1);
        let (kind, message) = error_of(&answer);
        assert_eq!(kind, "NotStored");
        assert!(message.contains("whether it was is unknown"), "{message}");
        assert!(
            message.contains("invoke again with the same fields"),
            "{message}"
        );
    }
}

#[tokio::test]
async fn a_dynamodb_that_never_answers_is_an_error_before_the_deadline() {
    // GIVEN an endpoint that never answers
    let function = Function::start(env!("CARGO_BIN_EXE_writer"), IN_TABLE, |_| {
        std::future::pending()
    })
    .await
    .unwrap();
    // WHEN the function has 500 ms
    let answer = function
        .invoke(ada().to_string(), Duration::from_millis(500))
        .await;
    // THEN
    let (kind, message) = error_of(&answer);
    assert_eq!(kind, "NotStored");
    assert!(
        message.contains("before the function's deadline"),
        "{message}"
    );
}

#[tokio::test]
async fn a_missing_table_name_is_told_to_lambda_and_ends_the_process() {
    // GIVEN no TABLE_NAME
    let mut function = Function::start(env!("CARGO_BIN_EXE_writer"), &[], |_| {
        std::future::pending()
    })
    .await
    .unwrap();
    // WHEN it is invoked
    let answer = invoke(&function, &json!({})).await;
    // THEN it has not started, and says what is missing
    let Answer::NotStarted(error) = &answer else {
        panic!("{answer:?}")
    };
    assert_eq!(error["errorType"], "Runtime.InitError");
    assert_eq!(
        answer.error_message(),
        Some(
            "the environment variable TABLE_NAME is not set: it must hold the name of the users table"
        )
    );
    assert_eq!(function.exit_code().await, Some(1));
    assert!(function.log().concat().contains("TABLE_NAME"));
}

#[tokio::test]
async fn logs_are_json_with_the_request_and_the_user_but_no_personal_data() {
    // GIVEN a success, a bad input, a misplaced value and a taken id
    let mut other = ada();
    other["username"] = json!("someone else");
    let table = Table::that_answers([stored(), taken_by(&item(&other))]);
    let mut function = table.function().await;
    for event in [
        ada(),
        json!({"id": "42", "username": "ada", "email": "ada@nowhere"}),
        json!({"ada@example.com": "ada"}),
        ada(),
    ] {
        invoke(&function, &event).await;
    }
    // WHEN the log is read
    let log = function.stop().await;
    let lines: Vec<Value> = log
        .iter()
        .map(|line| serde_json::from_str(line).expect(line))
        .collect();
    // THEN each invocation has its line, with its request id
    assert_eq!(lines.len(), 4, "{log:#?}");
    for line in &lines {
        assert!(line["span"]["requestId"].is_string(), "{line}");
        assert!(
            line["timestamp"].is_string() && line["level"].is_string(),
            "{line}"
        );
    }
    assert_eq!(lines[0]["user_id"], "42");
    // and nobody's data
    for secret in ["ada", "nowhere", "1990", "someone"] {
        assert!(!log.concat().contains(secret), "{secret:?} in {log:#?}");
    }
}
