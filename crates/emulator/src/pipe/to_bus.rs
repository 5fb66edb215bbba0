use std::sync::{Arc, Mutex, PoisonError};

use delivery::mapping::{Discard, Ending, Record};
use delivery::pipe::{CallError, Context, Entry, Health, LONGEST_RUN, Run, dead_letter, requests};
use futures::future::BoxFuture;
use tokio::sync::watch;
use tokio::time::{Instant, timeout_at};

use super::{Pipe, PutEvents, State};
use crate::Occurrence;
use crate::mapping::{Consumer, Payload, Surroundings};
use crate::sqs::Outgoing;

/// The condition of records that the stream dropped; AWS has no word for it.
const EXPIRED: &str = "ExpiredInStream";

/// A pipe's template, bus and dead-letter queue.
pub(super) struct ToBus {
    pipe: Pipe,
    buses: Arc<dyn PutEvents>,
    surroundings: Surroundings,
    health: Mutex<Health>,
    state: watch::Sender<State>,
}

impl ToBus {
    pub(super) fn new(
        pipe: Pipe,
        buses: Arc<dyn PutEvents>,
        surroundings: Surroundings,
        state: watch::Sender<State>,
    ) -> Arc<Self> {
        Arc::new(Self {
            pipe,
            buses,
            surroundings,
            health: Mutex::default(),
            state,
        })
    }

    /// The whole pipe runs for each attempt, as on AWS, so each has entries of its own.
    fn entries(&self, records: &[Record<Payload>]) -> Vec<Entry> {
        let context = Context {
            pipe_arn: &self.pipe.arn,
            pipe_name: &self.pipe.name,
            source_arn: &self.pipe.source_arn,
            target_arn: &self.pipe.target_arn,
            received_at: self.surroundings.clock.now(),
        };
        let step = &self.pipe.settings.step;
        let entries = records
            .iter()
            .map(|record| step.entry(&record.payload, &context));
        entries.collect()
    }

    async fn publish(&self, entries: Vec<Entry>) -> Run {
        let deadline = Instant::now() + LONGEST_RUN;
        let mut run = Run::default();
        for (count, request) in requests(entries, &self.pipe.target_arn) {
            let call = self.buses.put_events(request);
            let answer = timeout_at(deadline, call).await.unwrap_or_else(|_| {
                let reason = "a run of a pipe is ended after 5 minutes".to_owned();
                Err(CallError::NoAnswer(reason))
            });
            if !run.take(count, answer) {
                break;
            }
        }
        run
    }

    fn tell_failure(&self, ending: Ending, records: usize, reason: &str) {
        let Ending::Failed { from, .. } = ending else {
            return;
        };
        self.surroundings.journal.tell(Occurrence::Warning(format!(
            "a run of the pipe {} failed from record {} of {records} on: {reason}; what is left is tried again",
            self.pipe.name,
            from + 1,
        )));
    }

    fn stop(&self, reason: &str) {
        self.surroundings.journal.tell(Occurrence::Warning(format!(
            "the pipe {} stopped by itself, because nearly all of its runs were refused: {reason}; its records wait in \
             the stream, for at most 24 h; repair what refuses them and start again",
            self.pipe.name
        )));
        self.state.send_replace(State::Stopped {
            reason: reason.to_owned(),
        });
    }
}

impl Consumer for ToBus {
    fn run(&self, _request_id: String, records: Vec<Record<Payload>>) -> BoxFuture<'_, Ending> {
        let entries = self.entries(&records);
        Box::pin(async move {
            let run = self.publish(entries).await;
            let reason = run.reason().unwrap_or_default();
            self.tell_failure(run.ending(), records.len(), reason);
            let stops = {
                let mut health = self.health.lock().unwrap_or_else(PoisonError::into_inner);
                health.stops_after(&run)
            };
            if stops {
                self.stop(reason);
                // The task ends now; this run counts for nothing.
                std::future::pending::<()>().await;
            }
            run.ending()
        })
    }

    fn give_up<'a>(
        &'a self,
        discard: &'a Discard<Payload>,
        shard_id: &'a str,
    ) -> BoxFuture<'a, bool> {
        Box::pin(async move {
            let Surroundings { clock, journal, .. } = &self.surroundings;
            let pipe = &self.pipe;
            let queue = &pipe.settings.reading.on_failure;
            if let Some(queue) = queue {
                let letter =
                    dead_letter(&pipe.arn, &pipe.source_arn, shard_id, discard, clock.now());
                let message = Outgoing {
                    body: letter.to_string(),
                    ..Outgoing::default()
                };
                // Only objects in a bucket have keys.
                let put = self.surroundings.failures.put(queue, "", &message).await;
                if let Err(reason) = put {
                    journal.tell(Occurrence::Warning(format!(
                        "{} records of the pipe {} can't be put into {queue}: {reason}; the shard waits and tries again",
                        discard.records.len(),
                        pipe.name,
                    )));
                    return false;
                }
            }
            journal.tell(Occurrence::Discarded {
                source: pipe.arn.clone(),
                destination: queue.clone(),
                condition: discard.condition.name().to_owned(),
                count: discard.records.len(),
            });
            true
        })
    }

    fn lost(&self, count: usize) {
        let journal = &self.surroundings.journal;
        journal.tell(Occurrence::Warning(format!(
            "{count} records of the pipe {} expired in the stream before they were published and are lost; give the pipe \
             a maximumRecordAgeInSeconds below 24 h and a dead-letter queue",
            self.pipe.name,
        )));
        journal.tell(Occurrence::Discarded {
            source: self.pipe.arn.clone(),
            destination: None,
            condition: EXPIRED.to_owned(),
            count,
        });
    }
}
