use std::time::Duration;

use delivery::Time;
use rusqlite::params;
use tokio::sync::watch;

use super::record::{StreamRecord, public_sequence_number, stored_position};
use super::rows::{COLUMNS, newest_position, seconds, stored, text_bytes};
use super::table::Stream;
use super::tables::Tables;
use super::{Error, names};

/// How long a stream keeps its records.
///
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html>
pub(super) const RETENTION: Duration = Duration::from_hours(24);

/// The most bytes of one page.
const PAGE_BYTES: usize = 1024 * 1024;

/// Reads the one shard of a stream, in order.
#[derive(Clone)]
pub struct StreamReader {
    tables: Tables,
    table: String,
    stream: Stream,
}

/// Records of a shard, from one read.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    /// In the order of their sequence numbers.
    pub records: Vec<StreamRecord>,
    /// Everything up to this sequence number was read; absent if there was nothing.
    ///
    /// It may lie behind the last record: a write that changed nothing leaves none.
    pub read_to: Option<String>,
    /// Whether this was all there is at the moment.
    pub exhausted: bool,
    /// Whether nothing will ever come behind this page: the shard was split, or is gone.
    pub closed: bool,
}

impl Tables {
    /// The stream with this ARN, if a declared table has it.
    #[must_use]
    pub fn stream(&self, arn: &str) -> Option<StreamReader> {
        let (table, stream) = self.declared().values().find_map(|table| {
            let stream = table.stream.as_ref().filter(|stream| stream.arn == arn)?;
            Some((table, stream))
        })?;
        Some(StreamReader {
            tables: self.clone(),
            table: table.name.clone(),
            stream: stream.clone(),
        })
    }
}

impl StreamReader {
    /// The stream's ARN.
    #[must_use]
    pub fn arn(&self) -> &str {
        &self.stream.arn
    }

    /// The id of the one shard.
    #[must_use]
    pub fn shard_id(&self) -> String {
        names::shard_id(&self.stream.arn)
    }

    /// The records after a sequence number, or from the oldest that is kept: at most `limit` and
    /// about 1 MB.
    ///
    /// # Errors
    /// The store can't be read.
    pub fn read(&self, after: Option<&str>, limit: usize) -> Result<Page, Error> {
        let after = after.and_then(stored_position).unwrap_or_default();
        self.read_from(after, limit)
    }

    pub(super) fn read_from(&self, after: i64, limit: usize) -> Result<Page, Error> {
        let engine = self.tables.engine();
        let mut statement = engine.connection.prepare_cached(&format!(
            "{COLUMNS} WHERE table_name = ?1 AND CAST(sequence_number AS INTEGER) > ?2 \
             AND created_at >= ?3 ORDER BY CAST(sequence_number AS INTEGER)"
        ))?;
        let horizon = self.tables.horizon();
        let mut rows = statement.query(params![self.table, after, horizon])?;
        let mut page = Page {
            records: Vec::new(),
            read_to: None,
            exhausted: true,
            closed: false,
        };
        let mut bytes = 0;
        while let Some(row) = rows.next()? {
            if page.records.len() >= limit || bytes >= PAGE_BYTES {
                page.exhausted = false;
                break;
            }
            bytes += text_bytes(row)?;
            let record = stored(row)?;
            page.read_to = Some(public_sequence_number(record.position));
            if !record.changes_nothing() {
                let region = self.tables.0.names.region();
                page.records.push(record.seen_as(self.stream.view, region));
            }
        }
        Ok(page)
    }

    /// The newest record's sequence number, or that of the time before the first: what was written
    /// after this call lies after it.
    ///
    /// # Errors
    /// The store can't be read.
    pub fn newest(&self) -> Result<String, Error> {
        Ok(public_sequence_number(self.newest_position()?))
    }

    /// The position of the newest record ever, whether or not it can still be read; 0 before the first.
    pub(super) fn newest_position(&self) -> Result<i64, Error> {
        newest_position(&self.tables.engine().connection, &self.table)
    }

    /// Records made before this time are trimmed.
    #[must_use]
    pub fn horizon(&self) -> Time {
        Time(u64::try_from(self.tables.horizon()).unwrap_or_default() * 1000)
    }

    /// Hears that there may be new records.
    #[must_use]
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.tables.changes(&self.table)
    }

    pub(super) fn stream(&self) -> &Stream {
        &self.stream
    }

    pub(super) fn table(&self) -> &str {
        &self.table
    }

    /// The positions of the oldest and newest record that can be read.
    pub(super) fn range(&self) -> Result<Option<(i64, i64)>, Error> {
        let engine = self.tables.engine();
        let horizon = self.tables.horizon();
        let range = engine.connection.query_row(
            "SELECT MIN(CAST(sequence_number AS INTEGER)), MAX(CAST(sequence_number AS INTEGER)) \
             FROM _stream_records WHERE table_name = ?1 AND created_at >= ?2",
            params![self.table, horizon],
            |row| Ok((row.get::<_, Option<i64>>(0)?, row.get::<_, Option<i64>>(1)?)),
        )?;
        Ok(range.0.zip(range.1))
    }

    /// The position just before the first record made at or after `time`.
    pub(super) fn before(&self, time: Time) -> Result<i64, Error> {
        let engine = self.tables.engine();
        let first: Option<i64> = engine.connection.query_row(
            "SELECT MIN(CAST(sequence_number AS INTEGER)) FROM _stream_records \
             WHERE table_name = ?1 AND created_at >= ?2",
            params![self.table, seconds(time)],
            |row| row.get(0),
        )?;
        match first {
            Some(first) => Ok(first - 1),
            None => newest_position(&engine.connection, &self.table),
        }
    }
}
