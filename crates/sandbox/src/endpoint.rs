use std::pin::Pin;
use std::sync::Arc;

use axum::body::Body;
use axum::http::{HeaderMap, Response, StatusCode, header};
use bytes::Bytes;
use serde_json::Value;

/// One call of AWS's JSON protocols.
#[derive(Clone, Debug)]
pub struct Call {
    /// The `X-Amz-Target` header, for example `DynamoDB_20120810.PutItem`.
    pub target: String,
    /// The request.
    pub body: Bytes,
}

impl Call {
    /// The operation alone, for example `PutItem`.
    #[must_use]
    pub fn operation(&self) -> &str {
        self.target.rsplit('.').next().unwrap_or_default()
    }

    /// The request as JSON; null if it is none.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

/// What the endpoint answers.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The body, as JSON text.
    pub body: Bytes,
}

impl Reply {
    /// Status 200 with this body.
    #[must_use]
    pub fn ok(body: &Value) -> Self {
        Self::with_status(200, body)
    }

    /// Any status with this body; an AWS error's body has `__type` and `message`.
    #[must_use]
    pub fn with_status(status: u16, body: &Value) -> Self {
        Self {
            status,
            body: body.to_string().into(),
        }
    }
}

pub(crate) type Endpoint =
    Arc<dyn Fn(Call) -> Pin<Box<dyn Future<Output = Reply> + Send>> + Send + Sync>;

pub(crate) async fn serve(endpoint: Endpoint, headers: HeaderMap, body: Bytes) -> Response<Body> {
    let target = headers
        .get("x-amz-target")
        .and_then(|target| target.to_str().ok())
        .unwrap_or_default()
        .to_owned();
    let reply = endpoint(Call { target, body }).await;
    let mut response = Response::new(Body::from(reply.body));
    *response.status_mut() =
        StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        header::HeaderValue::from_static("application/x-amz-json-1.0"),
    );
    response
}
