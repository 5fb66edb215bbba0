//! Consumers that work on each event once.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use delivery::Time;

use super::ledger::Ledger;
use super::violation::{Violation, ViolationKind};
use crate::observation::{Once, Step, Target};

/// Moments in a record are whole milliseconds.
const ROUNDING: Duration = Duration::from_millis(2);

/// What was seen of each consumer and event.
#[derive(Debug, Default)]
pub(super) struct Works(BTreeMap<(Target, Arc<str>), Work>);

#[derive(Debug, Default)]
struct Work {
    /// Who was given the lease last.
    owner: String,
    /// The ends of the leases of runs of which nobody heard that they ended.
    running: Vec<Time>,
    completed: bool,
}

impl Works {
    /// A consumer is one step further. `done` is how often its effect was seen for this event.
    pub(super) fn look(
        &mut self,
        at: Time,
        once: &Once,
        done: u32,
    ) -> Option<(ViolationKind, String)> {
        let Once {
            target,
            event_id,
            step,
        } = once;
        let work = self.0.entry((*target, Arc::clone(event_id))).or_default();
        match step {
            Step::Claimed { owner } => {
                work.owner.clone_from(owner);
                None
            }
            Step::Began { until } => {
                let others = work.running.iter().filter(|end| **end > at.plus(ROUNDING));
                let others = others.count();
                work.running.push(*until);
                if work.completed {
                    let text =
                        format!("{target:?} works on {event_id} again, which it has completed");
                    return Some((ViolationKind::RanAgain, text));
                }
                (others > 0).then(|| {
                    let text = format!(
                        "{target:?} works on {event_id} while another delivery of it does and has its lease"
                    );
                    (ViolationKind::RanTogether, text)
                })
            }
            Step::Ended => {
                work.running.pop();
                None
            }
            Step::Completed { owner } => {
                work.completed = true;
                if *owner != work.owner {
                    let text = format!(
                        "{owner} completed {event_id} for {target:?}, but {} has the lease",
                        work.owner
                    );
                    return Some((ViolationKind::RanTogether, text));
                }
                (done == 0).then(|| {
                    let text =
                        format!("{event_id} is completed for {target:?}, but nothing was done");
                    (ViolationKind::AcknowledgedUnfinished, text)
                })
            }
        }
    }
}

impl super::Checker {
    pub(super) fn once(&mut self, at: Time, once: &Once) -> Option<Violation> {
        let index = self.ledger.of_event(&once.event_id);
        let ledger: &Ledger = &self.ledger;
        let completed = index.and_then(|index| ledger.changes[index].completed.get(&once.target));
        let done = completed.copied().unwrap_or_default();
        let (kind, text) = self.works.look(at, once, done)?;
        Some(match index {
            Some(index) => ledger.violation(at, kind, index, text),
            None => super::ledger::about(at, kind, None, text),
        })
    }
}
