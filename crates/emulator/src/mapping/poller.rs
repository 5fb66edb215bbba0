use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use delivery::mapping::{
    Effect, Input, Progress, Record, SequenceNumber, Shard, StartingPosition, event,
};
use delivery::{Outcome, Time};
use futures::future::BoxFuture;
use futures::stream::{FuturesUnordered, StreamExt};
use tokio::sync::watch;
use tokio::time::{Interval, MissedTickBehavior};

use super::progress::Saved;
use super::{Error, Mapping, Polling, Surroundings, discards, record};
use crate::dynamodb::{Page, StreamReader};
use crate::{Invocation, Occurrence};

/// The pause after the state could not be read or written.
const BROKEN: Duration = Duration::from_secs(1);

/// The most records of one `GetRecords` call.
const AWS_PAGE: usize = 1000;

/// The payload is the record's JSON text.
type Payload = Arc<str>;

/// Runs one mapping in one shard.
pub(super) struct Poller {
    mapping: Arc<Mapping>,
    surroundings: Surroundings,
    reader: StreamReader,
    shard_id: String,
    saved: Saved,
    shard: Shard<Payload>,
    readiness: Readiness,
    /// The read that the machine wants.
    wanted: Option<(Option<SequenceNumber>, usize)>,
    /// When the machine wants to be woken.
    wake: Option<Time>,
    /// Invocations and discards under way.
    running: FuturesUnordered<BoxFuture<'static, Input<Payload>>>,
}

impl Poller {
    /// Goes on where the durable progress says, or starts where the mapping wants.
    pub(super) fn new(
        mapping: Mapping,
        reader: StreamReader,
        saved: Saved,
        surroundings: Surroundings,
    ) -> Result<Self, Error> {
        let shard_id = reader.shard_id();
        let settings = mapping.settings.clone();
        let progress = match saved.load(&mapping.uuid, &shard_id)? {
            Some(progress) => progress,
            None => match settings.starting_position {
                StartingPosition::TrimHorizon => Progress::default(),
                StartingPosition::Latest => {
                    let newest = SequenceNumber::from(reader.newest()?);
                    let progress = Progress::after(newest, settings.parallelization_factor);
                    saved.save(&mapping.uuid, &shard_id, &progress)?;
                    progress
                }
            },
        };
        let now = surroundings.clock.now();
        Ok(Self {
            shard: Shard::new(settings, surroundings.pauses, progress, now),
            readiness: Readiness::new(surroundings.polling, reader.changes()),
            mapping: Arc::new(mapping),
            surroundings,
            reader,
            shard_id,
            saved,
            wanted: None,
            wake: None,
            running: FuturesUnordered::new(),
        })
    }

    /// Runs until it is aborted, which is safe at every await.
    pub(super) async fn run(mut self) {
        let mut inputs = VecDeque::from([Input::Woken]);
        loop {
            while let Some(input) = inputs.pop_front() {
                self.wake = None;
                for effect in self.shard.step(input, self.surroundings.clock.now()) {
                    self.perform(effect).await;
                }
            }
            let wake = self.wake;
            let clock = self.surroundings.clock;
            tokio::select! {
                Some(input) = self.running.next(), if !self.running.is_empty() => {
                    inputs.push_back(input);
                }
                () = self.readiness.wait(), if self.wanted.is_some() => {
                    inputs.push_back(self.read().await);
                }
                () = clock.sleep_until(wake.unwrap_or_default()), if wake.is_some() => {
                    inputs.push_back(Input::Woken);
                }
            }
        }
    }

    async fn perform(&mut self, effect: Effect<Payload>) {
        match effect {
            Effect::Commit(progress) => self.commit(&progress).await,
            Effect::Read { after, limit } => self.wanted = Some((after, limit)),
            Effect::Wake(time) => self.wake = Some(time),
            Effect::Invoke { lane, records } => self.running.push(self.invoke(lane, &records)),
            Effect::Discard(discard) => {
                let mapping = Arc::clone(&self.mapping);
                let surroundings = self.surroundings.clone();
                let shard_id = self.shard_id.clone();
                self.running.push(Box::pin(async move {
                    let stored = discards::put(&discard, &mapping, &shard_id, &surroundings).await;
                    Input::Discarded {
                        lane: discard.lane,
                        stored,
                    }
                }));
            }
        }
    }

    /// Nothing that follows from the progress may happen before it is durable.
    async fn commit(&mut self, progress: &Progress) {
        while let Err(error) = self
            .saved
            .save(&self.mapping.uuid, &self.shard_id, progress)
        {
            self.warn(&format!("its progress can't be saved: {error}"));
            tokio::time::sleep(BROKEN).await;
        }
    }

    fn invoke(
        &self,
        lane: usize,
        records: &[Record<Payload>],
    ) -> BoxFuture<'static, Input<Payload>> {
        let invocation = Invocation {
            function_arn: self.mapping.function_arn.clone(),
            request_id: self.surroundings.chance.uuid().to_string(),
            payload: event(records.iter().map(|record| &*record.payload)).into(),
        };
        let surroundings = self.surroundings.clone();
        let mapping = Arc::clone(&self.mapping);
        Box::pin(async move {
            let request_id = invocation.request_id.clone();
            let outcome = surroundings.invoke.invoke(invocation).await;
            if let Outcome::NotRun { reason } = &outcome {
                // A shard that waits for a function that can't start would else look idle.
                surroundings.journal.tell(waits(
                    &mapping,
                    &format!("its function did not run: {reason}; the batch is tried again"),
                ));
            }
            Input::Answered {
                lane,
                request_id,
                outcome,
            }
        })
    }

    async fn read(&mut self) -> Input<Payload> {
        let (after, limit) = self.wanted.take().unwrap_or_default();
        let limit = self.readiness.page(limit);
        let after = after.as_ref().map(SequenceNumber::as_str);
        let page = loop {
            match self.reader.read(after, limit) {
                Ok(page) => break page,
                Err(error) => {
                    self.warn(&format!("its stream can't be read: {error}"));
                    tokio::time::sleep(BROKEN).await;
                }
            }
        };
        self.input(page)
    }

    fn input(&mut self, page: Page) -> Input<Payload> {
        let exhausted = self.readiness.was_read(page.exhausted);
        let records = page
            .records
            .into_iter()
            .filter_map(|it| record::wanted(it, self.reader.arn(), &self.mapping.settings))
            .collect();
        Input::Records {
            records,
            read_to: page.read_to.map(SequenceNumber::from),
            exhausted,
        }
    }

    fn warn(&self, what: &str) {
        self.surroundings.journal.tell(waits(&self.mapping, what));
    }
}

fn waits(mapping: &Mapping, what: &str) -> Occurrence {
    Occurrence::Warning(format!(
        "the event source mapping {} waits: {what}",
        mapping.resource
    ))
}

/// When the shard may be read next.
enum Readiness {
    Instant {
        changes: watch::Receiver<u64>,
        /// The last read left something.
        more: bool,
    },
    Aws(Interval),
}

impl Readiness {
    fn new(polling: Polling, changes: watch::Receiver<u64>) -> Self {
        match polling {
            Polling::Instant => Self::Instant {
                changes,
                more: true,
            },
            Polling::Aws => {
                let mut interval = tokio::time::interval(Polling::INTERVAL);
                interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
                Self::Aws(interval)
            }
        }
    }

    /// Returns when the shard may be read; what is written from then on is heard by the next call.
    async fn wait(&mut self) {
        match self {
            Self::Instant { more: true, .. } => tokio::task::yield_now().await,
            // The tables outlive the task, so that the sender does too.
            Self::Instant { changes, .. } => drop(changes.changed().await),
            Self::Aws(interval) => {
                interval.tick().await;
            }
        }
    }

    /// How many records one read may take, of `wanted`.
    fn page(&self, wanted: usize) -> usize {
        match self {
            Self::Instant { .. } => wanted,
            Self::Aws(_) => wanted.min(AWS_PAGE),
        }
    }

    /// Takes note of a read; whether a batch should wait for nothing more.
    fn was_read(&mut self, exhausted: bool) -> bool {
        match self {
            Self::Instant { more, .. } => {
                *more = !exhausted;
                exhausted
            }
            // The next read is a quarter of a second away.
            Self::Aws(_) => true,
        }
    }
}
