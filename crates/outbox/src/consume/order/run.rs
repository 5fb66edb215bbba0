//! A Lambda function behind a queue and a schedule.

use lambda_runtime::{Diagnostic, LambdaEvent, service_fn};
use serde::Deserialize as _;
use serde_json::Value;
use tokio::time::Instant;

use super::{Gapless, LaneStore, Parkable};
use crate::consume::{self, Failures, FromEvent, QueueBatch, before, handle_queue};
use crate::function::{deadline, with_causes};
use crate::panics;

/// The detail-type of what a schedule sends, of a rule and of EventBridge Scheduler.
const SCHEDULED_EVENT: &str = "Scheduled Event";

impl<T: FromEvent, S: LaneStore> Gapless<T, S> {
    /// Takes invocations from Lambda until the environment ends, [`Gapless::handle`] for each: those of an event
    /// source mapping on a standard queue, with `ReportBatchItemFailures`, or of a rule of the bus, and those of a
    /// schedule, once a minute for example.
    ///
    /// # Errors
    /// [`Error::Runtime`](crate::Error::Runtime) when the Runtime API can't be used.
    pub async fn run<F, R>(&self, handler: impl Fn(T) -> F) -> Result<(), crate::Error>
    where
        F: Future<Output = Result<(), R>>,
        R: std::error::Error,
    {
        panics::log_places_only();
        let handler = &handler;
        let invoke = |event: LambdaEvent<Value>| async move {
            let deadline = deadline(&event.context);
            self.handle(event.payload, deadline, handler).await
        };
        // Boxed, since it holds the handlers' futures, which are moved around by value before they begin.
        Ok(Box::pin(lambda_runtime::run(service_fn(invoke))).await?)
    }

    /// What [`Gapless::run`] does with one invocation: the events of a batch are taken, each message for itself as in
    /// [`handle_queue`]; for a scheduled event
    /// (<https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-rule-schedule.html>) what is overdue is
    /// released; and any other is taken itself, as a rule of the bus brings it.
    ///
    /// # Errors
    /// The function error: of an event that came alone, or of one that was released.
    pub async fn handle<F, R>(
        &self,
        invocation: Value,
        deadline: Instant,
        handler: impl Fn(T) -> F,
    ) -> Result<Failures, Diagnostic>
    where
        F: Future<Output = Result<(), R>>,
        R: std::error::Error,
    {
        let handler = &handler;
        let take = async |event: Parkable<T>| self.take(event, handler).await.map(drop);
        if invocation.get("Records").is_some() {
            let batch = QueueBatch::deserialize(invocation)
                .map_err(|error| failed("NoBatch", error.to_string()))?;
            return Ok(handle_queue(batch, deadline, take).await);
        }
        if invocation["detail-type"] != SCHEDULED_EVENT {
            before(deadline, consume::handle(invocation, take)).await?;
            return Ok(Failures::none());
        }
        let released = before(deadline, self.release_overdue(handler)).await;
        let released = released.map_err(|error| failed("NotReleased", with_causes(&error)))?;
        if released > 0 {
            tracing::info!(released, "events that waited too long were handed over");
        }
        Ok(Failures::none())
    }
}

fn failed(kind: &str, message: String) -> Diagnostic {
    Diagnostic {
        error_type: kind.to_owned(),
        error_message: message,
    }
}
