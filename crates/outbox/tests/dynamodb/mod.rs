//! DynamoDB as it runs on this machine, with one table, behind its HTTP API.

#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::panic,
    reason = "each test file uses a part; a failed step is a failed test"
)]

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
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::net::TcpListener;

pub(crate) struct DynamoDb {
    database: Database,
    settings: SdkConfig,
    requests: Arc<Mutex<Vec<Value>>>,
}

type Shared = (Database, Arc<Mutex<Vec<Value>>>);

impl DynamoDb {
    /// With the table `records`, its keys two strings.
    pub(crate) async fn start(partition_key: &str, sort_key: &str) -> Self {
        let database = Database::memory().unwrap();
        perform(
            json!({
                "TableName": "records",
                "KeySchema": [
                    { "AttributeName": partition_key, "KeyType": "HASH" },
                    { "AttributeName": sort_key, "KeyType": "RANGE" },
                ],
                "AttributeDefinitions": [
                    { "AttributeName": partition_key, "AttributeType": "S" },
                    { "AttributeName": sort_key, "AttributeType": "S" },
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

    pub(crate) fn settings(&self) -> &SdkConfig {
        &self.settings
    }

    /// How many calls were made.
    pub(crate) fn calls(&self) -> usize {
        self.requests.lock().unwrap().len()
    }

    pub(crate) fn items(&self) -> Vec<Value> {
        let scan = json!({ "TableName": "records" });
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
        "DynamoDB_20120810.GetItem" => perform(body, |request| database.get_item(request)),
        "DynamoDB_20120810.Scan" => perform(body, |request| database.scan(request)),
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
