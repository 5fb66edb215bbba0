//! Lambda's Invoke operation: `POST /2015-03-31/functions/<name>/invocations`.
//!
//! <https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html>

mod error;
mod names;

use std::sync::Arc;

use axum::RequestExt;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, RawQuery, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use base64::Engine as _;

use self::error::InvokeError;
use super::{Completed, Function, Lambda};
use crate::Invocation;
use crate::front::{AccessKeys, REQUEST_ID, new_request_id};

/// Synchronous and asynchronous payloads.
/// <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>
const SYNCHRONOUS_LIMIT: usize = 6 * 1024 * 1024;
const ASYNCHRONOUS_LIMIT: usize = delivery::asynchronous::MAXIMUM_BYTES;

const FUNCTION_ERROR: HeaderName = HeaderName::from_static("x-amz-function-error");
const EXECUTED_VERSION: HeaderName = HeaderName::from_static("x-amz-executed-version");
const LOG_RESULT: HeaderName = HeaderName::from_static("x-amz-log-result");

/// Keeps an asynchronous invocation of the function with this ARN safe and answers its request id.
pub(crate) type Enqueue = Arc<dyn Fn(&str, Bytes) -> Result<String, String> + Send + Sync>;

/// What the Invoke operation works on.
#[derive(Clone)]
pub(crate) struct Invokes {
    pub(crate) lambda: Lambda,
    pub(crate) enqueue: Enqueue,
    pub(crate) keys: AccessKeys,
    /// Whether a request without a signature is taken, as `cargo lambda invoke` sends it to its
    /// local port.
    pub(crate) unsigned: bool,
}

/// The operation's route.
pub(crate) fn router(invokes: Invokes) -> Router {
    Router::new()
        .route("/2015-03-31/functions/{name}/invocations", post(handle))
        .layer(DefaultBodyLimit::max(SYNCHRONOUS_LIMIT))
        .with_state(invokes)
}

async fn handle(
    State(invokes): State<Invokes>,
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
    request: Request,
) -> Response {
    let headers = request.headers().clone();
    let signed = headers.contains_key(header::AUTHORIZATION);
    let result = match request.extract::<Bytes, _>().await {
        Err(refused) => Err(InvokeError::too_large(&refused, SYNCHRONOUS_LIMIT)),
        Ok(body) => {
            invokes
                .invoke(&name, query.as_deref(), &headers, body)
                .await
        }
    };
    match result {
        Ok(Invoked::Completed {
            request_id,
            completed,
            log_tail,
        }) => completed_response(&request_id, completed, log_tail, signed),
        Ok(Invoked::Accepted { request_id }) => {
            (StatusCode::ACCEPTED, [(REQUEST_ID, request_id)]).into_response()
        }
        Ok(Invoked::Dry) => {
            (StatusCode::NO_CONTENT, [(REQUEST_ID, new_request_id())]).into_response()
        }
        Err(error) => error.response(signed),
    }
}

enum Invoked {
    Completed {
        request_id: String,
        completed: Completed,
        log_tail: Option<Vec<u8>>,
    },
    Accepted {
        request_id: String,
    },
    Dry,
}

impl Invokes {
    async fn invoke(
        &self,
        name: &str,
        query: Option<&str>,
        headers: &HeaderMap,
        body: Bytes,
    ) -> Result<Invoked, InvokeError> {
        self.check_caller(headers)?;
        let function = self.function(name, query)?;
        let arn = function.arn.clone();
        let payload = payload(body)?;
        match text(headers, "x-amz-invocation-type").unwrap_or("RequestResponse") {
            "RequestResponse" => {
                let request_id = new_request_id();
                let invocation = Invocation {
                    function_arn: arn,
                    request_id: request_id.clone(),
                    payload,
                };
                let completed = self.lambda.run(invocation).await?;
                let wants_log = text(headers, "x-amz-log-type") == Some("Tail");
                let log_tail = wants_log.then(|| self.lambda.log_tail(&function.name, &completed));
                Ok(Invoked::Completed {
                    request_id,
                    completed,
                    log_tail,
                })
            }
            "Event" if payload.len() > ASYNCHRONOUS_LIMIT => Err(InvokeError::payload_too_large(
                payload.len(),
                ASYNCHRONOUS_LIMIT,
            )),
            "Event" => {
                let request_id = (self.enqueue)(&arn, payload).map_err(InvokeError::internal)?;
                Ok(Invoked::Accepted { request_id })
            }
            "DryRun" => Ok(Invoked::Dry),
            other => Err(InvokeError::invalid(format!(
                "X-Amz-Invocation-Type is {other:?}; allowed are RequestResponse, Event and DryRun; \
                 nothing was invoked"
            ))),
        }
    }

    fn check_caller(&self, headers: &HeaderMap) -> Result<(), InvokeError> {
        if headers.contains_key(header::AUTHORIZATION) || !self.unsigned {
            self.keys.caller(headers).map_err(InvokeError::refused)?;
        } else if headers.contains_key(header::ORIGIN) {
            // Any page in the user's browser can send an unsigned request to a local port.
            return Err(InvokeError::from_page());
        }
        Ok(())
    }

    fn function(&self, name: &str, query: Option<&str>) -> Result<&Function, InvokeError> {
        let found = names::find(self.lambda.functions(), name);
        let function = found.ok_or_else(|| {
            let names: Vec<_> = self.lambda.functions().collect();
            InvokeError::not_found(name, &names)
        })?;
        let qualifier = query
            .into_iter()
            .flat_map(|query| query.split('&'))
            .find_map(|pair| pair.strip_prefix("Qualifier="));
        match qualifier {
            None | Some("" | "$LATEST" | "%24LATEST") => Ok(function),
            Some(other) => Err(InvokeError::no_version(function, other)),
        }
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// No payload at all is an empty event.
fn payload(body: Bytes) -> Result<Bytes, InvokeError> {
    if body.is_empty() {
        return Ok(Bytes::from_static(b"{}"));
    }
    match serde_json::from_slice::<serde::de::IgnoredAny>(&body) {
        Ok(_) => Ok(body),
        Err(error) => Err(InvokeError::not_json(&error)),
    }
}

/// AWS answers a function's error with 200 and a header; `cargo lambda invoke` expects of its local
/// port, which it calls without a signature, a 500.
fn completed_response(
    request_id: &str,
    completed: Completed,
    log_tail: Option<Vec<u8>>,
    signed: bool,
) -> Response {
    let mut headers = HeaderMap::new();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    headers.insert(EXECUTED_VERSION, HeaderValue::from_static("$LATEST"));
    if let Ok(id) = HeaderValue::from_str(request_id) {
        headers.insert(REQUEST_ID, id);
    }
    let log = log_tail.map(|log| base64::prelude::BASE64_STANDARD.encode(log));
    if let Some(Ok(log)) = log.as_deref().map(HeaderValue::from_str) {
        headers.insert(LOG_RESULT, log);
    }
    match completed.result {
        Ok(body) => (StatusCode::OK, headers, body).into_response(),
        Err(body) => {
            headers.insert(FUNCTION_ERROR, HeaderValue::from_static("Unhandled"));
            let status = if signed {
                StatusCode::OK
            } else {
                StatusCode::INTERNAL_SERVER_ERROR
            };
            (status, headers, body).into_response()
        }
    }
}
