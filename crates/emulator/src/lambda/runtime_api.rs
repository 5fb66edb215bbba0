//! The Runtime API, which environments ask for work.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>, below `/env/<id>` for each
//! environment. The id can't be guessed, and is all the authentication there is, as on AWS.

use std::sync::Arc;

use axum::RequestExt;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::json;

use super::environment::{Answer, Environment, Misuse, Next};
use super::{Lambda, failure};

/// <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>
const RESPONSE_LIMIT: usize = 6 * 1024 * 1024;

pub(crate) fn router(lambda: Lambda) -> Router {
    let api = "/env/{environment}/2018-06-01/runtime";
    Router::new()
        .route(&format!("{api}/invocation/next"), get(next))
        .route(
            &format!("{api}/invocation/{{request}}/response"),
            post(response),
        )
        .route(&format!("{api}/invocation/{{request}}/error"), post(error))
        .route(&format!("{api}/init/error"), post(init_error))
        .layer(DefaultBodyLimit::max(RESPONSE_LIMIT))
        .with_state(lambda)
}

async fn next(State(lambda): State<Lambda>, Path(id): Path<String>) -> Response {
    let result = match lambda.environment(&id) {
        Some(environment) => environment.next().await,
        None => Err(Misuse::Gone),
    };
    match result {
        Ok(next) => (headers(&next), next.invocation.payload).into_response(),
        Err(misuse) => refusal(&misuse),
    }
}

/// `lambda_runtime` panics without the first two.
fn headers(next: &Next) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let mut set = |name: &'static str, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    };
    let invocation = &next.invocation;
    set("lambda-runtime-aws-request-id", &invocation.request_id);
    set("lambda-runtime-deadline-ms", &next.deadline.0.to_string());
    set(
        "lambda-runtime-invoked-function-arn",
        &invocation.function_arn,
    );
    set("lambda-runtime-trace-id", &trace_id(next.deadline));
    set("lambda-runtime-invocation-id", &next.invocation_id);
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    headers
}

/// <https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader>
fn trace_id(time: delivery::Time) -> String {
    let random = uuid::Uuid::new_v4().simple().to_string();
    let parent = uuid::Uuid::new_v4().simple().to_string();
    format!(
        "Root=1-{:08x}-{};Parent={};Sampled=0",
        time.0 / 1000,
        &random[..24],
        &parent[..16]
    )
}

async fn response(
    State(lambda): State<Lambda>,
    Path((id, request_id)): Path<(String, String)>,
    request: Request,
) -> Response {
    let headers = request.headers().clone();
    match request.extract::<Bytes, _>().await {
        Ok(body) => answer(&lambda, &id, &request_id, &headers, Answer::Response(body)),
        Err(refused) if refused.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            let too_large = failure::response_too_large(RESPONSE_LIMIT);
            answer(
                &lambda,
                &id,
                &request_id,
                &headers,
                Answer::Error(too_large),
            );
            refused.into_response()
        }
        Err(refused) => refused.into_response(),
    }
}

async fn error(
    State(lambda): State<Lambda>,
    Path((id, request_id)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    answer(&lambda, &id, &request_id, &headers, Answer::Error(body))
}

fn answer(
    lambda: &Lambda,
    id: &str,
    request_id: &str,
    headers: &HeaderMap,
    answer: Answer,
) -> Response {
    let attempt = headers
        .get("lambda-runtime-invocation-id")
        .and_then(|id| id.to_str().ok());
    on(lambda, id, |environment| {
        environment.answer(request_id, attempt, answer)
    })
}

async fn init_error(State(lambda): State<Lambda>, Path(id): Path<String>, body: Bytes) -> Response {
    on(&lambda, &id, |environment| environment.init_failed(body))
}

fn on(
    lambda: &Lambda,
    id: &str,
    act: impl FnOnce(&Arc<Environment>) -> Result<(), Misuse>,
) -> Response {
    let result = lambda
        .environment(id)
        .ok_or(Misuse::Gone)
        .and_then(|environment| act(&environment));
    match result {
        Ok(()) => (StatusCode::ACCEPTED, axum::Json(json!({ "status": "OK" }))).into_response(),
        Err(misuse) => refusal(&misuse),
    }
}

fn refusal(misuse: &Misuse) -> Response {
    let (status, error_type, message) = match misuse {
        Misuse::Gone => (
            StatusCode::GONE,
            "EnvironmentEnded",
            "this environment has ended, or belongs to an earlier run of the emulator; nothing was done",
        ),
        Misuse::Busy => (
            StatusCode::FORBIDDEN,
            "InvalidStateTransition",
            "the current invocation was not answered yet, or the init is over",
        ),
        Misuse::OtherRequest => (
            StatusCode::BAD_REQUEST,
            "InvalidRequestID",
            "this environment has no invocation with that request id; nothing was done",
        ),
        Misuse::OtherAttempt => (
            StatusCode::BAD_REQUEST,
            "InvalidInvocationId",
            "that was an earlier attempt at this invocation; nothing was done",
        ),
    };
    let body = json!({ "errorType": error_type, "errorMessage": message });
    (status, axum::Json(body)).into_response()
}
