//! A table in memory with a stream of 1 to 8 shards, in place of the emulator's own: its ids come from the seed,
//! and its shards split.

mod action;
mod attributes;
mod expression;
mod item;
mod order;
mod outbox;
mod shards;
mod transactions;

pub(crate) use action::{Action, request};
pub(crate) use attributes::{Attributes, to_sdk};
pub use item::Item;
pub(crate) use item::PANICS;
pub use shards::{Page, Record, Shards};
pub(crate) use transactions::{OUTBOX, SHOP, Transactions, Written, reason};

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use delivery::Time;
use tokio::sync::watch;

use crate::observation::{Change, Kind, Meaning};
use crate::scenario::{Flow, Operation, Write};

/// The table and its stream. It is no part of the emulator's state: a kill does not touch it.
#[derive(Debug)]
pub struct Table {
    flow: Flow,
    state: Mutex<State>,
    readers: Mutex<Vec<watch::Sender<u64>>>,
}

#[derive(Debug)]
struct State {
    /// What the end of an item means.
    without_item: Meaning,
    items: BTreeMap<String, Item>,
    shards: Shards,
}

impl Table {
    /// An empty table of a flow's items, whose stream has `shards` shards.
    #[must_use]
    pub fn new(flow: Flow, seed: u64, shards: usize) -> Self {
        Self {
            flow,
            state: Mutex::new(State {
                without_item: match flow {
                    Flow::Users => Meaning::Event,
                    Flow::Orders | Flow::Checkout => Meaning::Nothing,
                },
                items: BTreeMap::new(),
                shards: Shards::new(seed, shards),
            }),
            readers: Mutex::default(),
        }
    }

    /// Does what a caller asks for; nothing comes of what changes nothing.
    pub fn apply(&self, operation: &Operation, now: Time) -> Option<Change> {
        let id = format!("{}-{}", self.flow.item(), operation.key);
        let mut state = self.state();
        let change = match &operation.write {
            Write::Put {
                revision,
                content,
                time_to_live,
            } => {
                let expires_at = time_to_live.map(|left| now.plus(left));
                let item = match self.flow {
                    Flow::Users => Item::user(&id, *revision, *content, expires_at),
                    Flow::Orders | Flow::Checkout => {
                        let before = state.items.get(&id);
                        Item::order(&id, before, *revision, *content, now, expires_at)
                    }
                };
                state.put(id, item, now)
            }
            Write::PutUnchanged => {
                let item = state.items.get(&id)?.clone();
                state.put(id, item, now)
            }
            Write::Remove => {
                state.items.remove(&id)?;
                Some(state.record(&id, Kind::Remove, None, now))
            }
            // Callers of the shop's functions do these.
            Write::Place { .. } | Write::Restock { .. } => None,
            Write::DamagedRow(damage) => {
                let id = format!("damaged-{}", operation.key);
                let item = Item::damaged_row(&id, *damage, now);
                state.put(id, item, now)
            }
        };
        drop(state);
        if change.is_some() {
            self.announce();
        }
        change
    }

    /// Removes the items whose time to live has run out.
    pub fn expire(&self, now: Time) -> Vec<Change> {
        let mut state = self.state();
        let due: Vec<String> = state
            .items
            .iter()
            .filter(|(_, item)| item.expires_at.is_some_and(|at| at <= now))
            .map(|(id, _)| id.clone())
            .collect();
        let changes: Vec<Change> = due
            .iter()
            .map(|id| {
                state.items.remove(id);
                state.record(id, Kind::Expire, None, now)
            })
            .collect();
        drop(state);
        if !changes.is_empty() {
            self.announce();
        }
        changes
    }

    /// When the next item's time to live runs out.
    #[must_use]
    pub fn next_expiry(&self) -> Option<Time> {
        let state = self.state();
        state
            .items
            .values()
            .filter_map(|item| item.expires_at)
            .min()
    }

    /// Forgets the records that are 24 h old and the closed shards without any: the event ids of the records.
    pub fn trim(&self, now: Time) -> Vec<Arc<str>> {
        let trimmed = self.state().shards.trim(now);
        if !trimmed.is_empty() {
            self.announce();
        }
        trimmed
    }

    /// When the oldest record is to be forgotten.
    #[must_use]
    pub fn next_trim(&self) -> Option<Time> {
        self.state().shards.next_trim()
    }

    /// Splits one of the open shards, `chosen` modulo their count: its id and those of its children. Nothing happens
    /// at 8 open shards.
    pub fn split(&self, chosen: usize, now: Time) -> Option<(String, [String; 2])> {
        let split = self.state().shards.split(chosen, now);
        if split.is_some() {
            self.announce();
        }
        split
    }

    /// What the stream holds, for readers.
    pub fn read<T>(&self, look: impl FnOnce(&Shards) -> T) -> T {
        look(&self.state().shards)
    }

    /// Moves on with every change of the stream.
    ///
    /// Every reader has a channel of its own: those who wait at one channel are woken in an order by chance.
    pub fn changes(&self) -> watch::Receiver<u64> {
        let (sender, receiver) = watch::channel(0);
        self.readers().push(sender);
        receiver
    }

    fn announce(&self) {
        self.readers().retain(|reader| {
            reader.send_modify(|count| *count += 1);
            reader.receiver_count() > 0
        });
    }

    fn readers(&self) -> MutexGuard<'_, Vec<watch::Sender<u64>>> {
        self.readers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// A put of what is there already leaves no record
    /// (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html>).
    fn put(&mut self, id: String, item: Item, now: Time) -> Option<Change> {
        let kind = match self.items.get(&id) {
            Some(old) if old.image == item.image => return None,
            Some(_) => Kind::Modify,
            None => Kind::Insert,
        };
        let change = self.record(&id, kind, Some(&item), now);
        self.items.insert(id, item);
        Some(change)
    }

    fn record(&mut self, id: &str, kind: Kind, item: Option<&Item>, now: Time) -> Change {
        let image = item.map(|item| &item.image);
        let record = self.shards.add(id, kind, image, now);
        Change {
            event_id: Arc::clone(&record.event_id),
            sequence_number: record.sequence_number.clone(),
            shard: record.shard.clone(),
            key: id.to_owned(),
            kind,
            item: item.map(|item| Arc::clone(&item.plain)),
            meaning: item.map_or(self.without_item, |item| item.meaning),
        }
    }
}
