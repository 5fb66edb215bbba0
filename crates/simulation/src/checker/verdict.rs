//! The end of a run: every change must have ended somewhere, or be named as lost for a reason.

use std::fmt;

use delivery::Time;

use super::Checker;
use super::ledger::{Changed, about};
use super::violation::{Violation, ViolationKind};
use crate::observation::Target;
use crate::scenario::{FaultKind, Flow};

/// What became of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Every broken promise, in the order of time.
    pub violations: Vec<Violation>,
    /// What was lost outside the envelope, each event by name.
    pub lost: Vec<Lost>,
    /// Where everything ended.
    pub ends: Ends,
}

/// How much ended where.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ends {
    /// Events that a target completed, once for each target.
    pub completed: u64,
    /// Events in a dead-letter place, once for each target.
    pub dead_lettered: u64,
    /// Changes in the quarantine.
    pub quarantined: u64,
    /// Changes in failure records, or whose position is in the pipe's dead-letter queue.
    pub in_failure_records: u64,
}

impl Ends {
    /// Adds those of another run.
    pub fn add(&mut self, other: Self) {
        self.completed += other.completed;
        self.dead_lettered += other.dead_lettered;
        self.quarantined += other.quarantined;
        self.in_failure_records += other.in_failure_records;
    }

    fn count(&mut self, changed: &Changed) {
        let completed = changed.completed.len();
        self.completed += u64::try_from(completed).unwrap_or_default();
        let elsewhere = changed.ended_at.len() - completed;
        self.dead_lettered += u64::try_from(elsewhere).unwrap_or_default();
        self.quarantined += u64::from(changed.quarantined);
        let position_only = changed.given_up && changed.accepted == 0;
        self.in_failure_records += u64::from(changed.in_failure_record || position_only);
    }
}

/// An event that was lost because something lasted longer than any retry may.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lost {
    /// The stream's id of the change.
    pub change: String,
    /// The item's key.
    pub key: String,
    /// The target that did not get it; absent if the bus did not.
    pub target: Option<Target>,
    /// Why.
    pub reason: String,
}

impl fmt::Display for Lost {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            change,
            key,
            target,
            reason,
        } = self;
        match target {
            Some(target) => write!(
                formatter,
                "{change} of {key} is lost for {target:?}: {reason}"
            ),
            None => write!(formatter, "{change} of {key} is lost: {reason}"),
        }
    }
}

/// What a change ended as.
enum End {
    Well,
    Named(Lost),
    Wrong(ViolationKind, String),
}

impl Checker {
    /// Judges the whole. `quiet`: nothing was under way any more.
    #[must_use]
    pub fn finish(mut self, at: Time, quiet: bool) -> Verdict {
        let mut lost = Vec::new();
        let mut ends = Ends::default();
        for index in 0..self.ledger.changes.len() {
            let changed = &self.ledger.changes[index];
            ends.count(changed);
            for end in self.ends(index, quiet) {
                match end {
                    End::Well => {}
                    End::Named(one) => lost.push(one),
                    End::Wrong(kind, text) => {
                        let violation = self.ledger.violation(at, kind, index, text);
                        self.violations.push(violation);
                    }
                }
            }
        }
        self.violations.extend(self.shop.differences(at));
        let differences = self.tracking.differences(at, &self.ledger);
        self.violations.extend(differences);
        self.violations.extend(self.lanes.differences(at));
        if !quiet && self.violations.is_empty() {
            let text = "something is still under way long after the last fault".to_owned();
            self.violations
                .push(about(at, ViolationKind::Stuck, None, text));
        }
        Verdict {
            violations: self.violations,
            lost,
            ends,
        }
    }

    fn ends(&self, index: usize, quiet: bool) -> Vec<End> {
        let changed = &self.ledger.changes[index];
        let recovered = self.scenario.flow == Flow::Orders && changed.accepted > 0;
        let kept = changed.quarantined || changed.in_failure_record;
        if (kept && !recovered) || changed.means_nothing {
            return vec![End::Well];
        }
        match &changed.expected {
            Some(expected) if changed.accepted > 0 => Target::of(self.scenario.flow)
                .iter()
                .copied()
                .filter(|target| target.takes(&expected.detail_type, &expected.detail))
                .filter(|target| !self.is_filtered(*target, index))
                .map(|target| self.end_at(target, changed, quiet))
                .collect(),
            // All that can be known of it is in the quarantine.
            Some(_) if changed.position_kept && changed.trimmed => vec![self.trimmed(changed)],
            _ => vec![self.end_before_the_bus(changed)],
        }
    }

    fn end_before_the_bus(&self, changed: &Changed) -> End {
        let id = &changed.change.event_id;
        if let Some(reason) = &self.stopped
            && !self.scenario.is_inside_the_envelope()
        {
            return End::Named(Lost {
                change: id.to_string(),
                key: changed.change.key.clone(),
                target: None,
                reason: format!("the pipe stopped by itself: {reason}"),
            });
        }
        if changed.trimmed && !self.scenario.is_inside_the_envelope() {
            return End::Named(Lost {
                change: id.to_string(),
                key: changed.change.key.clone(),
                target: None,
                reason: "the stream forgot it after 24 h, before the bus, the quarantine or the failure destination \
                         had it"
                    .to_owned(),
            });
        }
        let text =
            format!("{id} is neither on the bus nor in the quarantine nor in a failure record");
        let kind = if changed.is_done() {
            ViolationKind::Lost
        } else {
            ViolationKind::Stuck
        };
        End::Wrong(kind, text)
    }

    /// The stream forgot a record that the pipe gave up, before it was read back.
    fn trimmed(&self, changed: &Changed) -> End {
        let id = &changed.change.event_id;
        if self.scenario.is_inside_the_envelope() {
            let text = format!("of {id} only the position is kept");
            return End::Wrong(ViolationKind::Lost, text);
        }
        End::Named(Lost {
            change: id.to_string(),
            key: changed.change.key.clone(),
            target: None,
            reason:
                "the stream forgot it before it was read back; its position is in the quarantine"
                    .to_owned(),
        })
    }

    fn end_at(&self, target: Target, changed: &Changed, quiet: bool) -> End {
        if changed.ended_at.contains(&target) {
            return End::Well;
        }
        let id = &changed.change.event_id;
        if let Some(reason) = self.reason_for_loss(target, changed)
            && !self.scenario.is_inside_the_envelope()
        {
            return End::Named(Lost {
                change: id.to_string(),
                key: changed.change.key.clone(),
                target: Some(target),
                reason,
            });
        }
        if target == Target::History && self.lanes.is_parked(&changed.change) {
            let text = format!("the event of {id} is parked for ever");
            return End::Wrong(ViolationKind::Stuck, text);
        }
        let kind = if quiet {
            ViolationKind::Lost
        } else {
            ViolationKind::Stuck
        };
        let text = format!(
            "the bus took the event of {id}, but {target:?} has not completed it, nor has a dead-letter place"
        );
        End::Wrong(kind, text)
    }

    /// What of the scenario can have lost an event on its way to a target.
    fn reason_for_loss(&self, target: Target, changed: &Changed) -> Option<String> {
        let accepted_at = changed.accepted_at?;
        let struck = |wanted: FaultKind| {
            let began = |(index, _, ended): &&(usize, Time, Option<Time>)| {
                self.scenario
                    .faults
                    .get(*index)
                    .is_some_and(|it| it.kind == wanted)
                    && ended.is_none_or(|ended| ended >= accepted_at)
            };
            self.faults.iter().find(began).map(|_| wanted.name())
        };
        if let Some(fault) = struck(FaultKind::DeadLetterQueueRefuses(target)) {
            return Some(format!("it was given up while this lasted: {fault}"));
        }
        if target != Target::Consumer {
            return None;
        }
        if !self.scenario.settings.consumer_destination {
            return Some("its consumer failed each time and has no failure destination".to_owned());
        }
        struck(FaultKind::ConsumerDestinationUnreachable)
            .map(|fault| format!("it was given up while this lasted: {fault}"))
    }
}
