use std::collections::VecDeque;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use delivery::Time;
use serde_json::{Map, Value, json};

use crate::observation::Kind;

/// How long a stream keeps its records.
const RETENTION: Duration = Duration::from_hours(24);

/// The most open shards.
const MAXIMUM_OPEN: usize = 8;

/// The most bytes of one page.
const PAGE_BYTES: usize = 1024 * 1024;

/// A stream's shards. Each takes the records of a part of all keys; one that was split is closed, and its children
/// have its keys between them.
#[derive(Debug)]
pub struct Shards {
    seed: u64,
    records: u64,
    made: u64,
    tree: Vec<Shard>,
}

#[derive(Debug)]
struct Shard {
    id: String,
    parent: Option<String>,
    keys: RangeInclusive<u64>,
    closed_at: Option<Time>,
    records: VecDeque<Record>,
}

/// A record of the stream.
#[derive(Clone, Debug)]
pub struct Record {
    /// 32 hexadecimal digits.
    pub event_id: Arc<str>,
    /// 21 digits, growing over all shards.
    pub sequence_number: String,
    /// The shard that holds it.
    pub shard: String,
    /// When the change was made.
    pub created_at: Time,
    /// The item's key in DynamoDB's JSON.
    pub keys: Value,
    /// The record as a function receives it, without the ARN of its stream.
    pub body: Map<String, Value>,
    bytes: usize,
}

/// Records from one read.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// In the order of their sequence numbers.
    pub records: Vec<Record>,
    /// Whether this was all there is at the moment.
    pub exhausted: bool,
    /// Whether nothing will ever come behind this page.
    pub closed: bool,
}

impl Shards {
    pub(super) fn new(seed: u64, count: usize) -> Self {
        let mut all = Self {
            seed,
            records: 0,
            made: 0,
            tree: Vec::new(),
        };
        let count = count.clamp(1, MAXIMUM_OPEN) as u64;
        let width = u64::MAX / count;
        for part in 0..count {
            let last = if part + 1 == count {
                u64::MAX
            } else {
                width * (part + 1) - 1
            };
            all.make(None, width * part..=last);
        }
        all
    }

    fn make(&mut self, parent: Option<String>, keys: RangeInclusive<u64>) -> String {
        self.made += 1;
        let id = format!("shardId-{:020}-{:08x}", self.made, spread(self.made) >> 32);
        self.tree.push(Shard {
            id: id.clone(),
            parent,
            keys,
            closed_at: None,
            records: VecDeque::new(),
        });
        id
    }

    pub(super) fn add(
        &mut self,
        id: &str,
        kind: Kind,
        image: Option<&Arc<Map<String, Value>>>,
        now: Time,
    ) -> &Record {
        self.records += 1;
        let position = self.place_of(id);
        let number = format!(
            "{}",
            100_000_000_000_000_000_000_u128 + u128::from(self.records) * 7
        );
        let event_id = format!(
            "{:016x}{:016x}",
            spread(self.seed ^ self.records),
            spread(self.seed.rotate_left(32) ^ !self.records)
        );
        let record = record(
            id,
            kind,
            image,
            now,
            number,
            &event_id,
            &self.tree[position].id,
        );
        let records = &mut self.tree[position].records;
        records.push_back(record);
        &records[records.len() - 1]
    }

    /// The open shard whose part of the keys this one is in.
    fn place_of(&self, id: &str) -> usize {
        let hash = id.bytes().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        let hash = spread(hash);
        let open = |shard: &Shard| shard.closed_at.is_none() && shard.keys.contains(&hash);
        self.tree.iter().position(open).unwrap_or_default()
    }

    pub(super) fn split(&mut self, chosen: usize, now: Time) -> Option<(String, [String; 2])> {
        let open: Vec<usize> = (0..self.tree.len())
            .filter(|shard| self.tree[*shard].closed_at.is_none())
            .collect();
        if open.len() >= MAXIMUM_OPEN {
            return None;
        }
        let shard = &mut self.tree[open[chosen % open.len()]];
        let (first, last) = (*shard.keys.start(), *shard.keys.end());
        let middle = first + (last - first) / 2;
        shard.closed_at = Some(now);
        let parent = shard.id.clone();
        let left = self.make(Some(parent.clone()), first..=middle);
        let right = self.make(Some(parent.clone()), middle + 1..=last);
        Some((parent, [left, right]))
    }

    pub(super) fn trim(&mut self, now: Time) -> Vec<Arc<str>> {
        let mut trimmed = Vec::new();
        for shard in &mut self.tree {
            while let Some(record) = shard
                .records
                .pop_front_if(|record| record.created_at.plus(RETENTION) <= now)
            {
                trimmed.push(record.event_id);
            }
        }
        self.tree.retain(|shard| {
            !shard.records.is_empty()
                || shard
                    .closed_at
                    .is_none_or(|closed| closed.plus(RETENTION) > now)
        });
        trimmed
    }

    pub(super) fn next_trim(&self) -> Option<Time> {
        let oldest = self.tree.iter().filter_map(|shard| shard.records.front());
        oldest.map(|record| record.created_at.plus(RETENTION)).min()
    }

    /// The ids of all shards that are kept, each with its parent's, parents first.
    pub fn all(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        self.tree
            .iter()
            .map(|shard| (shard.id.as_str(), shard.parent.as_deref()))
    }

    /// The records of a shard after a sequence number; `None` if the shard is not kept.
    #[must_use]
    pub fn read(&self, shard: &str, after: Option<&str>, limit: usize) -> Option<Page> {
        let shard = self.tree.iter().find(|candidate| candidate.id == shard)?;
        // All sequence numbers have the same length, so they compare as text.
        let first = after.map_or(0, |after| {
            shard
                .records
                .partition_point(|record| record.sequence_number.as_str() <= after)
        });
        let mut page = Page::default();
        let mut bytes = 0;
        for record in shard.records.range(first..) {
            if page.records.len() >= limit || bytes >= PAGE_BYTES {
                return Some(page);
            }
            bytes += record.bytes;
            page.records.push(record.clone());
        }
        page.exhausted = true;
        page.closed = shard.closed_at.is_some();
        Some(page)
    }

    /// The sequence number of the newest record of all shards, or the one before the first.
    #[must_use]
    pub fn newest(&self) -> String {
        (100_000_000_000_000_000_000_u128 + u128::from(self.records) * 7).to_string()
    }
}

fn record(
    id: &str,
    kind: Kind,
    image: Option<&Arc<Map<String, Value>>>,
    now: Time,
    sequence_number: String,
    event_id: &str,
    shard: &str,
) -> Record {
    let keys = json!({"id": {"S": id}});
    let name = match kind {
        Kind::Insert => "INSERT",
        Kind::Modify => "MODIFY",
        Kind::Remove | Kind::Expire => "REMOVE",
    };
    let mut change = Map::new();
    let seconds = now.0 / 1000;
    change.insert("ApproximateCreationDateTime".to_owned(), json!(seconds));
    change.insert("Keys".to_owned(), keys.clone());
    let mut bytes = 2 * id.len();
    if let Some(image) = image {
        bytes += image.values().map(text_bytes).sum::<usize>();
        change.insert("NewImage".to_owned(), Value::Object((**image).clone()));
    }
    change.insert("SequenceNumber".to_owned(), json!(sequence_number));
    change.insert("SizeBytes".to_owned(), json!(bytes));
    change.insert("StreamViewType".to_owned(), json!("NEW_IMAGE"));
    let mut body = Map::new();
    body.insert("eventID".to_owned(), json!(event_id));
    body.insert("eventName".to_owned(), json!(name));
    body.insert("eventVersion".to_owned(), json!("1.1"));
    body.insert("eventSource".to_owned(), json!("aws:dynamodb"));
    body.insert("awsRegion".to_owned(), json!("us-east-1"));
    body.insert("dynamodb".to_owned(), Value::Object(change));
    if kind == Kind::Expire {
        let identity = json!({"type": "Service", "principalId": "dynamodb.amazonaws.com"});
        body.insert("userIdentity".to_owned(), identity);
    }
    Record {
        event_id: event_id.into(),
        sequence_number,
        shard: shard.to_owned(),
        created_at: now,
        keys,
        body,
        bytes,
    }
}

fn text_bytes(attribute: &Value) -> usize {
    attribute["S"].as_str().map_or(8, str::len)
}

/// Spreads neighbouring numbers over all 64 bits (the finaliser of splitmix64).
fn spread(number: u64) -> u64 {
    let mut z = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
