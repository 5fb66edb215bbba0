//! From positions to records: the port to the stream, and the way through the pages of a shard.

use std::time::Duration;

use contract::Sequence;
use serde_json::Value;
use tokio::time::{sleep, timeout};

use super::positions::{Positions, Shard};
use crate::publish::CallError;

/// Reads a shard of a stream
/// (<https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Operations_Amazon_DynamoDB_Streams.html>).
pub trait ReadShard {
    /// An iterator that stands at a place of a shard.
    ///
    /// # Errors
    /// [`CallError`] as DynamoDB says it.
    fn iterator(
        &self,
        shard: &Shard,
        from: Start<'_>,
    ) -> impl Future<Output = Result<String, CallError>> + Send;

    /// What stands at an iterator: some records, none, or all that are left.
    ///
    /// # Errors
    /// [`CallError`] as DynamoDB says it.
    fn records(&self, iterator: &str) -> impl Future<Output = Result<Page, CallError>> + Send;
}

/// Where an iterator stands at first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start<'a> {
    /// At the record with this sequence number.
    At(&'a str),
    /// At the oldest record that the stream still has.
    Oldest,
}

/// One page of a shard.
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// The records as `GetRecords` hands them out, in the shard's order.
    pub records: Vec<Value>,
    /// Where the next page stands; nothing behind the last one of a closed shard.
    pub next: Option<String>,
}

/// A call without an answer for so long gets none.
const PATIENCE: Duration = Duration::from_secs(5);

/// DynamoDB lets five calls a second read a shard; a page may be empty though there is more behind it.
const BETWEEN_EMPTY_PAGES: Duration = Duration::from_millis(250);

/// So many empty pages in a row behind the oldest record mean that nothing of what is looked for is left. Where the
/// first record is trimmed the last one is of a day ago too, and what follows in an open shard may never be written.
const EMPTY_PAGES: u32 = 20;

/// The records of a shard between two positions, one page at a time.
pub(super) struct Reader<'a, S> {
    stream: &'a S,
    positions: &'a Positions,
    next: Next,
    /// The last one that was handed out.
    last: Option<Sequence>,
    /// How many empty pages there were in a row behind the oldest record; nothing as long as none is trimmed.
    empty_pages: Option<u32>,
    pub(super) found: Found,
}

/// Which of the named records the stream still had.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) records: usize,
    pub(super) first: bool,
    pub(super) last: bool,
}

enum Next {
    Begin,
    /// The first of the named records are trimmed; later ones may still be there.
    Oldest,
    Page(String),
    Ended,
}

impl<'a, S: ReadShard> Reader<'a, S> {
    pub(super) fn new(stream: &'a S, positions: &'a Positions) -> Self {
        Self {
            stream,
            positions,
            next: Next::Begin,
            last: None,
            empty_pages: None,
            found: Found::default(),
        }
    }

    /// The next of the named records, or nothing behind the last one.
    pub(super) async fn next(&mut self) -> Result<Option<Vec<Value>>, CallError> {
        loop {
            let at = match &self.next {
                Next::Ended => return Ok(None),
                Next::Begin => {
                    let first = Start::At(&self.positions.first.text);
                    self.iterator(first, Next::Oldest).await?
                }
                Next::Oldest => {
                    self.empty_pages.get_or_insert(0);
                    self.iterator(Start::Oldest, Next::Ended).await?
                }
                Next::Page(iterator) => {
                    match answered(self.stream.records(iterator)).await {
                        Ok(page) => {
                            let is_empty = page.records.is_empty();
                            let records = self.take(page);
                            if !records.is_empty() {
                                return Ok(Some(records));
                            }
                            self.after_nothing(is_empty).await;
                            continue;
                        }
                        // Trimmed since the iterator was made.
                        Err(error) if is_gone(&error) => {
                            sleep(BETWEEN_EMPTY_PAGES).await;
                            Next::Oldest
                        }
                        Err(error) => return Err(error),
                    }
                }
            };
            self.next = at;
        }
    }

    /// Goes on behind a page without a record that is looked for, if there is hope.
    async fn after_nothing(&mut self, page_was_empty: bool) {
        if !page_was_empty {
            self.empty_pages = self.empty_pages.map(|_| 0);
            return;
        }
        self.empty_pages = self.empty_pages.map(|pages| pages + 1);
        if self.empty_pages >= Some(EMPTY_PAGES) {
            self.next = Next::Ended;
        }
        if matches!(self.next, Next::Page(_)) {
            sleep(BETWEEN_EMPTY_PAGES).await;
        }
    }

    async fn iterator(&self, from: Start<'_>, if_gone: Next) -> Result<Next, CallError> {
        match answered(self.stream.iterator(&self.positions.shard, from)).await {
            Ok(iterator) => Ok(Next::Page(iterator)),
            Err(error) if is_gone(&error) => Ok(if_gone),
            Err(error) => Err(error),
        }
    }

    /// Of a page what is named and was not handed out before.
    fn take(&mut self, page: Page) -> Vec<Value> {
        self.next = page.next.map_or(Next::Ended, Next::Page);
        let (first, last) = (&self.positions.first.number, &self.positions.last.number);
        let mut taken = Vec::new();
        for record in page.records {
            let number = record["dynamodb"]["SequenceNumber"].as_str();
            let Some(number) = number.and_then(|number| number.parse::<Sequence>().ok()) else {
                continue;
            };
            if number >= *last {
                self.next = Next::Ended;
            }
            if number < *first || number > *last || self.last.as_ref() >= Some(&number) {
                continue;
            }
            self.found.first |= number == *first;
            self.found.last |= number == *last;
            self.found.records += 1;
            self.last = Some(number);
            taken.push(record);
        }
        taken
    }
}

impl Found {
    /// How many of the named records the stream no longer has, as far as anybody can tell: at least one, if the first
    /// or the last is not there.
    pub(super) fn lost(self, positions: &Positions) -> usize {
        let lost = positions.records.saturating_sub(self.records);
        if self.first && self.last {
            lost
        } else {
            lost.max(1)
        }
    }
}

async fn answered<A>(call: impl Future<Output = Result<A, CallError>>) -> Result<A, CallError> {
    let answer = timeout(PATIENCE, call).await;
    answer.unwrap_or_else(|_| Err(CallError::no_answer_within(PATIENCE)))
}

/// Whether the stream says that it no longer has what it is asked for: the record is older than 24 h, or its shard or
/// the whole stream is gone.
fn is_gone(error: &CallError) -> bool {
    const GONE: [&str; 2] = ["TrimmedDataAccessException", "ResourceNotFoundException"];
    matches!(error, CallError::Refused { code, .. } if GONE.contains(&code.as_str()))
}
