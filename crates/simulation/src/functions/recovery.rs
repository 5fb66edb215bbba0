//! The function that reads what the pipe gave up back from the stream.

use std::sync::Arc;
use std::time::Duration;

use delivery::Outcome;
use emulator::Invocation;
use emulator::sqs::Queues;
use outbox::Recovery;
use outbox::consume::QueueBatch;
use outbox::publish::CallError;
use outbox::recovery::{Page, ReadShard, Shard, Start};
use serde_json::Value;
use tokio::time::Instant;

use super::quarantine::QuarantineQueue;
use super::{answered, crashed};
use crate::observation::{Function, Observation};
use crate::scenario::{Crash, FaultKind};
use crate::world::Ground;

/// Its time-out, as `infra` declares it.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(30);

/// The most records of one page: few, so that a range has several.
const PAGE: usize = 3;

/// Runs the function once.
pub(super) async fn invoke(
    ground: &Arc<Ground>,
    queues: &Queues,
    invocation: Invocation,
) -> Outcome {
    ground.observe(Observation::Invoked {
        function: Function::Recovery,
        environment: 1,
        request_id: invocation.request_id.clone(),
        events: Vec::new(),
        messages: Vec::new(),
    });
    let deadline = Instant::now() + TIMEOUT;
    ground.takes(0, 3).await;
    let outcome = match serde_json::from_slice::<QueueBatch>(&invocation.payload) {
        Ok(batch) => {
            let stream = StreamReader(Arc::clone(ground));
            let quarantine = QuarantineQueue {
                ground: Arc::clone(ground),
                queues: queues.clone(),
            };
            let recovery = Recovery::new(stream, quarantine);
            let failures = recovery.handle(batch, deadline).await;
            Outcome::Answered(serde_json::to_vec(&failures).unwrap_or_default().into())
        }
        Err(_) => crashed(Crash::Errors),
    };
    ground.alive().await;
    answered(
        ground,
        Function::Recovery,
        1,
        invocation.request_id,
        &outcome,
    );
    outcome
}

/// The table's stream as the function's client reads it. An iterator is the shard and the number before its place.
struct StreamReader(Arc<Ground>);

impl ReadShard for StreamReader {
    async fn iterator(&self, shard: &Shard, from: Start<'_>) -> Result<String, CallError> {
        let Self(ground) = self;
        ground.takes(1, 10).await;
        self.readable()?;
        let id = &shard.shard_id;
        let Start::At(number) = from else {
            return Ok(format!("{id}/"));
        };
        let all = ground
            .table
            .read(|shards| shards.read(id, None, usize::MAX));
        let Some(page) = all else {
            return Err(refused("ResourceNotFoundException"));
        };
        let numbers = || page.records.iter().map(|record| &record.sequence_number);
        if !numbers().any(|kept| kept == number) {
            return Err(refused("TrimmedDataAccessException"));
        }
        let before = numbers().rfind(|kept| kept.as_str() < number);
        Ok(format!("{id}/{}", before.map_or("", String::as_str)))
    }

    async fn records(&self, iterator: &str) -> Result<Page, CallError> {
        let Self(ground) = self;
        ground.takes(1, 10).await;
        self.readable()?;
        let (id, after) = iterator.split_once('/').unwrap_or((iterator, ""));
        let after = Some(after).filter(|after| !after.is_empty());
        let page = ground.table.read(|shards| shards.read(id, after, PAGE));
        let Some(page) = page else {
            return Err(refused("ResourceNotFoundException"));
        };
        let last = page.records.last().map(|last| last.sequence_number.clone());
        let next = last
            .or_else(|| after.map(str::to_owned))
            .unwrap_or_default();
        Ok(Page {
            next: (!(page.exhausted && page.closed)).then(|| format!("{id}/{next}")),
            records: page
                .records
                .into_iter()
                .map(|it| Value::Object(it.body))
                .collect(),
        })
    }
}

impl StreamReader {
    fn readable(&self) -> Result<(), CallError> {
        if self.0.strikes(&FaultKind::StreamUnreadable) {
            return Err(CallError::NoAnswer("connection reset".to_owned()));
        }
        Ok(())
    }
}

fn refused(code: &str) -> CallError {
    CallError::Refused {
        status: 400,
        code: code.to_owned(),
        message: "the simulation's stream says so".to_owned(),
    }
}
