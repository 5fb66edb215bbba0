use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderMap, Response, StatusCode};
use axum::routing::{get, post};
use bytes::Bytes;
use serde_json::Value;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::Instant;

use crate::answer::Answer;
use crate::endpoint::{self, Endpoint};

/// Both sides of one environment's Runtime API.
///
/// See <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>.
pub(crate) struct RuntimeApi {
    invocations: mpsc::UnboundedSender<Invocation>,
    waiting: tokio::sync::Mutex<mpsc::UnboundedReceiver<Invocation>>,
    open: Mutex<HashMap<String, oneshot::Sender<Answer>>>,
    first_poll: watch::Sender<Option<Instant>>,
    start_error: watch::Sender<Option<Value>>,
    last_request: AtomicU64,
    endpoint: Endpoint,
}

struct Invocation {
    request_id: String,
    deadline: SystemTime,
    event: Bytes,
}

impl RuntimeApi {
    pub(crate) fn new(endpoint: Endpoint) -> Arc<Self> {
        let (invocations, waiting) = mpsc::unbounded_channel();
        Arc::new(Self {
            invocations,
            waiting: tokio::sync::Mutex::new(waiting),
            open: Mutex::default(),
            first_poll: watch::Sender::default(),
            start_error: watch::Sender::default(),
            last_request: AtomicU64::new(0),
            endpoint,
        })
    }

    pub(crate) fn router(self: &Arc<Self>) -> Router {
        Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route(
                "/2018-06-01/runtime/invocation/{id}/response",
                post(response),
            )
            .route("/2018-06-01/runtime/invocation/{id}/error", post(error))
            .route("/2018-06-01/runtime/init/error", post(start_error))
            .fallback(aws)
            .layer(DefaultBodyLimit::disable())
            .with_state(Arc::clone(self))
    }

    /// Hands one event to the function; the receiver ends if the function dies first.
    pub(crate) fn invoke(&self, event: Bytes, time_left: Duration) -> oneshot::Receiver<Answer> {
        let number = self.last_request.fetch_add(1, Ordering::Relaxed) + 1;
        let request_id = format!("00000000-0000-4000-8000-{number:012}");
        let (answer, answered) = oneshot::channel();
        self.open().insert(request_id.clone(), answer);
        // The receiving end lives as long as `self`.
        let _ = self.invocations.send(Invocation {
            request_id,
            deadline: SystemTime::now() + time_left,
            event,
        });
        answered
    }

    pub(crate) fn first_poll(&self) -> watch::Receiver<Option<Instant>> {
        self.first_poll.subscribe()
    }

    pub(crate) fn start_error(&self) -> watch::Receiver<Option<Value>> {
        self.start_error.subscribe()
    }

    fn open(&self) -> MutexGuard<'_, HashMap<String, oneshot::Sender<Answer>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn answer(&self, request_id: &str, answer: Answer) -> StatusCode {
        match self.open().remove(request_id) {
            Some(open) => {
                let _ = open.send(answer);
                StatusCode::ACCEPTED
            }
            None => StatusCode::BAD_REQUEST,
        }
    }
}

async fn next(State(api): State<Arc<RuntimeApi>>) -> Response<Body> {
    api.first_poll.send_if_modified(|first| {
        let is_first = first.is_none();
        first.get_or_insert_with(Instant::now);
        is_first
    });
    let mut response = Response::new(Body::empty());
    let Some(invocation) = api.waiting.lock().await.recv().await else {
        *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
        return response;
    };
    let deadline = invocation
        .deadline
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    for (name, value) in [
        ("lambda-runtime-aws-request-id", invocation.request_id),
        (
            "lambda-runtime-deadline-ms",
            deadline.as_millis().to_string(),
        ),
        (
            "lambda-runtime-invoked-function-arn",
            "arn:aws:lambda:us-east-1:000000000000:function:sandbox".to_owned(),
        ),
    ] {
        if let Ok(value) = value.parse() {
            response.headers_mut().insert(name, value);
        }
    }
    *response.body_mut() = Body::from(invocation.event);
    response
}

async fn response(
    State(api): State<Arc<RuntimeApi>>,
    Path(request_id): Path<String>,
    body: Bytes,
) -> StatusCode {
    api.answer(&request_id, Answer::Response(body))
}

async fn error(
    State(api): State<Arc<RuntimeApi>>,
    Path(request_id): Path<String>,
    body: Bytes,
) -> StatusCode {
    let error = serde_json::from_slice(&body).unwrap_or_default();
    api.answer(&request_id, Answer::Error(error))
}

async fn start_error(State(api): State<Arc<RuntimeApi>>, body: Bytes) -> StatusCode {
    let error = serde_json::from_slice(&body).unwrap_or_default();
    api.start_error.send_replace(Some(error));
    StatusCode::ACCEPTED
}

async fn aws(
    State(api): State<Arc<RuntimeApi>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    endpoint::serve(Arc::clone(&api.endpoint), headers, body).await
}
