//! Makes a failing scenario as short as it can be while it still fails.

#[cfg(test)]
mod tests;
mod usual;

use std::time::Duration;

use self::usual::USUAL;
use crate::scenario::{Call, Content, Line, Scenario, Settings, Write};

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
        shrinking.leave_out(|scenario| &mut scenario.settings.stock);
        shrinking.make_plainer();
        shrinking.make_callers_plainer();
        shrinking.make_shorter();
        if shrinking.scenario == before {
            return shrinking.scenario;
        }
    }
}

/// How a caller of the shop asks who has patience.
const PATIENT: Call = Call {
    within: Duration::from_secs(27),
    dies_after: None,
};

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

    /// Callers of the shop with patience who want one of one product.
    fn make_callers_plainer(&mut self) {
        for index in 0..self.scenario.operations.len() {
            self.try_with(|scenario| {
                if let Write::Place { call, .. } | Write::Restock { call, .. } =
                    &mut scenario.operations[index].write
                {
                    *call = PATIENT;
                }
            });
            let count = lines(&mut self.scenario, index).len();
            // From the end, so that what is left keeps its place.
            for line in (0..count).rev() {
                self.try_with(|scenario| {
                    if let Write::Place { lines, .. } = &mut scenario.operations[index].write
                        && lines.len() > 1
                    {
                        lines.remove(line);
                    }
                });
            }
            for line in 0..count {
                let of = |scenario: &mut Scenario, change: fn(&mut Line)| {
                    lines(scenario, index).get_mut(line).map(change);
                };
                self.try_with(|scenario| of(scenario, |line| line.quantity = 1));
                self.try_with(|scenario| of(scenario, |line| line.product = 0));
            }
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

/// The lines that a caller of the shop wants or brings.
fn lines(scenario: &mut Scenario, operation: usize) -> &mut [Line] {
    match &mut scenario.operations[operation].write {
        Write::Place { lines, .. } => lines,
        Write::Restock { line, .. } => std::slice::from_mut(line),
        _ => &mut [],
    }
}
