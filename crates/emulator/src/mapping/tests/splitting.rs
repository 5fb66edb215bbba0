use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use delivery::Time;
use delivery::mapping::ShardDescription;
use serde_json::{Map, json};
use tokio::sync::watch;

use super::double::STREAM;
use crate::mapping::{Error, Page, Stream, StreamRecord, Streams};

/// A stream in memory whose shards split.
#[derive(Clone)]
pub(super) struct Splitting(Arc<Inner>);

struct Inner {
    shards: Mutex<Vec<(ShardDescription, Shard)>>,
    changes: watch::Sender<u64>,
    horizon: Mutex<Time>,
    /// Whether the shards can't be listed.
    silent: AtomicBool,
}

/// When the records were made: that of user 7 seven seconds later.
pub(super) const CREATED: Time = Time(1_795_238_220_000);

#[derive(Default)]
struct Shard {
    /// By sequence number.
    records: BTreeMap<String, StreamRecord>,
    closed: bool,
    /// The read fails.
    broken: bool,
    reads: usize,
}

impl Splitting {
    /// A stream with these shards, none of which has a parent.
    pub(super) fn with(shards: &[&str]) -> Self {
        let stream = Self(Arc::new(Inner {
            shards: Mutex::default(),
            changes: watch::Sender::new(0),
            horizon: Mutex::default(),
            silent: AtomicBool::new(false),
        }));
        for shard in shards {
            stream.add(shard, None);
        }
        stream
    }

    fn add(&self, id: &str, parent: Option<&str>) {
        let description = ShardDescription {
            id: id.to_owned(),
            parent: parent.map(ToOwned::to_owned),
        };
        let added = (description, Shard::default());
        self.0.shards.lock().unwrap().push(added);
        self.changed();
    }

    fn changed(&self) {
        self.0.changes.send_modify(|count| *count += 1);
    }

    /// Does something with a shard, if it is there.
    fn with_shard<T>(&self, id: &str, work: impl FnOnce(&mut Shard) -> T) -> Option<T> {
        let mut shards = self.0.shards.lock().unwrap();
        let (_, shard) = shards.iter_mut().find(|(it, _)| it.id == id)?;
        Some(work(shard))
    }

    /// Writes users with these ids into a shard. The number of a record is that of the user.
    pub(super) fn write(&self, shard: &str, users: impl IntoIterator<Item = u32>) {
        for user in users {
            let keys = json!({ "id": { "S": user.to_string() } });
            let number = format!("{user:021}");
            let mut body = Map::new();
            body.insert(
                "dynamodb".to_owned(),
                json!({ "Keys": keys, "SequenceNumber": number }),
            );
            let record = StreamRecord {
                sequence_number: number.clone(),
                created_at: CREATED.0 / 1000 + u64::from(user),
                keys,
                body,
            };
            self.with_shard(shard, |shard| {
                assert!(!shard.closed);
                shard.records.insert(number, record);
            })
            .unwrap();
        }
        self.changed();
    }

    /// Closes a shard; its children go on with what is written.
    pub(super) fn split(&self, parent: &str, children: &[&str]) {
        self.with_shard(parent, |shard| shard.closed = true)
            .unwrap();
        for child in children {
            self.add(child, Some(parent));
        }
    }

    /// Whether the shard can be read.
    pub(super) fn breaks(&self, shard: &str, broken: bool) {
        self.with_shard(shard, |shard| shard.broken = broken)
            .unwrap();
    }

    /// Whether the shards can be listed.
    pub(super) fn lists(&self, lists: bool) {
        self.0.silent.store(!lists, Ordering::Relaxed);
    }

    /// How often the shard was read.
    pub(super) fn reads(&self, shard: &str) -> usize {
        self.with_shard(shard, |shard| shard.reads).unwrap()
    }

    /// Says that what was made before this time is dropped.
    pub(super) fn trims_before(&self, horizon: Time) {
        *self.0.horizon.lock().unwrap() = horizon;
    }

    /// Forgets a shard and its records.
    pub(super) fn trim(&self, shard: &str) {
        let mut shards = self.0.shards.lock().unwrap();
        shards.retain(|(it, _)| it.id != shard);
        drop(shards);
        self.changed();
    }
}

impl Streams for Splitting {
    fn stream(&self, arn: &str) -> Option<Arc<dyn Stream>> {
        (arn == STREAM).then(|| Arc::new(self.clone()) as Arc<dyn Stream>)
    }
}

impl Stream for Splitting {
    fn arn(&self) -> &'static str {
        STREAM
    }

    fn shards(&self) -> Result<Vec<ShardDescription>, Error> {
        if self.0.silent.load(Ordering::Relaxed) {
            return Err(Error::Stream("no answer".into()));
        }
        let shards = self.0.shards.lock().unwrap();
        Ok(shards.iter().map(|(it, _)| it.clone()).collect())
    }

    fn read(&self, shard: &str, after: Option<&str>, limit: usize) -> Result<Page, Error> {
        let page = self.with_shard(shard, |shard| {
            shard.reads += 1;
            if shard.broken {
                return Err(Error::Stream("no answer".into()));
            }
            let mut rest = shard
                .records
                .values()
                .filter(|record| after.is_none_or(|after| *record.sequence_number > *after))
                .cloned();
            let records: Vec<_> = rest.by_ref().take(limit).collect();
            let exhausted = rest.next().is_none();
            Ok(Page {
                read_to: records.last().map(|last| last.sequence_number.clone()),
                records,
                exhausted,
                closed: exhausted && shard.closed,
            })
        });
        page.unwrap_or(Ok(Page {
            records: Vec::new(),
            read_to: None,
            exhausted: true,
            closed: true,
        }))
    }

    fn newest(&self, shard: &str) -> Result<Option<String>, Error> {
        let newest = self.with_shard(shard, |shard| shard.records.keys().next_back().cloned());
        Ok(newest.flatten())
    }

    fn horizon(&self) -> Time {
        *self.0.horizon.lock().unwrap()
    }

    fn changes(&self) -> watch::Receiver<u64> {
        self.0.changes.subscribe()
    }
}
