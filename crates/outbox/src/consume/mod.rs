//! A Lambda function that takes events, each checked against its contract before the application sees it.
//!
//! [`run`] is for a function that a rule of the bus calls: one event an invocation. [`run_queue`] is its twin for a
//! function behind an SQS queue that a rule sends to: a batch of messages an invocation, each with one event.
//!
//! Both deliver at least once, and a repeat has the same `metadata.event_id`: [`Once`] runs the work for an event once.

mod deadline;
mod event;
mod once;
pub mod order;
mod owners;
mod queue;
pub(crate) mod retry;

use std::time::SystemTime;

pub use contract::{Metadata, Misfit, Received};
use jiff::Timestamp;
use lambda_runtime::{Diagnostic, LambdaEvent, service_fn};
use serde_json::Value;

pub use self::deadline::before;
use self::event::hand_over;
pub use self::event::{FromEvent, OrFrom};
pub use self::once::{
    Claim, Claimed, IdempotencyStore, KEPT, Known, LEASE_MARGIN, Once, OnceError, State,
};
pub use self::queue::{QueueBatch, SIDE_BY_SIDE, handle_queue, run_queue};
pub use crate::failures::Failures;
use crate::function::deadline;
use crate::panics;

/// Takes events from Lambda until the environment ends, and hands each to `handler` once it fits its contract.
///
/// Lambda delivers an event at least once: a repeat has the same `metadata.event_id`. An event that does not fit, an
/// error of the handler and its panic are function errors; Lambda tries the event again twice and then sends it to
/// the function's failure destination
/// (<https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html>).
///
/// # Errors
/// [`Error::Runtime`](crate::Error::Runtime) when the Runtime API can't be used.
pub async fn run<T, F, R>(handler: impl Fn(T) -> F) -> Result<(), crate::Error>
where
    T: FromEvent,
    F: Future<Output = Result<(), R>>,
    R: std::error::Error,
{
    panics::log_places_only();
    let handler = &handler;
    let invoke = |event: LambdaEvent<Value>| {
        before(deadline(&event.context), handle(event.payload, handler))
    };
    // Boxed, since it holds the handler's future, which is moved around by value before it begins.
    Ok(Box::pin(lambda_runtime::run(service_fn(invoke))).await?)
}

/// What [`run`] does with one event: checks it, hands it over, and turns every failure into the function error that
/// Lambda keeps. The error names the field that does not fit; it holds no data of the event unless the handler's
/// error does.
///
/// # Errors
/// The function error.
pub async fn handle<T, F, R>(event: Value, handler: impl Fn(T) -> F) -> Result<(), Diagnostic>
where
    T: FromEvent,
    F: Future<Output = Result<(), R>>,
    R: std::error::Error,
{
    let id = event["id"].as_str().unwrap_or_default().to_owned();
    let event_id = event::id(&event).to_owned();
    hand_over(event, &handler).await.map_err(|failure| {
        tracing::error!(
            id,
            event_id,
            error = failure.message,
            "the event was not consumed"
        );
        Diagnostic {
            error_type: failure.kind.to_owned(),
            error_message: failure.message,
        }
    })
}

/// How long ago an event happened, in milliseconds; nothing if its time can't be read. The stream knows whole
/// seconds only, so it is up to a second too much.
#[must_use]
pub fn age_in_milliseconds(metadata: &Metadata, now: SystemTime) -> Option<i64> {
    let occurred: Timestamp = metadata.occurred_at.parse().ok()?;
    let now = Timestamp::try_from(now).ok()?;
    Some(now.as_millisecond() - occurred.as_millisecond())
}
