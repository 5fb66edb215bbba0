//! One event and its handler, whichever way the event came.

use std::marker::PhantomData;
use std::panic::AssertUnwindSafe;

use contract::{Event, EventPattern, Misfit, Received};
use futures::FutureExt as _;
use serde_json::Value;

use crate::function::with_causes;
use crate::panics::Panic;

/// What a handler takes: [`Received<E>`](Received), or a type of the application's own for a consumer of several
/// kinds of events.
///
/// ```
/// # use contract::{Event, Misfit, Received};
/// # use outbox::consume::FromEvent;
/// # fn check<Placed: Event, Cancelled: Event>() {
/// enum Notice<Placed, Cancelled> {
///     Placed(Received<Placed>),
///     Cancelled(Received<Cancelled>),
/// }
///
/// impl<Placed: Event, Cancelled: Event> FromEvent for Notice<Placed, Cancelled> {
///     fn from_event(event: serde_json::Value) -> Result<Self, Misfit> {
///         if event["detail-type"] == Cancelled::DETAIL_TYPE {
///             Received::read(event).map(Self::Cancelled)
///         } else {
///             Received::read(event).map(Self::Placed)
///         }
///     }
/// }
/// # }
/// ```
pub trait FromEvent: Sized {
    /// Reads an event as EventBridge delivers it, and checks it against its contract.
    ///
    /// # Errors
    /// [`Misfit`] names the first field that does not fit.
    fn from_event(event: Value) -> Result<Self, Misfit>;

    /// The patterns of all events that it reads; [`Gapless`](super::order::Gapless) asks for them. None unless told.
    #[must_use]
    fn patterns() -> Vec<EventPattern> {
        Vec::new()
    }
}

impl<E: Event> FromEvent for Received<E> {
    fn from_event(event: Value) -> Result<Self, Misfit> {
        Self::read(event)
    }

    fn patterns() -> Vec<EventPattern> {
        vec![EventPattern::of::<E>()]
    }
}

/// An event `E`, or an event `Other` that says the same: for one handler of both.
///
/// ```
/// # use contract::Event;
/// # use outbox::consume::{self, OrFrom, Received};
/// # async fn start<Changed: Event, Placed: Event + Into<Changed>>() -> Result<(), outbox::Error> {
/// consume::run_queue(|OrFrom(event, _): OrFrom<Changed, Placed>| async move {
///     let event: Received<Changed> = event;
///     tracing::info!(key = event.metadata.key, "an order changed");
///     Ok::<(), std::io::Error>(())
/// })
/// .await
/// # }
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct OrFrom<E, Other>(
    /// The event.
    pub Received<E>,
    /// What it may also come from.
    pub PhantomData<Other>,
);

impl<E: Event, Other: Event + Into<E>> FromEvent for OrFrom<E, Other> {
    fn from_event(event: Value) -> Result<Self, Misfit> {
        let is_other =
            event["detail-type"] == Other::DETAIL_TYPE && event["source"] == Other::SOURCE;
        let received = if is_other {
            Received::<Other>::read(event)?.map(Into::into)
        } else {
            Received::<E>::read(event)?
        };
        Ok(Self(received, PhantomData))
    }

    fn patterns() -> Vec<EventPattern> {
        vec![EventPattern::of::<E>(), EventPattern::of::<Other>()]
    }
}

/// Why an event was not consumed.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) kind: &'static str,
    /// Without data of the event, unless the handler's error has some.
    pub(super) message: String,
}

/// Checks an event, hands it over and waits for the handler's end.
pub(super) async fn hand_over<T, F, R>(
    event: Value,
    handler: &impl Fn(T) -> F,
) -> Result<(), Failure>
where
    T: FromEvent,
    F: Future<Output = Result<(), R>>,
    R: std::error::Error,
{
    let work = async {
        let event = T::from_event(event).map_err(|misfit| Failure {
            kind: "EventDoesNotFit",
            message: misfit.to_string(),
        })?;
        handler(event).await.map_err(|error| Failure {
            kind: "HandlerFailed",
            message: with_causes(&error),
        })
    };
    match AssertUnwindSafe(work).catch_unwind().await {
        Ok(outcome) => outcome,
        Err(payload) => {
            let place = Panic::of(payload.as_ref())
                .place
                .unwrap_or_else(|| "an unknown place".to_owned());
            Err(Failure {
                kind: "HandlerPanicked",
                message: format!("the handler panicked at {place}"),
            })
        }
    }
}

/// The id that the producer gave; empty if there is none.
pub(super) fn id(event: &Value) -> &str {
    event["detail"]["metadata"]["eventId"]
        .as_str()
        .unwrap_or_default()
}
