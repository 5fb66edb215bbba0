use std::sync::{Mutex, MutexGuard, PoisonError};

use delivery::Time;
use emulator::{Clock, Journal, Occurrence};
use tokio::sync::broadcast;

use crate::observation::{Observation, Observed};
use crate::report::Counts;

/// How many occurrences the emulator tells between two observations at most.
const JOURNAL: usize = 512;

/// Writes down what happens.
#[derive(Debug)]
pub(crate) struct Recorder {
    clock: Clock,
    journal: Journal,
    written: Mutex<Written>,
}

#[derive(Debug)]
struct Written {
    observations: Vec<Observed>,
    counts: Counts,
    occurrences: broadcast::Receiver<Occurrence>,
    last_activity: Time,
}

impl Recorder {
    pub(crate) fn new(clock: Clock) -> Self {
        let journal = Journal::new(JOURNAL);
        Self {
            clock,
            written: Mutex::new(Written {
                observations: Vec::new(),
                counts: Counts::default(),
                occurrences: journal.listen(),
                last_activity: clock.now(),
            }),
            journal,
        }
    }

    /// Where the emulator's parts tell what they do.
    pub(crate) fn journal(&self) -> Journal {
        self.journal.clone()
    }

    /// Something happened now.
    pub(crate) fn observe(&self, what: Observation) {
        let at = self.clock.now();
        let mut written = self.written();
        written.warnings(at);
        written.last_activity = at;
        match &what {
            Observation::Committed(_) => written.counts.changes += 1,
            Observation::Accepted { .. } => written.counts.accepted += 1,
            Observation::Invoked { .. } => written.counts.invocations += 1,
            Observation::Killed => written.counts.kills += 1,
            Observation::Split { .. } => written.counts.splits += 1,
            _ => {}
        }
        written.observations.push(Observed { at, what });
    }

    /// What is seen without anything happening.
    pub(crate) fn note(&self, what: Observation) {
        let at = self.clock.now();
        self.written().observations.push(Observed { at, what });
    }

    /// Something was tried that is no observation.
    pub(crate) fn touch(&self) {
        self.written().last_activity = self.clock.now();
    }

    /// A fault struck.
    pub(crate) fn strike(&self, fault: &'static str) {
        *self.written().counts.faults.entry(fault).or_default() += 1;
    }

    /// When something happened last.
    pub(crate) fn last_activity(&self) -> Time {
        self.written().last_activity
    }

    /// Everything that happened, in order, and how much.
    pub(crate) fn finish(&self) -> (Vec<Observed>, Counts) {
        let mut written = self.written();
        written.warnings(self.clock.now());
        (
            std::mem::take(&mut written.observations),
            std::mem::take(&mut written.counts),
        )
    }

    fn written(&self) -> MutexGuard<'_, Written> {
        self.written.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Written {
    /// What the emulator has warned of since the last time.
    fn warnings(&mut self, at: Time) {
        loop {
            let warning = match self.occurrences.try_recv() {
                Ok(Occurrence::Warning(text)) => text,
                Ok(Occurrence::Discarded {
                    source,
                    destination: None,
                    condition,
                    count,
                }) => format!("{source} gave up {count} ({condition}) and keeps nothing of it"),
                Ok(_) | Err(broadcast::error::TryRecvError::Lagged(_)) => continue,
                Err(_) => return,
            };
            let what = Observation::Warned(warning);
            self.observations.push(Observed { at, what });
        }
    }
}
