use std::sync::Arc;

use delivery::mapping::{Progress, SequenceNumber, ShardDescription, StartingPosition, Tree};
use futures::future::BoxFuture;
use futures::stream::{FuturesUnordered, StreamExt};
use tokio::sync::watch;

use super::Error;
use super::poller::Poller;
use super::progress::Saved;
use super::reader::Reader;
use super::readiness::{BROKEN, changed};
use super::stream::Stream;
use super::surroundings::Surroundings;

/// Runs one reader of a stream: a poller for each shard, side by side, parents before their children.
///
/// The pollers are no tasks of their own, so that nothing of the reader moves once its task is
/// aborted.
pub(crate) struct Coordinator {
    reader: Arc<Reader>,
    stream: Arc<dyn Stream>,
    changes: watch::Receiver<u64>,
    saved: Saved,
    surroundings: Surroundings,
    /// Whether the starting position was taken.
    started: bool,
    tree: Tree,
    /// Whether there may be progress of shards that are gone.
    stale: bool,
    /// Each ends with the id of its shard when the shard is closed and done.
    pollers: FuturesUnordered<BoxFuture<'static, String>>,
}

impl Coordinator {
    /// Opens the shards that are there, where the durable progress says or the reader wants. A
    /// stream that can't be read now is tried again later.
    pub(crate) fn new(
        reader: Reader,
        stream: Arc<dyn Stream>,
        saved: Saved,
        surroundings: Surroundings,
    ) -> Result<Self, Error> {
        let mut coordinator = Self {
            reader: Arc::new(reader),
            changes: stream.changes(),
            stream,
            saved,
            surroundings,
            started: false,
            tree: Tree::default(),
            stale: true,
            pollers: FuturesUnordered::new(),
        };
        match coordinator.open_shards() {
            Ok(()) | Err(Error::Stream(_)) => Ok(coordinator),
            Err(error) => Err(error),
        }
    }

    /// Runs until it is aborted, which is safe at every await.
    pub(crate) async fn run(mut self) {
        loop {
            let listed = match self.open_shards() {
                Ok(()) => true,
                Err(error) => {
                    let what = format!("its shards can't be read: {error}");
                    self.surroundings.journal.tell(self.reader.waits(&what));
                    false
                }
            };
            tokio::select! {
                biased;
                // Delivery comes first: what it ends may open children.
                Some(shard) = self.pollers.next(), if !self.pollers.is_empty() => {
                    self.tree.finished(&shard);
                    self.stale = true;
                }
                () = changed(&mut self.changes), if listed => {}
                () = tokio::time::sleep(BROKEN), if !listed => {}
            }
        }
    }

    /// A new reader that starts at the latest records takes its place in every shard there is now;
    /// the shards that come later are read from their beginning.
    fn take_starting_position(&self, shards: &[ShardDescription]) -> Result<(), Error> {
        if self.reader.settings.starting_position != StartingPosition::Latest {
            return Ok(());
        }
        let lanes = self.reader.settings.parallelization_factor;
        let mut places = Vec::new();
        for shard in shards {
            if let Some(newest) = self.stream.newest(&shard.id)? {
                let progress = Progress::after(SequenceNumber::from(newest), lanes);
                places.push((shard.id.clone(), progress));
            }
        }
        let stream = self.stream.arn();
        Ok(self.saved.start(&self.reader.id, stream, &places)?)
    }

    fn open_shards(&mut self) -> Result<(), Error> {
        let shards = self.stream.shards()?;
        if !self.started {
            self.take_starting_position(&shards)?;
            self.started = true;
        }
        self.stale |= self.tree.list(shards);
        for shard in self.tree.ready() {
            let poller = Poller::new(
                Arc::clone(&self.reader),
                Arc::clone(&self.stream),
                shard.clone(),
                self.saved.clone(),
                self.surroundings.clone(),
            )?;
            self.pollers.push(Box::pin(poller.run()));
            self.tree.opened(shard);
        }
        if self.stale {
            self.saved
                .forget(&self.reader.id, |shard| !self.tree.needs(shard))?;
            self.stale = false;
        }
        Ok(())
    }
}
