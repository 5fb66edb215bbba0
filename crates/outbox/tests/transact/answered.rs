//! DynamoDB says what it did.

use std::time::Duration;

use outbox::transact::{Error, ReasonCode};
use serde_json::{Value, json};

use crate::script::{Reply, Script};
use crate::{counter, order, row, text, token};

fn reasons(second: &Value) -> Reply {
    let none = json!({ "Code": "None" });
    Reply::cancelled(&json!([none, second, none, none]))
}

#[tokio::test]
async fn what_is_sent_is_what_the_api_takes() {
    let script = Script::start([]).await;
    let client = script.client("key");

    let transaction = order(&client)
        .at("2026-11-21T12:00:00.123Z".parse().unwrap())
        .traceparent("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    let receipt = transaction.commit(token()).await.unwrap();

    assert!(!receipt.earlier_attempt);
    let id = receipt.event_ids[0].as_str();
    let read = json!({
        "TableName": "outbox", "Key": { "id": { "S": "sequence#order#42" } }, "ConsistentRead": true,
    });
    assert_eq!(script.read(), [read]);
    let [request] = &script.written()[..] else {
        panic!("one write")
    };
    assert_eq!(request["ClientRequestToken"], token().as_str());
    let actions = request["TransactItems"].as_array().unwrap();
    assert_eq!(actions.len(), 4);
    assert_eq!(
        actions[2]["Update"],
        json!({
            "TableName": "outbox",
            "Key": { "id": { "S": "sequence#order#42" } },
            "UpdateExpression": "SET lastSequence = :next",
            "ConditionExpression": "attribute_not_exists(lastSequence)",
            "ExpressionAttributeValues": { ":next": { "N": "1" } },
        })
    );
    let put = &actions[3]["Put"];
    assert_eq!(put["TableName"], "outbox");
    assert_eq!(put["ConditionExpression"], "attribute_not_exists(id)");
    let row = row(request);
    let detail = row["detail"]["S"].as_str().unwrap();
    let traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    assert_eq!(
        *row,
        json!({
            "id": { "S": id }, "aggregate": { "S": "order#42" }, "sequence": { "N": "1" },
            "source": { "S": "test.orders" }, "detailType": { "S": "Placed" }, "version": { "N": "1" },
            "detail": { "S": detail }, "traceparent": { "S": traceparent },
            "createdAt": { "S": "2026-11-21T12:00:00.123Z" },
        })
    );
    let metadata = &serde_json::from_str::<Value>(detail).unwrap()["metadata"];
    assert_eq!(metadata["eventId"], id);
    assert_eq!(id.as_bytes()[14], b'7', "a UUIDv7: {id}");
}

#[tokio::test]
async fn after_a_conflict_the_counter_is_read_again_and_a_new_token_is_taken() {
    for code in [
        "TransactionConflict",
        "ThrottlingError",
        "ProvisionedThroughputExceeded",
    ] {
        // GIVEN a conflict, and meanwhile seven events of the aggregate
        let script = Script::start([reasons(&json!({ "Code": code }))]).await;
        let script = script.reads([Reply::ok(json!({})), Reply::ok(counter(7))]);
        let client = script.client("key");
        // WHEN
        let receipt = order(&client).commit(token()).await.unwrap();
        // THEN
        assert!(!receipt.earlier_attempt);
        assert_eq!(script.read().len(), 2);
        let [first, second] = &script.written()[..] else {
            panic!("{:?}", script.written())
        };
        assert_eq!(row(first)["id"], row(second)["id"], "the event id stays");
        assert_eq!(row(first)["sequence"]["N"], "1");
        assert_eq!(row(second)["sequence"]["N"], "8");
        let counter = &second["TransactItems"][2]["Update"];
        assert_eq!(counter["ConditionExpression"], "lastSequence = :last");
        assert_eq!(
            counter["ExpressionAttributeValues"],
            json!({ ":last": { "N": "7" }, ":next": { "N": "8" } })
        );
        assert_eq!(first["ClientRequestToken"], token().as_str());
        let new = second["ClientRequestToken"].as_str().unwrap();
        assert!(new != token().as_str() && new.len() == 36, "{new}");
    }
}

#[tokio::test]
async fn conflicts_end_with_the_budget_and_are_told_by_action() {
    let script = Script::start([]).await;
    let script = script.always(reasons(&json!({
        "Code": "TransactionConflict", "Message": "Transaction is ongoing for the item",
    })));
    let client = script.client("key");

    let transaction = order(&client).retry_conflicts_for(Duration::from_millis(200));
    let error = transaction.commit(token()).await.unwrap_err();

    let text = error.to_string();
    assert!(
        text.contains(
            "action 2 (Update in \"shop\"): TransactionConflict (Transaction is ongoing for the item)"
        ),
        "{text}"
    );
    let Error::Cancelled(cancelled) = error else {
        panic!("{error}")
    };
    let sent = script.written();
    assert!(cancelled.attempts > 1);
    assert_eq!(usize::try_from(cancelled.attempts).unwrap(), sent.len());
}

#[tokio::test]
async fn a_condition_that_does_not_hold_comes_back_with_its_action_and_item() {
    let script = Script::start([reasons(&json!({
        "Code": "ConditionalCheckFailed",
        "Message": "The conditional request failed",
        "Item": { "id": { "S": "tea" }, "inStock": { "N": "0" } },
    }))])
    .await;
    let client = script.client("key");

    let error = order(&client).commit(token()).await.unwrap_err();

    let Error::Cancelled(cancelled) = error else {
        panic!("{error}")
    };
    assert_eq!((cancelled.attempts, cancelled.failed().count()), (1, 1));
    let reason = cancelled.reason(2).unwrap();
    assert_eq!(reason.code, ReasonCode::ConditionalCheckFailed);
    assert_eq!(
        reason.message.as_deref(),
        Some("The conditional request failed")
    );
    assert_eq!(reason.item.as_ref().unwrap()["id"], text("tea"));
    assert_eq!(cancelled.reason(1).unwrap().code, ReasonCode::None);
    assert_eq!(script.writes().len(), 1);
}

#[tokio::test]
async fn a_token_that_was_used_for_something_else_is_told() {
    let mismatch = Reply::error(400, "IdempotentParameterMismatchException");
    let script = Script::start([mismatch]).await;
    let client = script.client("key");

    let error = order(&client).commit(token()).await.unwrap_err();

    assert_eq!(error, Error::TokenUsed { token: token() });
    assert_eq!(script.writes().len(), 1);
}

#[tokio::test]
async fn a_busy_dynamodb_is_asked_again_under_the_same_token_and_told_in_the_end() {
    for code in [
        "ThrottlingException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
    ] {
        let busy = || Reply::error(400, code);
        let script = Script::start([busy(), busy()]).await;
        let client = script.client("key");
        order(&client).commit(token()).await.unwrap();
        let writes = script.writes();
        assert_eq!(writes.len(), 3, "{code}");
        assert!(writes.iter().all(|write| *write == writes[0]), "{code}");

        let script = Script::start([]).await.always(busy());
        let client = script.client("key");
        let transaction = order(&client).settle_for(Duration::from_millis(100));
        let error = transaction.commit(token()).await.unwrap_err();
        let Error::Busy { reason } = error else {
            panic!("{error}")
        };
        assert!(reason.contains(code), "{reason}");
    }
}

#[tokio::test]
async fn a_refusal_is_told_in_aws_words_after_one_attempt() {
    for code in [
        "AccessDeniedException",
        "ResourceNotFoundException",
        "ValidationException",
    ] {
        let script = Script::start([Reply::error(400, code)]).await;
        let client = script.client("key");

        let error = order(&client).commit(token()).await.unwrap_err();

        let refused = Error::Refused {
            code: code.to_owned(),
            message: "as scripted".to_owned(),
        };
        assert_eq!(error, refused);
        assert_eq!(script.writes().len(), 1);
    }
}

#[tokio::test]
async fn a_counter_that_can_not_be_read_leaves_nothing_written() {
    let refused = Reply::error(400, "ResourceNotFoundException");
    let script = Script::start([]).await.reads([refused]);
    let client = script.client("key");

    let error = order(&client).commit(token()).await.unwrap_err();

    assert!(matches!(error, Error::Refused { .. }), "{error}");
    assert_eq!(script.writes().len(), 0);
}
