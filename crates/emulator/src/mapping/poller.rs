use std::collections::VecDeque;
use std::sync::Arc;

use delivery::Time;
use delivery::mapping::{Effect, Input, Progress, Record, SequenceNumber, Shard};
use futures::future::BoxFuture;
use futures::stream::{FuturesUnordered, StreamExt};

use super::progress::Saved;
use super::reader::{Payload, Reader};
use super::readiness::{BROKEN, Readiness};
use super::stream::Stream;
use super::surroundings::Surroundings;
use super::{Error, Page, record};

/// Runs one reader in one shard.
pub(super) struct Poller {
    reader: Arc<Reader>,
    surroundings: Surroundings,
    stream: Arc<dyn Stream>,
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
    /// Goes on where the durable progress says, or starts at the shard's oldest record.
    pub(super) fn new(
        reader: Arc<Reader>,
        stream: Arc<dyn Stream>,
        shard_id: String,
        saved: Saved,
        surroundings: Surroundings,
    ) -> Result<Self, Error> {
        let progress = saved.load(&reader.id, &shard_id)?.unwrap_or_default();
        let settings = reader.settings.clone();
        let now = surroundings.clock.now();
        Ok(Self {
            shard: Shard::new(settings, surroundings.pauses, progress, now),
            readiness: Readiness::new(surroundings.polling, stream.changes(), surroundings.clock),
            reader,
            surroundings,
            stream,
            shard_id,
            saved,
            wanted: None,
            wake: None,
            running: FuturesUnordered::new(),
        })
    }

    /// Runs until the shard is closed and all of it is done, and tells which it was. It may be
    /// dropped at every await.
    pub(super) async fn run(mut self) -> String {
        let mut inputs = VecDeque::from([Input::Woken]);
        loop {
            while let Some(input) = inputs.pop_front() {
                self.wake = None;
                self.shard.trimmed_before(self.stream.horizon());
                for effect in self.shard.step(input, self.surroundings.clock.now()) {
                    self.perform(effect).await;
                }
            }
            if self.shard.is_finished() {
                return self.shard_id;
            }
            let wake = self.wake;
            let clock = self.surroundings.clock;
            tokio::select! {
                biased;
                // What is known is taken in before time is, and both before more is read.
                Some(input) = self.running.next(), if !self.running.is_empty() => {
                    inputs.push_back(input);
                }
                () = clock.sleep_until(wake.unwrap_or_default()), if wake.is_some() => {
                    inputs.push_back(Input::Woken);
                }
                () = self.readiness.wait(), if self.wanted.is_some() => {
                    inputs.extend(self.read());
                }
            }
        }
    }

    async fn perform(&mut self, effect: Effect<Payload>) {
        match effect {
            Effect::Commit(progress) => self.commit(&progress).await,
            Effect::Read { after, limit } => self.wanted = Some((after, limit)),
            Effect::Wake(time) => self.wake = Some(time),
            Effect::Expired(records) => self.reader.consumer.lost(records.len()),
            Effect::Invoke { lane, records } => self.running.push(self.invoke(lane, records)),
            Effect::Discard(discard) => {
                let consumer = Arc::clone(&self.reader.consumer);
                let shard_id = self.shard_id.clone();
                self.running.push(Box::pin(async move {
                    let stored = consumer.give_up(&discard, &shard_id).await;
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
        while let Err(error) = self.saved.save(&self.reader.id, &self.shard_id, progress) {
            self.warn(&format!("its progress can't be saved: {error}"));
            tokio::time::sleep(BROKEN).await;
        }
    }

    fn invoke(
        &self,
        lane: usize,
        records: Vec<Record<Payload>>,
    ) -> BoxFuture<'static, Input<Payload>> {
        let request_id = self.surroundings.chance.uuid().to_string();
        let consumer = Arc::clone(&self.reader.consumer);
        Box::pin(async move {
            let ending = consumer.run(request_id.clone(), records).await;
            Input::Ended {
                lane,
                request_id,
                ending,
            }
        })
    }

    /// What the stream has for the read that is wanted; it stays wanted if the stream is broken.
    fn read(&mut self) -> Option<Input<Payload>> {
        let (after, limit) = self.wanted.take()?;
        let page = self.readiness.page(limit);
        let start = after.as_ref().map(SequenceNumber::as_str);
        match self.stream.read(&self.shard_id, start, page) {
            Ok(page) => Some(self.input(page)),
            Err(error) => {
                self.warn(&format!("its stream can't be read: {error}"));
                self.readiness.was_broken();
                self.wanted = Some((after, limit));
                None
            }
        }
    }

    fn input(&mut self, page: Page) -> Input<Payload> {
        let exhausted = self.readiness.was_read(page.exhausted);
        let records = page
            .records
            .into_iter()
            .filter_map(|it| record::wanted(it, self.stream.arn(), &self.reader.settings))
            .collect();
        Input::Records {
            records,
            read_to: page.read_to.map(SequenceNumber::from),
            exhausted,
            closed: page.closed,
        }
    }

    fn warn(&self, what: &str) {
        self.surroundings.journal.tell(self.reader.waits(what));
    }
}
