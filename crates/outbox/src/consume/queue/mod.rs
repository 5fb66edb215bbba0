//! A Lambda function behind an SQS queue that a rule of the bus sends to.

mod batch;

use std::sync::Mutex;
use std::time::Duration;

use futures::stream::{self, StreamExt as _};
use lambda_runtime::{LambdaEvent, service_fn};
use tokio::time::{Instant, timeout_at};

pub use self::batch::QueueBatch;
use self::batch::{Lanes, Message};
use super::deadline::before;
use super::event::{FromEvent, hand_over};
use crate::failures::Failures;
use crate::function::deadline;
use crate::panics;
use crate::relay::lock;

/// The most handlers of one batch that run at a time.
pub const SIDE_BY_SIDE: usize = 10;

/// Kept free for the answer to Lambda.
const TO_ANSWER: Duration = Duration::from_millis(500);

/// How far a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Progress {
    NotBegun,
    Begun,
    Failed,
    Consumed,
}

/// Takes batches of a standard SQS queue from Lambda until the environment ends, and hands the event in each message
/// to `handler` once it fits its contract: [`handle_queue`] for every batch.
///
/// The event source mapping must have `ReportBatchItemFailures`; without it Lambda takes every answer for success and
/// deletes the messages. What fails too often goes where the queue's redrive policy says
/// (<https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html>).
///
/// # Errors
/// [`Error::Runtime`](crate::Error::Runtime) when the Runtime API can't be used.
pub async fn run_queue<T, F, R>(handler: impl Fn(T) -> F) -> Result<(), crate::Error>
where
    T: FromEvent,
    F: Future<Output = Result<(), R>>,
    R: std::error::Error,
{
    panics::log_places_only();
    let handler = &handler;
    let invoke = |event: LambdaEvent<QueueBatch>| async move {
        let deadline = deadline(&event.context);
        Ok::<_, lambda_runtime::Error>(handle_queue(event.payload, deadline, handler).await)
    };
    // Boxed, since it holds the handlers' futures, which are moved around by value before they begin.
    Ok(Box::pin(lambda_runtime::run(service_fn(invoke))).await?)
}

/// What [`run_queue`] does with one batch: hands over the event of each message, and answers with the messages that
/// are to come again.
///
/// A message fails alone: when its body is no JSON, when its event does not fit, when the handler returns an error or
/// panics. Each such message is one log line with its message id and its event id, and no data of the event unless
/// the handler's error has some. Messages that are not consumed shortly before `deadline` count as failed; handlers
/// that still run then are dropped where they wait.
///
/// Up to [`SIDE_BY_SIDE`] handlers run at a time. Events with one ordering key (`metadata.key`) are handed over one
/// after the other by their sequence, so that the handlers of one batch don't get into each other's way; a failure
/// does not hold up the key's next event. That is no promise of order: a standard queue gives none between batches.
pub async fn handle_queue<T, F, R>(
    batch: QueueBatch,
    deadline: Instant,
    handler: impl Fn(T) -> F,
) -> Failures
where
    T: FromEvent,
    F: Future<Output = Result<(), R>>,
    R: std::error::Error,
{
    let Lanes { lanes, names } = batch.into_lanes();
    let left = deadline.saturating_duration_since(Instant::now());
    let end = deadline - TO_ANSWER.min(left / 8);
    let progress = Mutex::new(vec![Progress::NotBegun; names.len()]);
    let (handler, progress) = (&handler, &progress);
    // Collected, so that the compiler sees that the whole can be sent between threads whatever the handler borrows.
    let lanes: Vec<_> = lanes
        .into_iter()
        .map(|lane| async move {
            for message in lane {
                // Else a handler without any wait would begin after the end.
                if Instant::now() >= end {
                    return;
                }
                let position = message.position;
                lock(progress)[position] = Progress::Begun;
                lock(progress)[position] = consume(message, handler).await;
            }
        })
        .collect();
    let all = stream::iter(lanes)
        .buffer_unordered(SIDE_BY_SIDE)
        .collect::<Vec<()>>();
    // What it says is in the progress as well.
    let _ = timeout_at(end, before(deadline, all)).await;

    let progress = lock(progress);
    let unconsumed = progress.iter().zip(names).filter_map(|(progress, name)| {
        let begun = match progress {
            Progress::Consumed => return None,
            Progress::Failed => return Some(name.message_id),
            Progress::Begun => true,
            Progress::NotBegun => false,
        };
        tracing::error!(
            message_id = name.message_id,
            event_id = name.event_id,
            begun,
            "the time is up: the message was not consumed and comes again"
        );
        Some(name.message_id)
    });
    unconsumed.collect()
}

async fn consume<T, F, R>(message: Message, handler: &impl Fn(T) -> F) -> Progress
where
    T: FromEvent,
    F: Future<Output = Result<(), R>>,
    R: std::error::Error,
{
    let outcome = match message.event {
        Ok(event) => hand_over(event, handler).await,
        Err(failure) => Err(failure),
    };
    match outcome {
        Ok(()) => Progress::Consumed,
        Err(failure) => {
            tracing::error!(
                message_id = message.name.message_id,
                event_id = message.name.event_id,
                error_type = failure.kind,
                error = failure.message,
                "the message was not consumed and comes again"
            );
            Progress::Failed
        }
    }
}
