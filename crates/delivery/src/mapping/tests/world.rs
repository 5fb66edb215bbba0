use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;
use serde_json::json;

use crate::mapping::{
    Discard, Effect, Ending, Input, Progress, Record, SequenceNumber, Settings, Shard,
    StartingPosition,
};
use crate::undocumented::STREAM_RETRY_PAUSES;
use crate::{Outcome, Time};

/// AWS's defaults.
pub(super) fn defaults() -> Settings {
    Settings {
        batch_size: 100,
        batching_window: Duration::ZERO,
        parallelization_factor: 1,
        starting_position: StartingPosition::TrimHorizon,
        maximum_retry_attempts: None,
        maximum_record_age: None,
        bisect_batch_on_function_error: false,
        report_batch_item_failures: false,
        filters: Vec::new(),
        on_failure: None,
        enabled: true,
    }
}

pub(super) fn number(record: u64) -> SequenceNumber {
    SequenceNumber::from(format!("{:021}", 100_000_000_u64 + record))
}

/// The answer that reports these records as failed.
pub(super) fn failing(records: &[u64]) -> Outcome {
    let failures: Vec<_> = records
        .iter()
        .map(|record| json!({ "itemIdentifier": number(*record).as_str() }))
        .collect();
    Outcome::Answered(Bytes::from(
        json!({ "batchItemFailures": failures }).to_string(),
    ))
}

pub(super) fn succeeded() -> Outcome {
    Outcome::Answered(Bytes::from_static(b"null"))
}

pub(super) fn failed() -> Outcome {
    Outcome::Failed {
        body: Bytes::from_static(br#"{"errorType":"E","errorMessage":"m"}"#),
    }
}

pub(super) fn not_run() -> Outcome {
    Outcome::NotRun {
        reason: "throttled".to_owned(),
    }
}

pub(super) const HOUR: Duration = Duration::from_hours(1);

/// A function that fails whenever it sees one of these records.
pub(super) fn poisoned_by(records: &'static [u64]) -> impl FnMut(&[u64]) -> Outcome {
    move |batch| {
        if batch.iter().any(|record| records.contains(record)) {
            failed()
        } else {
            succeeded()
        }
    }
}

/// A function that reports the first of these records that it sees.
pub(super) fn reporting(records: &'static [u64]) -> impl FnMut(&[u64]) -> Outcome {
    move |batch| {
        let bad: Vec<_> = batch
            .iter()
            .copied()
            .filter(|record| records.contains(record))
            .take(1)
            .collect();
        failing(&bad)
    }
}

type Function = Box<dyn FnMut(&[u64]) -> Outcome>;

/// A stream of numbered records, a function and the mapping between them, on a clock of its own.
pub(super) struct World {
    pub(super) now: Time,
    pub(super) settings: Settings,
    stream: Vec<Record<u64>>,
    shard: Shard<u64>,
    function: Function,
    /// Every batch the function was given.
    pub(super) invoked: Vec<Vec<u64>>,
    /// When it was.
    pub(super) invoked_at: Vec<Time>,
    pub(super) discarded: Vec<Discard<u64>>,
    /// What was made durable last.
    pub(super) committed: Progress,
    /// What the stream dropped before it was done.
    pub(super) expired: Vec<Vec<u64>>,
    /// How long the stream keeps its records.
    pub(super) retention: Duration,
    /// Whether the failure destination takes anything.
    pub(super) destination_up: bool,
    wanted: Option<(Option<SequenceNumber>, usize)>,
    wake: Option<Time>,
    runs: u32,
}

impl World {
    pub(super) fn new(
        settings: Settings,
        function: impl FnMut(&[u64]) -> Outcome + 'static,
    ) -> Self {
        let now = Time(1_000_000);
        Self {
            now,
            shard: Shard::new(
                settings.clone(),
                STREAM_RETRY_PAUSES,
                Progress::default(),
                now,
            ),
            settings,
            stream: Vec::new(),
            function: Box::new(function),
            invoked: Vec::new(),
            invoked_at: Vec::new(),
            discarded: Vec::new(),
            committed: Progress::default(),
            expired: Vec::new(),
            retention: Duration::MAX,
            destination_up: true,
            wanted: None,
            wake: None,
            runs: 0,
        }
    }

    /// Writes records of items of their own, now.
    pub(super) fn write(&mut self, records: impl IntoIterator<Item = u64>) {
        for record in records {
            self.write_item(record, &record.to_string(), 100);
        }
    }

    pub(super) fn write_item(&mut self, record: u64, item: &str, bytes: usize) {
        self.stream.push(Record {
            sequence_number: number(record),
            item: item.to_owned(),
            created_at: self.now,
            bytes,
            payload: record,
        });
    }

    /// Removes a record from the stream, as its trim does.
    pub(super) fn trim(&mut self, record: u64) {
        self.stream.retain(|it| it.payload != record);
    }

    /// Starts anew from what was made durable.
    pub(super) fn restart(&mut self) {
        self.shard = Shard::new(
            self.settings.clone(),
            STREAM_RETRY_PAUSES,
            self.committed.clone(),
            self.now,
        );
        self.wanted = None;
        self.wake = None;
    }

    /// Does all that can be done without time passing.
    pub(super) fn run(&mut self) {
        let mut inputs = VecDeque::from([Input::Woken]);
        while let Some(input) = inputs.pop_front().or_else(|| self.read()) {
            self.wake = None;
            let retention = u64::try_from(self.retention.as_millis()).unwrap_or(u64::MAX);
            self.shard
                .trimmed_before(Time(self.now.0.saturating_sub(retention)));
            for effect in self.shard.step(input, self.now) {
                inputs.extend(self.perform(effect));
            }
            assert!(self.invoked.len() < 100_000, "this never ends");
        }
    }

    /// Lets time pass, with everything that happens on the way.
    pub(super) fn pass(&mut self, duration: Duration) {
        let end = self.now.plus(duration);
        self.run();
        while let Some(wake) = self.wake.filter(|wake| *wake <= end) {
            self.now = wake;
            self.run();
        }
        self.now = end;
        self.run();
    }

    fn perform(&mut self, effect: Effect<u64>) -> Option<Input<u64>> {
        match effect {
            Effect::Commit(progress) => self.committed = progress,
            Effect::Read { after, limit } => self.wanted = Some((after, limit)),
            Effect::Expired(records) => {
                let records = records.iter().map(|record| record.payload);
                self.expired.push(records.collect());
            }
            Effect::Wake(time) => self.wake = Some(time),
            Effect::Invoke { lane, records } => {
                let batch: Vec<_> = records.iter().map(|record| record.payload).collect();
                let outcome = (self.function)(&batch);
                let numbers: Vec<_> = records.iter().map(|it| &it.sequence_number).collect();
                let ending = Ending::of_function(&outcome, &self.settings, &numbers);
                self.invoked.push(batch);
                self.invoked_at.push(self.now);
                self.runs += 1;
                return Some(Input::Ended {
                    lane,
                    request_id: format!("run-{}", self.runs),
                    ending,
                });
            }
            Effect::Discard(discard) => {
                let lane = discard.lane;
                let stored = self.destination_up;
                if stored {
                    self.discarded.push(discard);
                }
                return Some(Input::Discarded { lane, stored });
            }
        }
        None
    }

    /// What the stream has for the read that is wanted.
    fn read(&mut self) -> Option<Input<u64>> {
        let (after, limit) = self.wanted.clone()?;
        let mut rest = self
            .stream
            .iter()
            .filter(|record| Some(&record.sequence_number) > after.as_ref())
            .cloned();
        let records: Vec<_> = rest.by_ref().take(limit).collect();
        let exhausted = rest.next().is_none();
        if records.is_empty() {
            return None;
        }
        self.wanted = None;
        Some(Input::Records {
            read_to: records.last().map(|last| last.sequence_number.clone()),
            records,
            exhausted,
            closed: false,
        })
    }

    /// The records that were given up, batch by batch.
    pub(super) fn discarded_records(&self) -> Vec<Vec<u64>> {
        self.discarded
            .iter()
            .map(|discard| discard.records.iter().map(|it| it.payload).collect())
            .collect()
    }

    /// The lowest checkpoint of all lanes, as a record's number.
    pub(super) fn checkpoint(&self) -> Option<SequenceNumber> {
        self.committed
            .lanes
            .iter()
            .map(|lane| lane.checkpoint.clone())
            .min()
            .flatten()
    }
}
