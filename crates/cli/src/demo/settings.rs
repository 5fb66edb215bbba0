use std::time::Duration;

use emulator::Emulating;
use emulator::front::ServiceError;

use super::{Progress, Report, Source};

/// How fast to write, how long to wait, and what to break meanwhile.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Settings {
    /// Writes side by side.
    pub(crate) concurrency: usize,
    /// The time between two writes, if they are held back.
    pub(crate) between: Option<Duration>,
    /// How long nothing may happen before the rest counts as missing.
    pub(crate) patience: Duration,
    /// Of a hundred items so many are changed after they were created.
    pub(crate) changed: u8,
    /// For how long the buses refuse events in the middle of it.
    pub(crate) bus_outage: Option<Duration>,
}

/// What came of it.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) report: Report,
    /// Generated writes that did not come about.
    pub(crate) failed: usize,
}

impl Settings {
    /// After how many writes the outage begins, and how.
    pub(crate) fn halfway<'a>(
        &self,
        source: &Source,
        emulating: &'a Emulating,
    ) -> Option<(usize, impl FnOnce(&Progress) + use<'a>)> {
        let outage = self.bus_outage?;
        let half = source.writes(|_| String::new()).len().div_ceil(2);
        let begin = move |progress: &Progress| {
            let down = ServiceError::internal("an outage that --bus-outage ordered");
            let until = emulating.clock().now().plus(outage);
            emulating.bus_outage().begin(down, until);
            let seconds = outage.as_secs();
            progress.note(&format!(
                "the event bus answers 500 for {seconds} s from now on"
            ));
        };
        Some((half, begin))
    }
}
