//! A Lambda function as the target of a rule: one event in, checked against its contract.

use std::panic::AssertUnwindSafe;
use std::time::SystemTime;

use contract::Event;
pub use contract::{Metadata, Misfit, Received};
use futures::FutureExt as _;
use jiff::Timestamp;
use lambda_runtime::{Diagnostic, LambdaEvent, service_fn};
use serde_json::Value;

use crate::function::with_causes;
use crate::panics::{self, Panic};

/// Takes events from Lambda until the environment ends, and hands each to `handler` once it fits the contract of `E`.
///
/// Lambda delivers an event at least once: a repeat has the same `metadata.event_id`. An event that does not fit, an
/// error of the handler and its panic are function errors; Lambda tries the event again twice and then sends it to
/// the function's failure destination
/// (<https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html>).
///
/// # Errors
/// [`Error::Runtime`](crate::Error::Runtime) when the Runtime API can't be used.
pub async fn run<E, F, R>(handler: impl Fn(Received<E>) -> F) -> Result<(), crate::Error>
where
    E: Event,
    F: Future<Output = Result<(), R>>,
    R: std::error::Error,
{
    panics::log_places_only();
    let handler = &handler;
    Ok(lambda_runtime::run(service_fn(|event: LambdaEvent<Value>| {
        handle(event.payload, handler)
    }))
    .await?)
}

/// What [`run`] does with one event: checks it, hands it over, and turns every failure into the function error that
/// Lambda keeps. The error names the field that does not fit; it holds no data of the event unless the handler's
/// error does.
///
/// # Errors
/// The function error.
pub async fn handle<E, F, R>(
    event: Value,
    handler: impl Fn(Received<E>) -> F,
) -> Result<(), Diagnostic>
where
    E: Event,
    F: Future<Output = Result<(), R>>,
    R: std::error::Error,
{
    let id = event["id"].as_str().unwrap_or_default().to_owned();
    let event_id = event["detail"]["metadata"]["eventId"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    let fail = |error_type: &str, error_message: String| {
        tracing::error!(
            id,
            event_id,
            error = error_message,
            "the event was not consumed"
        );
        Err(Diagnostic {
            error_type: error_type.to_owned(),
            error_message,
        })
    };
    let received = match Received::<E>::read(event) {
        Ok(received) => received,
        Err(misfit) => return fail("EventDoesNotFit", misfit.to_string()),
    };
    match AssertUnwindSafe(async { handler(received).await })
        .catch_unwind()
        .await
    {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => fail("HandlerFailed", with_causes(&error)),
        Err(payload) => {
            let place = Panic::of(payload.as_ref())
                .place
                .unwrap_or_else(|| "an unknown place".to_owned());
            fail(
                "HandlerPanicked",
                format!("the handler panicked at {place}"),
            )
        }
    }
}

/// How long ago an event happened, in milliseconds; nothing if its time can't be read. The stream knows whole
/// seconds only, so it is up to a second too much.
#[must_use]
pub fn age_in_milliseconds(metadata: &Metadata, now: SystemTime) -> Option<i64> {
    let occurred: Timestamp = metadata.occurred_at.parse().ok()?;
    let now = Timestamp::try_from(now).ok()?;
    Some(now.as_millisecond() - occurred.as_millisecond())
}
