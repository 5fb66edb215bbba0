use std::time::Duration;

use rusqlite::params;
use tokio::task::JoinHandle;
use tokio::time::MissedTickBehavior;

use super::Error;
use super::reader::RETENTION;
use super::rows::seconds;
use super::runs::Runs;
use super::tables::Tables;
use crate::Occurrence;

/// How often items expire and streams are trimmed.
#[derive(Clone, Copy, Debug)]
pub struct Intervals {
    /// Between two looks for expired items. AWS promises "within a few days"; here it is soon.
    pub expiry: Duration,
    /// Between two trims of the streams.
    pub trim: Duration,
}

impl Default for Intervals {
    fn default() -> Self {
        Self {
            expiry: Duration::from_secs(10),
            trim: Duration::from_mins(1),
        }
    }
}

/// The task that expires items and trims streams; it ends when this is dropped.
#[derive(Debug)]
pub struct Housekeeping(JoinHandle<()>);

impl Housekeeping {
    /// Starts it. Failures are told to the journal as warnings and tried again.
    #[must_use]
    pub fn start(tables: Tables, intervals: Intervals) -> Self {
        Self(tokio::spawn(async move {
            let mut expiry = tokio::time::interval(intervals.expiry);
            let mut trim = tokio::time::interval(intervals.trim);
            expiry.set_missed_tick_behavior(MissedTickBehavior::Delay);
            trim.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                let done = tokio::select! {
                    _ = expiry.tick() => tables.expire_items(),
                    _ = trim.tick() => tables.trim_streams(),
                };
                if let Err(error) = done {
                    tables.warn(format!("items could not be expired or trimmed: {error}"));
                }
            }
        }))
    }
}

impl Drop for Housekeeping {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Tables {
    /// Deletes the items whose time to live has passed; the stream's records say that it was
    /// DynamoDB who did it.
    ///
    /// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/time-to-live-ttl-streams.html>
    ///
    /// # Errors
    /// The store can't be read or written.
    pub fn expire_items(&self) -> Result<usize, Error> {
        if self
            .declared()
            .values()
            .all(|table| table.time_to_live.is_none())
        {
            return Ok(0);
        }
        let mut engine = self.engine();
        let expired = engine.database.sweep_ttl()?;
        if expired > 0 {
            for table in self.declared().keys() {
                self.announce(&mut engine, table)?;
            }
        }
        Ok(expired)
    }

    /// Removes stream records older than 24 hours in which the emulator ran.
    ///
    /// The newest record of each table stays, unseen: the next sequence number is counted from it.
    ///
    /// # Errors
    /// The store can't be written.
    pub fn trim_streams(&self) -> Result<usize, Error> {
        let horizon = self.horizon();
        let engine = self.engine();
        let now = seconds(self.0.clock.now());
        self.0.runs.go_on(&engine.connection, now)?;
        Runs::forget(&engine.connection, horizon)?;
        let trimmed = engine.connection.execute(
            "DELETE FROM _stream_records AS old WHERE created_at < ?1 \
             AND CAST(sequence_number AS INTEGER) < (SELECT MAX(CAST(sequence_number AS INTEGER)) \
                 FROM _stream_records WHERE table_name = old.table_name)",
            params![horizon],
        )?;
        Ok(trimmed)
    }

    /// The creation time, in seconds, of the oldest stream records that can still be read.
    pub(super) fn horizon(&self) -> i64 {
        let now = seconds(self.0.clock.now());
        self.0.runs.before(now, RETENTION)
    }

    fn warn(&self, text: String) {
        self.0.journal.tell(Occurrence::Warning(text));
    }
}
