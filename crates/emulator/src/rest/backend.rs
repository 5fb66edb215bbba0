use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use delivery::rest::{Action, Answer, Response};

use crate::front::{Service, ServiceError, error_body, new_request_id};

/// The AWS services that an integration may call, by their names in its URI.
#[derive(Clone)]
pub struct Backends {
    /// `dynamodb`
    pub dynamodb: Arc<dyn Service>,
}

/// The services by name, for what can't be called.
pub(super) const SERVICES: [&str; 1] = ["dynamodb"];

impl Backends {
    /// Calls an operation, as the service's own endpoint would be called, and waits no longer than
    /// `timeout`.
    pub(super) async fn call(&self, action: &Action, body: String, timeout: Duration) -> Answer {
        if !SERVICES.contains(&action.service.as_str()) {
            return Answer::Failed;
        }
        let body = body.into();
        let result = async {
            let answer = self.dynamodb.call_text(&action.name, &body).await;
            answer.map_err(|error| match error.code.as_str() {
                // A template that writes no JSON is DynamoDB's to refuse.
                "SerializationException" => ServiceError {
                    code: format!("com.amazon.coral.service#{}", error.short_code()),
                    ..error
                },
                _ => error,
            })
        };
        match tokio::time::timeout(timeout, result).await {
            Ok(result) => Answer::Answered(answered(result)),
            Err(_) => Answer::TimedOut,
        }
    }
}

/// The HTTP response of DynamoDB: an error is a 400 or 500 with its name in `__type`.
fn answered(result: Result<Bytes, ServiceError>) -> Response {
    let (status, body) = match result {
        Ok(body) => (200, String::from_utf8_lossy(&body).into_owned()),
        Err(error) => (error.status, error_body(&error).to_string()),
    };
    Response {
        status,
        headers: vec![
            (
                "Content-Type".to_owned(),
                "application/x-amz-json-1.0".to_owned(),
            ),
            ("x-amzn-RequestId".to_owned(), new_request_id()),
        ],
        body,
    }
}
