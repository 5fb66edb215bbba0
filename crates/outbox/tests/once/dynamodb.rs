//! DynamoDB as it runs on this machine, behind its HTTP API.

use std::sync::{Arc, Mutex};

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use aws_types::SdkConfig;
use aws_types::region::Region;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use dynoxide::{Database, DynoxideError};
use outbox::IdempotencyTable;
use outbox::consume::{Once, OnceError};
use outbox::publish::CallError;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::{Clock, Outcome, Work, event, received};

pub(crate) struct DynamoDb {
    database: Database,
    settings: SdkConfig,
    requests: Arc<Mutex<Vec<Value>>>,
}

type Shared = (Database, Arc<Mutex<Vec<Value>>>);

impl DynamoDb {
    pub(crate) async fn start() -> Self {
        let database = Database::memory().unwrap();
        perform(
            json!({
                "TableName": "idempotency",
                "KeySchema": [
                    { "AttributeName": "eventId", "KeyType": "HASH" },
                    { "AttributeName": "consumer", "KeyType": "RANGE" },
                ],
                "AttributeDefinitions": [
                    { "AttributeName": "eventId", "AttributeType": "S" },
                    { "AttributeName": "consumer", "AttributeType": "S" },
                ],
                "BillingMode": "PAY_PER_REQUEST",
            }),
            |request| database.create_table(request),
        )
        .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::<Mutex<Vec<Value>>>::default();
        let router = Router::new()
            .fallback(answer)
            .with_state((database.clone(), Arc::clone(&requests)));
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        let credentials = Credentials::new("key", "secret", None, None, "test");
        let settings = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("us-east-1"))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .endpoint_url(endpoint)
            .build();
        Self {
            database,
            settings,
            requests,
        }
    }

    pub(crate) fn table(&self) -> IdempotencyTable {
        IdempotencyTable::new(&self.settings, "idempotency")
    }

    fn items(&self) -> Vec<Value> {
        let scan = json!({ "TableName": "idempotency" });
        let answer = perform(scan, |request| self.database.scan(request)).unwrap();
        answer["Items"].as_array().unwrap().clone()
    }
}

async fn answer(
    State((database, requests)): State<Shared>,
    headers: HeaderMap,
    body: String,
) -> (StatusCode, String) {
    let body: Value = serde_json::from_str(&body).unwrap();
    requests.lock().unwrap().push(body.clone());
    let answer = match headers["x-amz-target"].to_str().unwrap() {
        "DynamoDB_20120810.PutItem" => perform(body, |request| database.put_item(request)),
        "DynamoDB_20120810.UpdateItem" => perform(body, |request| database.update_item(request)),
        other => panic!("{other} is not among the rights"),
    };
    match answer {
        Ok(answer) => (StatusCode::OK, answer.to_string()),
        Err(error) => (
            StatusCode::from_u16(error.status_code()).unwrap(),
            error.to_json(),
        ),
    }
}

fn perform<I: DeserializeOwned, O: Serialize>(
    request: Value,
    operation: impl FnOnce(I) -> Result<O, DynoxideError>,
) -> Result<Value, DynoxideError> {
    // As its own server does: what can't be read is a validation error.
    let request = serde_json::from_value(request)
        .map_err(|error| DynoxideError::ValidationException(error.to_string()))?;
    operation(request).map(|answer| serde_json::to_value(answer).unwrap())
}

#[tokio::test]
async fn a_record_has_the_documented_attributes_and_two_requests() {
    let dynamodb = DynamoDb::start().await;
    let (clock, work) = (Clock::new(), Work::default());
    let now = clock.clone();
    let once = Once::new(dynamodb.table(), "printer").with_clock(move || now.now());

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
    let requests = dynamodb.requests.lock().unwrap();
    assert_eq!(requests.len(), 2);
    let bytes: usize = record.to_string().len();
    assert!(bytes < 1024, "more than one write unit: {bytes} bytes");
}

#[tokio::test]
async fn a_table_that_is_missing_fails_the_delivery_before_its_work() {
    let dynamodb = DynamoDb::start().await;
    let work = Work::default();
    let table = IdempotencyTable::new(&dynamodb.settings, "gone");

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
    let dynamodb = DynamoDb::start().await;
    let outcome = Once::new(dynamodb.table(), "printer")
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
