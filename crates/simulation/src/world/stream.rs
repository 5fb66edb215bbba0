use std::sync::Arc;
use std::time::Duration;

use delivery::Time;
use emulator::mapping::{Error, Page, ShardDescription, Stream, StreamRecord, Streams};
use tokio::sync::watch;

use super::ground::Ground;
use super::names::STREAM;
use crate::scenario::FaultKind;
use crate::table::{Page as TablePage, Record, Shards};

/// The table's stream as the mapping reads it.
pub(crate) struct TableStream(pub(crate) Arc<Ground>);

impl TableStream {
    fn readable(&self) -> Result<(), Error> {
        if self.0.strikes(&FaultKind::StreamUnreadable) {
            self.0.recorder.touch();
            return Err(Error::Stream("InternalServerError".into()));
        }
        Ok(())
    }
}

impl Streams for TableStream {
    fn stream(&self, arn: &str) -> Option<Arc<dyn Stream>> {
        (arn == STREAM).then(|| Arc::new(Self(Arc::clone(&self.0))) as Arc<dyn Stream>)
    }
}

impl Stream for TableStream {
    fn arn(&self) -> &'static str {
        STREAM
    }

    fn shards(&self) -> Result<Vec<ShardDescription>, Error> {
        self.readable()?;
        Ok(self.0.table.read(|shards| {
            shards
                .all()
                .map(|(id, parent)| ShardDescription {
                    id: id.to_owned(),
                    parent: parent.map(str::to_owned),
                })
                .collect()
        }))
    }

    fn read(&self, shard: &str, after: Option<&str>, limit: usize) -> Result<Page, Error> {
        self.readable()?;
        let page = self
            .0
            .table
            .read(|shards| shards.read(shard, after, limit))
            .unwrap_or(TablePage {
                exhausted: true,
                closed: true,
                ..TablePage::default()
            });
        Ok(Page {
            read_to: page.records.last().map(|last| last.sequence_number.clone()),
            records: page.records.into_iter().map(record).collect(),
            exhausted: page.exhausted,
            closed: page.closed,
        })
    }

    fn newest(&self, _shard: &str) -> Result<Option<String>, Error> {
        self.readable()?;
        Ok(Some(self.0.table.read(Shards::newest)))
    }

    fn horizon(&self) -> Time {
        let retention = Duration::from_hours(24);
        Time(0).plus(self.0.clock.now().since(Time(0)).saturating_sub(retention))
    }

    fn changes(&self) -> watch::Receiver<u64> {
        self.0.table.changes()
    }
}

fn record(record: Record) -> StreamRecord {
    StreamRecord {
        sequence_number: record.sequence_number,
        created_at: record.created_at.0 / 1000,
        keys: record.keys,
        body: record.body,
    }
}
