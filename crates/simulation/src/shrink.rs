//! Makes a failing scenario as short as it can be while it still fails.

use std::time::Duration;

use crate::scenario::{Content, Scenario, Settings, Write};

/// Leaves out and simplifies parts of `scenario` as long as `fails` says that it still fails, until nothing more can
/// go or `may_go_on` says no.
///
/// Faults, kills and splits go first, then operations (whole halves before single ones), then settings become the
/// usual ones, and what is left becomes plainer and shorter.
pub fn shrink(
    scenario: Scenario,
    fails: impl FnMut(&Scenario) -> bool,
    may_go_on: impl FnMut() -> bool,
) -> Scenario {
    let mut shrinking = Shrinking {
        scenario,
        fails,
        may_go_on,
    };
    loop {
        let before = shrinking.scenario.clone();
        shrinking.leave_out(|scenario| &mut scenario.faults);
        shrinking.leave_out(|scenario| &mut scenario.kills);
        shrinking.leave_out(|scenario| &mut scenario.splits);
        shrinking.leave_out(|scenario| &mut scenario.operations);
        for usual in USUAL {
            let settings = &shrinking.scenario.settings;
            let simpler = usual(settings.clone(), Settings::usual(shrinking.scenario.flow));
            shrinking.try_with(|scenario| scenario.settings = simpler.clone());
        }
        shrinking.make_plainer();
        shrinking.make_shorter();
        if shrinking.scenario == before {
            return shrinking.scenario;
        }
    }
}

/// One setting each, back to the usual one.
const USUAL: [fn(Settings, Settings) -> Settings; 9] = [
    |settings, usual| Settings {
        shards: usual.shards,
        ..settings
    },
    |settings, usual| Settings {
        batching_window: usual.batching_window,
        ..settings
    },
    |settings, usual| Settings {
        parallelization_factor: usual.parallelization_factor,
        ..settings
    },
    |settings, usual| Settings {
        batch_size: usual.batch_size,
        ..settings
    },
    |settings, usual| Settings {
        longest_pause: usual.longest_pause,
        ..settings
    },
    |settings, usual| Settings {
        polls_as_aws: usual.polls_as_aws,
        ..settings
    },
    |settings, usual| Settings {
        maximum_retry_attempts: usual.maximum_retry_attempts,
        ..settings
    },
    |settings, usual| Settings {
        maximum_record_age: usual.maximum_record_age,
        ..settings
    },
    |settings, usual| Settings {
        consumer_concurrency: usual.consumer_concurrency,
        ..settings
    },
];

struct Shrinking<F, G> {
    /// The shortest so far.
    scenario: Scenario,
    fails: F,
    may_go_on: G,
}

impl<F: FnMut(&Scenario) -> bool, G: FnMut() -> bool> Shrinking<F, G> {
    /// Keeps a change if the scenario still fails with it.
    fn try_with(&mut self, change: impl Fn(&mut Scenario)) -> bool {
        let mut candidate = self.scenario.clone();
        change(&mut candidate);
        let kept = candidate != self.scenario && (self.may_go_on)() && (self.fails)(&candidate);
        if kept {
            self.scenario = candidate;
        }
        kept
    }

    /// Leaves out all of a list, then halves, quarters and so on down to single ones.
    fn leave_out<T>(&mut self, list: fn(&mut Scenario) -> &mut Vec<T>) {
        let mut chunk = list(&mut self.scenario).len();
        while chunk > 0 {
            // From the end: what comes last rarely caused what came before.
            let mut end = list(&mut self.scenario).len();
            while end > 0 {
                let start = end.saturating_sub(chunk);
                self.try_with(|scenario| drop(list(scenario).drain(start..end)));
                end = start;
            }
            chunk /= 2;
        }
    }

    /// Plain items without a time to live, and faults that strike whenever they can.
    fn make_plainer(&mut self) {
        for index in 0..self.scenario.operations.len() {
            self.try_with(|scenario| {
                if let Write::Put { content, .. } = &mut scenario.operations[index].write {
                    *content = Content::Plain;
                }
            });
            self.try_with(|scenario| {
                if let Write::Put { time_to_live, .. } = &mut scenario.operations[index].write {
                    *time_to_live = None;
                }
            });
        }
        for index in 0..self.scenario.faults.len() {
            self.try_with(|scenario| scenario.faults[index].per_mille = 1000);
            self.try_with(|scenario| scenario.faults[index].at_most = Some(1));
        }
    }

    /// Faults and kills that take less time, and a workload without waits.
    fn make_shorter(&mut self) {
        const SHORT: Duration = Duration::from_secs(1);
        for index in 0..self.scenario.faults.len() {
            while self.try_with(|scenario| {
                let fault = &mut scenario.faults[index];
                let lasts = fault.until.saturating_sub(fault.from);
                if lasts > SHORT {
                    fault.until = fault.from + (lasts / 2).max(SHORT);
                }
            }) {}
        }
        for index in 0..self.scenario.kills.len() {
            self.try_with(|scenario| scenario.kills[index].down = Duration::ZERO);
            self.try_with(|scenario| scenario.kills[index].after_commits = None);
        }
        while self.try_with(|scenario| {
            if scenario
                .operations
                .iter()
                .any(|operation| operation.at > SHORT)
            {
                scenario.operations.iter_mut().for_each(|it| it.at /= 2);
                scenario.splits.iter_mut().for_each(|it| it.at /= 2);
                scenario.kills.iter_mut().for_each(|it| it.at /= 2);
                for fault in &mut scenario.faults {
                    fault.from /= 2;
                    fault.until /= 2;
                }
            }
        }) {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::FaultKind;

    /// A seed with at least so many operations and a fault of this name.
    fn scenario_with(fault: &str) -> Scenario {
        (0..10_000)
            .map(Scenario::of)
            .find(|it| {
                it.operations.len() > 20 && it.faults.iter().any(|one| one.kind.name() == fault)
            })
            .unwrap_or_else(|| Scenario::of(0))
    }

    #[test]
    fn what_does_not_matter_is_left_out() {
        let scenario = scenario_with("answer lost");
        let key = scenario.operations[7].key;
        let fails = |it: &Scenario| {
            it.operations.iter().any(|operation| operation.key == key)
                && it
                    .faults
                    .iter()
                    .any(|fault| fault.kind == FaultKind::AnswerLost)
        };
        let short = shrink(scenario, fails, || true);
        assert!(fails(&short));
        assert_eq!((short.operations.len(), short.faults.len()), (1, 1));
        assert_eq!((short.kills.len(), short.splits.len()), (0, 0));
        assert_eq!(short.settings.shards, 1);
        let fault = &short.faults[0];
        assert!(
            fault.until <= fault.from + Duration::from_secs(2),
            "{fault:?}"
        );
    }

    #[test]
    fn nothing_more_is_tried_when_the_time_is_over() {
        let scenario = scenario_with("answer lost");
        let mut tries = 0;
        let short = shrink(
            scenario.clone(),
            |_| false,
            || {
                tries += 1;
                tries <= 3
            },
        );
        assert_eq!(short, scenario);
    }
}
