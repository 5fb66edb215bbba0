use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use delivery::Time;
use emulator::Chance;

use crate::scenario::{Fault, FaultKind};

/// The scenario's faults, which strike when something asks.
#[derive(Debug)]
pub(crate) struct Faults {
    faults: Vec<Live>,
}

#[derive(Debug)]
struct Live {
    from: Time,
    until: Time,
    per_mille: u16,
    kind: FaultKind,
    chance: Chance,
    left: Mutex<Option<u32>>,
}

impl Faults {
    pub(crate) fn new(faults: &[Fault], start: Time) -> Self {
        let live = |fault: &Fault| Live {
            from: start.plus(fault.from),
            until: start.plus(fault.until),
            per_mille: fault.per_mille,
            kind: fault.kind.clone(),
            chance: Chance::seeded(fault.seed),
            left: Mutex::new(fault.at_most),
        };
        Self {
            faults: faults.iter().map(live).collect(),
        }
    }

    /// The first fault of the wanted kind that strikes now, if any does.
    pub(crate) fn strike<T>(
        &self,
        now: Time,
        wanted: impl Fn(&FaultKind) -> Option<T>,
    ) -> Option<(&'static str, T)> {
        self.faults.iter().find_map(|fault| {
            let wanted = (fault.from <= now && now < fault.until)
                .then(|| wanted(&fault.kind))
                .flatten()?;
            fault.strikes().then(|| (fault.kind.name(), wanted))
        })
    }
}

impl Live {
    fn strikes(&self) -> bool {
        let mut left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        if *left == Some(0) || self.chance.fraction() * 1000.0 >= f64::from(self.per_mille) {
            return false;
        }
        *left = left.map(|left| left - 1);
        true
    }
}

/// A duration between two, as a fraction says.
pub(crate) fn between(least: Duration, most: Duration, fraction: f64) -> Duration {
    least + most.saturating_sub(least).mul_f64(fraction)
}
