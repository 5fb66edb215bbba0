//! Brings back what a pipe or an event source mapping gave up.
//!
//! The dead-letter queue of a pipe gets no records, only their positions in the stream, which forgets them after 24
//! hours. [`Recovery`] is a Lambda function on that queue: it reads the named records from the stream and stores each
//! one whole in the quarantine, as the relay does with poison, so that both are published again in the same way.
//!
//! Promise: **every named record ends in the quarantine, or its positions do, or the message comes again.** What the
//! stream has trimmed already is one log line of level `ERROR` with the number `lost_records` and the positions
//! (a metric filter's pattern for it is `{ $.lost_records = * }`), and the positions go to the quarantine. A record
//! may come twice, with the same `eventID`; one that was delivered before may come too, for positions name a range.
//!
//! ```no_run
//! # async fn start() -> Result<(), outbox::Error> {
//! outbox::Recovery::from_env()?.run().await
//! # }
//! ```

mod positions;
mod read;
mod record;

use std::time::Duration;

use futures::stream::{self, StreamExt as _};
use serde_json::value::{RawValue, to_raw_value};
use tokio::time::{Instant, timeout, timeout_at};

use self::positions::Positions;
pub use self::positions::Shard;
use self::read::Reader;
pub use self::read::{Page, ReadShard, Start};
use crate::Quarantine;
use crate::consume::{Failures, QueueBatch};
use crate::publish::CallError;
use crate::quarantine::{Function, Poison, QuarantineError, Reason, ReasonKind};

/// How many messages are worked on at a time.
const SIDE_BY_SIDE: usize = 4;

/// Kept free for the answer to Lambda.
const TO_ANSWER: Duration = Duration::from_millis(500);

/// A store without an answer for so long gets none.
const PATIENCE: Duration = Duration::from_secs(5);

/// Reads records back from their stream and quarantines them.
#[derive(Debug)]
pub struct Recovery<S, Q> {
    stream: S,
    quarantine: Q,
    function: Function,
}

/// What kept a message from being finished.
#[derive(Debug, thiserror::Error)]
enum Unfinished {
    #[error("the stream can't be read: {0}")]
    Stream(#[from] CallError),
    #[error(transparent)]
    Quarantine(#[from] QuarantineError),
    #[error("a record can't be written as JSON: {0}")]
    Record(#[from] serde_json::Error),
    #[error("the time is up")]
    Time,
}

impl<S: ReadShard, Q: Quarantine> Recovery<S, Q> {
    /// A recovery that reads with `stream` and stores in one quarantine.
    pub fn new(stream: S, quarantine: Q) -> Self {
        Self {
            stream,
            quarantine,
            function: Function::default(),
        }
    }

    /// The function that a quarantined record names.
    #[must_use]
    pub fn with_function(mut self, function: Function) -> Self {
        self.function = function;
        self
    }

    /// Recovers what the messages of one batch name, and answers with the messages that are to come again: those
    /// whose records could not be read or stored for now, and those that were not finished shortly before `deadline`.
    pub async fn handle(&self, batch: QueueBatch, deadline: Instant) -> Failures {
        let left = deadline.saturating_duration_since(Instant::now());
        let end = deadline - TO_ANSWER.min(left / 8);
        let failed = stream::iter(batch.into_messages())
            .map(|(message_id, body)| async move {
                let outcome = timeout_at(end, self.recover(&message_id, &body)).await;
                let error = outcome.unwrap_or(Err(Unfinished::Time)).err()?;
                tracing::error!(
                    message_id,
                    error = error.to_string(),
                    "the records were not recovered; the message comes again"
                );
                Some(message_id)
            })
            .buffered(SIDE_BY_SIDE)
            .filter_map(async |failed| failed)
            .collect::<Vec<_>>();
        failed.await.into_iter().collect()
    }

    async fn recover(&self, message_id: &str, body: &str) -> Result<(), Unfinished> {
        let positions = match Positions::read(body) {
            Ok(positions) => positions,
            Err(problem) => {
                tracing::error!(
                    message_id,
                    "the message names no positions in a stream; it goes to the quarantine as it is"
                );
                let message = format!("the message names no positions in a stream: {problem}");
                return self.keep_body(ReasonKind::Unreadable, message, body).await;
            }
        };
        let mut reader = Reader::new(&self.stream, &positions);
        while let Some(records) = reader.next().await? {
            for record in records {
                let record = record::as_delivered(record, &positions.shard.stream_arn)?;
                let reason = positions.reason.clone();
                self.store(ReasonKind::GivenUp, reason, &record).await?;
            }
        }
        let found = reader.found;
        let lost = found.lost(&positions);
        if lost == 0 {
            tracing::info!(
                message_id,
                shard_id = positions.shard.shard_id,
                recovered_records = found.records,
                "records that were given up are in the quarantine"
            );
            return Ok(());
        }
        let message = format!(
            "the stream had {} of the records at these positions, at least {lost} are lost",
            found.records
        );
        self.keep_body(ReasonKind::Trimmed, message, body).await?;
        tracing::error!(
            message_id,
            lost_records = lost,
            recovered_records = found.records,
            stream_arn = positions.shard.stream_arn,
            shard_id = positions.shard.shard_id,
            start_sequence_number = positions.first.text,
            end_sequence_number = positions.last.text,
            "records are lost: the stream has trimmed them; their positions are in the quarantine"
        );
        Ok(())
    }

    /// Stores a message in the place of the records that it should have brought.
    async fn keep_body(
        &self,
        kind: ReasonKind,
        message: String,
        body: &str,
    ) -> Result<(), Unfinished> {
        let body = RawValue::from_string(body.to_owned()).or_else(|_| to_raw_value(body))?;
        self.store(kind, message, &body).await
    }

    async fn store(
        &self,
        kind: ReasonKind,
        message: String,
        record: &RawValue,
    ) -> Result<(), Unfinished> {
        let poison = Poison {
            reason: Reason { kind, message },
            event_ids: Vec::new(),
            accepted_event_ids: Vec::new(),
            function: &self.function,
            record,
        };
        let stored = timeout(PATIENCE, self.quarantine.store(&poison)).await;
        let no_answer = |_| Err(CallError::no_answer_within(PATIENCE).into());
        Ok(stored.unwrap_or_else(no_answer)?)
    }
}
