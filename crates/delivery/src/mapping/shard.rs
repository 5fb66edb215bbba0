use crate::Time;
use crate::target::Backoff;

use super::lane::Lane;
use super::reach::Reach;
use super::{EVENT_BYTES, Effect, Input, Progress, Settings};

/// The state of a mapping in one shard.
#[derive(Debug)]
pub struct Shard<P> {
    settings: Settings,
    pauses: Backoff,
    lanes: Vec<Lane<P>>,
    reach: Reach,
    /// Whether a read is under way.
    reading: bool,
    committed: Progress,
    /// The stream keeps nothing that is older.
    horizon: Time,
}

impl<P: Clone> Shard<P> {
    /// A mapping that goes on where `progress` says. It starts with [`Input::Woken`].
    #[must_use]
    pub fn new(settings: Settings, pauses: Backoff, progress: Progress, now: Time) -> Self {
        let committed = progress.clone();
        let progress = progress.with_lanes(settings.parallelization_factor);
        let read_to = progress
            .lanes
            .iter()
            .map(|lane| lane.checkpoint.clone())
            .min()
            .flatten();
        let lanes = progress
            .lanes
            .into_iter()
            .map(|lane| Lane::new(lane, now))
            .collect();
        Self {
            settings,
            pauses,
            lanes,
            reach: Reach {
                read_to,
                ..Reach::default()
            },
            reading: false,
            committed,
            horizon: Time(0),
        }
    }

    /// Takes in that the stream keeps no record made before `horizon`: from the next step on what is
    /// older and not under way is lost, also for the failure destination.
    pub fn trimmed_before(&mut self, horizon: Time) {
        self.horizon = horizon;
    }

    /// What follows from an input.
    pub fn step(&mut self, input: Input<P>, now: Time) -> Vec<Effect<P>> {
        self.take(input, now);
        let mut effects = Vec::new();
        let read_all_it_may = self.reach.exhausted || self.room() == 0;
        let mut wake = None;
        for (index, lane) in self.lanes.iter_mut().enumerate() {
            let expired = lane.expire(self.horizon);
            if !expired.is_empty() {
                effects.push(Effect::Expired(expired));
            }
            lane.skip_to(self.reach.read_to.as_ref());
            let next = lane.next(&self.settings, read_all_it_may, &self.reach, now);
            effects.extend(next.effect(index));
            wake = [wake, lane.wakes_at(&self.settings, now)]
                .into_iter()
                .flatten()
                .min();
        }
        let limit = self.room();
        if limit > 0 && !self.reading && !self.reach.closed {
            self.reading = true;
            effects.push(Effect::Read {
                after: self.reach.read_to.clone(),
                limit,
            });
        }
        effects.extend(wake.map(Effect::Wake));
        let progress = self.progress();
        if progress != self.committed {
            self.committed = progress.clone();
            effects.insert(0, Effect::Commit(progress));
        }
        effects
    }

    /// How far the mapping is.
    #[must_use]
    pub fn progress(&self) -> Progress {
        Progress {
            lanes: self.lanes.iter().map(Lane::progress).collect(),
        }
    }

    /// Whether the shard is closed and every record of it is done: its children may be read now.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.reach.closed && self.lanes.iter().all(Lane::is_empty)
    }

    fn take(&mut self, input: Input<P>, now: Time) {
        match input {
            Input::Woken => {}
            Input::Records {
                records,
                read_to,
                exhausted,
                closed,
            } => {
                self.reading = false;
                self.reach.exhausted = exhausted || closed;
                self.reach.closed = closed;
                for record in records {
                    let lane = lane_of(&record.item, self.lanes.len());
                    if let Some(lane) = self.lanes.get_mut(lane) {
                        lane.push(record, &self.settings, now);
                    }
                }
                self.reach.read_to = self.reach.read_to.take().max(read_to);
            }
            Input::Ended {
                lane,
                request_id,
                ending,
            } => {
                if let Some(lane) = self.lanes.get_mut(lane) {
                    lane.ended(&self.settings, &self.pauses, request_id, ending, now);
                }
            }
            Input::Discarded { lane, stored } => {
                if let Some(lane) = self.lanes.get_mut(lane) {
                    lane.discarded(&self.pauses, stored, now);
                }
            }
        }
    }

    /// How many records more may be read now: enough that no lane waits for the stream, and not so
    /// many that a blocked lane fills the memory.
    fn room(&self) -> usize {
        let lanes = self.settings.parallelization_factor;
        let most = (2 * lanes * self.settings.batch_size).max(1000);
        let held: usize = self.lanes.iter().map(Lane::held).sum();
        let bytes: usize = self.lanes.iter().map(Lane::held_bytes).sum();
        let unfinished = self
            .lanes
            .iter()
            .any(|lane| lane.misses_records(&self.reach));
        if unfinished || bytes < 2 * lanes * EVENT_BYTES {
            most.saturating_sub(held).max(usize::from(unfinished))
        } else {
            0
        }
    }
}

/// The lane of an item: the same for all changes of it.
fn lane_of(item: &str, lanes: usize) -> usize {
    // FNV-1a: the same in every version, so that a restart finds each item in its lane.
    let hash = item.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    // Items often differ in their last character only, which reaches the outermost bits first.
    let folded = hash ^ (hash >> 40);
    usize::try_from(folded % 10_007).unwrap_or_default() % lanes.max(1)
}
