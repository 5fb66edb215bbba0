use axum::body::Bytes;
use futures::future::BoxFuture;
use serde_json::{Map, Value};
use thiserror::Error;

use super::parse;

/// One AWS service that speaks the AWS JSON protocols (1.0 and 1.1), behind the one port.
///
/// The front has checked the caller's access key and parsed the body; it also words the answer.
pub trait Service: Send + Sync {
    /// Does `operation`, for example `PutItem`, with the request's JSON body.
    ///
    /// An operation that the service doesn't do is [`ServiceError::unknown_operation`].
    fn call<'a>(
        &'a self,
        operation: &'a str,
        body: Value,
    ) -> BoxFuture<'a, Result<Value, ServiceError>>;

    /// The same with both bodies as they go over the wire, for a service that reads and writes the text itself.
    fn call_text<'a>(
        &'a self,
        operation: &'a str,
        body: &'a Bytes,
    ) -> BoxFuture<'a, Result<Bytes, ServiceError>> {
        Box::pin(async move {
            let answer = self.call(operation, parse(body)?).await?;
            Ok(answer.to_string().into())
        })
    }
}

/// An error that an AWS service answers, in the words the SDKs and the CLI expect.
#[derive(Clone, Debug, Error, PartialEq)]
#[error("{code}: {message}")]
pub struct ServiceError {
    /// The HTTP status, for example 400.
    pub status: u16,
    /// AWS's name for the error, for example `ResourceNotFoundException`, with its namespace
    /// (`com.amazonaws.dynamodb.v20120810#ResourceNotFoundException`) where AWS sends one.
    pub code: String,
    /// What a person should read.
    pub message: String,
    /// Members of the error's body beside `__type` and `message`, for example
    /// `CancellationReasons`.
    pub extra: Map<String, Value>,
    /// What the front sends as the header `x-amzn-query-error`: `<code>;<Sender or Receiver>`, the
    /// name that clients of the older query protocol know (SQS only).
    pub query_error: Option<String>,
}

impl ServiceError {
    /// The caller's fault: status 400.
    #[must_use]
    pub fn bad_request(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            status: 400,
            code: code.into(),
            message: message.into(),
            extra: Map::new(),
            query_error: None,
        }
    }

    /// The emulator's fault, for example a full disk: status 500, which AWS's SDKs retry.
    #[must_use]
    pub fn internal(message: impl Into<String>) -> Self {
        Self {
            status: 500,
            code: "InternalFailure".to_owned(),
            message: message.into(),
            extra: Map::new(),
            query_error: None,
        }
    }

    /// AWS's answer to an operation that does not exist, with those that do.
    #[must_use]
    pub fn unknown_operation(operation: &str, supported: &[&str]) -> Self {
        Self::bad_request(
            "UnknownOperationException",
            format!(
                "the operation {operation:?} is not supported here; supported are {}",
                supported.join(", ")
            ),
        )
    }

    /// The error's name without its namespace.
    #[must_use]
    pub fn short_code(&self) -> &str {
        self.code
            .rsplit_once('#')
            .map_or(self.code.as_str(), |(_, name)| name)
    }
}
