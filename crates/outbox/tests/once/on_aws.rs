//! What only DynamoDB shows: the attributes, and its refusals.

use outbox::IdempotencyTable;
use outbox::consume::{Once, OnceError};
use outbox::publish::CallError;
use serde_json::json;

use super::dynamodb::DynamoDb;
use super::{Clock, Outcome, Work, event, received};

pub(crate) async fn start() -> DynamoDb {
    DynamoDb::start("eventId", "consumer").await
}

pub(crate) fn table(dynamodb: &DynamoDb) -> IdempotencyTable {
    IdempotencyTable::new(dynamodb.settings(), "records")
}

#[tokio::test]
async fn a_record_has_the_documented_attributes_and_two_requests() {
    let dynamodb = start().await;
    let (clock, work) = (Clock::new(), Work::default());
    let now = clock.clone();
    let once = Once::new(table(&dynamodb), "printer").with_clock(move || now.now());

    let ran: Outcome = once
        .run(&received(event("e-1", "data")), async || work.run().await)
        .await;

    ran.unwrap();
    let [record] = &dynamodb.items()[..] else {
        panic!("{:?}", dynamodb.items())
    };
    assert_eq!(record["eventId"], json!({ "S": "e-1" }));
    assert_eq!(record["consumer"], json!({ "S": "printer" }));
    assert_eq!(record["runState"], json!({ "S": "completed" }));
    assert_eq!(record["handlerResult"], json!({ "S": "1" }));
    assert_eq!(record["leaseUntil"], json!({ "N": "1795239125000" }));
    // Time to live counts seconds: a value in milliseconds would never expire.
    assert_eq!(record["expiresAt"], json!({ "N": "1796620620" }));
    assert_eq!(record["leaseOwner"]["S"].as_str().unwrap().len(), 32);
    assert_eq!(record["payloadHash"]["S"].as_str().unwrap().len(), 64);
    assert_eq!(dynamodb.calls(), 2);
    let bytes: usize = record.to_string().len();
    assert!(bytes < 1024, "more than one write unit: {bytes} bytes");
}

#[tokio::test]
async fn a_table_that_is_missing_fails_the_delivery_before_its_work() {
    let dynamodb = start().await;
    let work = Work::default();
    let table = IdempotencyTable::new(dynamodb.settings(), "gone");

    let outcome: Outcome = Once::new(table, "printer")
        .run(&received(event("e-1", "data")), async || work.run().await)
        .await;

    let Err(OnceError::NotBegun { event_id, error }) = outcome else {
        panic!("{outcome:?}")
    };
    assert_eq!((event_id.as_str(), work.runs()), ("e-1", 0));
    assert!(
        matches!(&error, CallError::Refused { code, .. } if code == "ResourceNotFoundException"),
        "{error}"
    );
}

#[tokio::test]
async fn a_result_that_no_item_can_hold_is_an_error_that_says_the_work_was_done() {
    let dynamodb = start().await;
    let outcome = Once::new(table(&dynamodb), "printer")
        .run(&received(event("e-1", "data")), async || {
            Ok::<_, std::io::Error>("x".repeat(401 * 1024))
        })
        .await;
    let error = outcome.unwrap_err();
    assert!(matches!(error, OnceError::NotCompleted { .. }), "{error}");
    let text = error.to_string();
    assert!(
        text.contains("the work was done") && text.contains("size"),
        "{text}"
    );
}
