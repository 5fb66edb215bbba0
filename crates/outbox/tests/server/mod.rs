//! An AWS endpoint on a random port with one answer per operation.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use aws_types::SdkConfig;
use aws_types::region::Region;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

#[derive(Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: String,
    /// SQS's query error header tells nothing that the body does not; the type alone is read from it.
    pub(crate) code: Option<&'static str>,
}

impl Answer {
    pub(crate) fn ok(body: &Value) -> Self {
        Self {
            status: 200,
            body: body.to_string(),
            code: None,
        }
    }

    pub(crate) fn error(status: u16, code: &'static str, message: &str) -> Self {
        Self {
            status,
            body: json!({ "__type": code, "message": message }).to_string(),
            code: Some(code),
        }
    }
}

#[derive(Default)]
struct Seen {
    answers: HashMap<String, Answer>,
    calls: Vec<Call>,
}

struct Call {
    operation: String,
    headers: HeaderMap,
    body: Value,
}

pub(crate) struct Server {
    seen: Arc<Mutex<Seen>>,
    endpoint: String,
    task: JoinHandle<()>,
}

impl Server {
    pub(crate) async fn start<const N: usize>(answers: [(&str, Answer); N]) -> Self {
        let answers = answers
            .into_iter()
            .map(|(operation, answer)| (operation.to_owned(), answer))
            .collect();
        let seen = Arc::new(Mutex::new(Seen {
            answers,
            calls: Vec::new(),
        }));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(answer).with_state(Arc::clone(&seen));
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self {
            seen,
            endpoint,
            task,
        }
    }

    pub(crate) fn settings(&self) -> SdkConfig {
        let credentials = Credentials::new("key", "secret", None, None, "test");
        SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("us-east-1"))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .endpoint_url(&self.endpoint)
            .build()
    }

    pub(crate) fn answer(&self, operation: &str, answer: Answer) {
        self.seen
            .lock()
            .unwrap()
            .answers
            .insert(operation.to_owned(), answer);
    }

    pub(crate) fn calls(&self, operation: &str) -> usize {
        self.seen
            .lock()
            .unwrap()
            .calls
            .iter()
            .filter(|call| call.operation == operation)
            .count()
    }

    /// The body of the last call of an operation.
    pub(crate) fn body(&self, operation: &str) -> Value {
        self.last(operation, |call| call.body.clone())
    }

    /// A header of the last call of an operation; empty if it has none.
    pub(crate) fn header(&self, operation: &str, name: &str) -> String {
        self.last(operation, |call| {
            let value = call.headers.get(name).map(|value| value.to_str().unwrap());
            value.unwrap_or_default().to_owned()
        })
    }

    fn last<T>(&self, operation: &str, part: impl Fn(&Call) -> T) -> T {
        let seen = self.seen.lock().unwrap();
        let mut calls = seen.calls.iter().rev();
        part(calls.find(|call| call.operation == operation).unwrap())
    }

    pub(crate) async fn stop(self) {
        self.task.abort();
        // Aborted is what it was to be.
        drop(self.task.await);
    }
}

async fn answer(
    State(seen): State<Arc<Mutex<Seen>>>,
    headers: HeaderMap,
    body: String,
) -> Response {
    let target = headers["x-amz-target"].to_str().unwrap();
    let operation = target.rsplit('.').next().unwrap().to_owned();
    let mut seen = seen.lock().unwrap();
    let answer = seen.answers[&operation].clone();
    seen.calls.push(Call {
        operation,
        headers,
        body: serde_json::from_str(&body).unwrap(),
    });
    let mut response = (StatusCode::from_u16(answer.status).unwrap(), answer.body).into_response();
    if let Some(code) = answer.code {
        response
            .headers_mut()
            .insert("x-amzn-errortype", code.parse().unwrap());
    }
    response
}
