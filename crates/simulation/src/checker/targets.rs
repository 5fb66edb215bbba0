//! What targets complete and what their dead-letter places get.

use std::sync::Arc;
use std::time::Duration;

use delivery::Time;
use serde_json::Value;

use super::Checker;
use super::ledger::about;
use super::published::Event;
use super::violation::{Violation, ViolationKind};
use crate::observation::Target;

/// What the mapping of the audit queue leaves out if the settings say so.
const FILTERED: &str = "UserDeleted";

/// How often Lambda runs a function with one asynchronous event: once, and two retries.
const ASYNCHRONOUS_RUNS: u32 = 3;

impl Checker {
    /// A target's consumer completed an event.
    pub(super) fn delivered(&mut self, at: Time, target: Target, event: &str) -> Vec<Violation> {
        let index = match self.arrived(at, target, event, "completed") {
            Ok(index) => index,
            Err(violation) => return vec![violation],
        };
        if self.is_filtered(target, index) {
            let text = format!("{target:?} completed what its mapping's filter leaves out");
            let kind = ViolationKind::WrongTarget;
            return vec![self.ledger.violation(at, kind, index, text)];
        }
        let kills = self.kills;
        let each = match target {
            Target::Consumer => ASYNCHRONOUS_RUNS,
            Target::Queue | Target::Audit | Target::Notify | Target::Tracking => {
                u32::try_from(self.scenario.settings.maximum_receive_count).unwrap_or(u32::MAX)
            }
            // What is parked is tried with every event of its key, and by the schedule, until that is recorded.
            Target::History => u32::MAX,
        };
        let changed = &mut self.ledger.changes[index];
        changed.ended_at.insert(target);
        if target == Target::Tracking {
            self.tracking.completed(&changed.change);
        }
        let done_in_order = (target == Target::History)
            .then(|| self.lanes.done(at, &changed.change))
            .flatten();
        let completed = changed.completed.entry(target).or_default();
        *completed += 1;
        // A fault hands over twice what the bus took once; what a kill interrupts comes again.
        let most = (changed.accepted * 2)
            .saturating_mul(each)
            .saturating_add(kills);
        if *completed != most.saturating_add(1) {
            return done_in_order.into_iter().collect();
        }
        let text = format!(
            "{target:?} completed {} for the {completed}th time, {most} are explained",
            changed.change.event_id
        );
        vec![
            self.ledger
                .violation(at, ViolationKind::TriedTooOften, index, text),
        ]
    }

    /// A target did not take an event.
    pub(super) fn target_refused(
        &mut self,
        at: Time,
        target: Target,
        event_id: &str,
    ) -> Vec<Violation> {
        let Some(index) = self.ledger.of_event(event_id) else {
            let text =
                format!("{target:?} was given `{event_id}`, which no committed change means");
            return vec![about(at, ViolationKind::Invented, None, text)];
        };
        let attempts = self
            .scenario
            .settings
            .target_maximum_retry_attempts
            .saturating_add(1);
        let changed = &mut self.ledger.changes[index];
        let refusals = changed.refusals.entry(target).or_default();
        *refusals += 1;
        // An attempt that a kill interrupts is made again.
        let most = changed
            .accepted
            .saturating_mul(attempts)
            .saturating_add(self.kills);
        if *refusals != most.saturating_add(1) {
            return Vec::new();
        }
        let text = format!(
            "{target:?} refused {event_id} for the {refusals}th time; the settings allow {most}"
        );
        let kind = ViolationKind::TriedTooOften;
        vec![self.ledger.violation(at, kind, index, text)]
    }

    /// The consumer was run with an event.
    pub(super) fn consumer_invoked(
        &mut self,
        at: Time,
        request_id: &str,
        events: &[Arc<str>],
    ) -> Vec<Violation> {
        let runs = self.runs.entry(request_id.to_owned()).or_default();
        *runs += 1;
        let most = ASYNCHRONOUS_RUNS.saturating_add(self.kills);
        let mut violations = Vec::new();
        for event_id in events {
            let (kind, text) = match self.ledger.of_event(event_id) {
                None => (
                    ViolationKind::Invented,
                    format!("the consumer was given `{event_id}`, which no change means"),
                ),
                Some(_) if *runs == most.saturating_add(1) => (
                    ViolationKind::TriedTooOften,
                    format!(
                        "the consumer was given {event_id} for the {runs}th time; {most} are explained"
                    ),
                ),
                Some(_) => continue,
            };
            let change = self
                .ledger
                .of_event(event_id)
                .map(|index| &self.ledger.changes[index].change);
            violations.push(about(at, kind, change, text));
        }
        violations
    }

    /// A dead-letter queue or a function's failure destination holds an event.
    pub(super) fn dead_lettered(
        &mut self,
        at: Time,
        target: Target,
        event: &str,
        attributes: &Value,
    ) -> Vec<Violation> {
        let index = match self.arrived(at, target, event, "has dead-lettered") {
            Ok(index) => index,
            Err(violation) => return vec![violation],
        };
        self.ledger.changes[index].ended_at.insert(target);
        self.too_early(at, target, index, attributes)
            .map(|text| {
                self.ledger
                    .violation(at, ViolationKind::GivenUpEarly, index, text)
            })
            .into_iter()
            .collect()
    }

    /// Whether the mapping of the target's queue deletes the event of a change and gives it to nobody.
    pub(super) fn is_filtered(&self, target: Target, index: usize) -> bool {
        let expected = self.ledger.changes[index].expected.as_ref();
        target == Target::Audit
            && self.scenario.settings.audit_filters
            && expected.is_some_and(|it| it.detail_type == FILTERED)
    }

    /// The limit that was reached must be one of the settings.
    fn too_early(
        &self,
        at: Time,
        target: Target,
        index: usize,
        attributes: &Value,
    ) -> Option<String> {
        let settings = &self.scenario.settings;
        let changed = &self.ledger.changes[index];
        let id = &changed.change.event_id;
        let text = |name: &str| {
            let value = &attributes[name];
            let value = value.get("StringValue").unwrap_or(value);
            value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned)
        };
        let age = changed
            .accepted_at
            .map(|accepted| at.since(accepted))
            .unwrap_or_default();
        let old = |most: Duration| age + Duration::from_secs(1) >= most;
        let number = |name: &str| text(name).parse().unwrap_or(0_u32);
        let reached = match (
            text("EXHAUSTED_RETRY_CONDITION").as_str(),
            text("condition").as_str(),
        ) {
            ("MaximumRetryAttempts", _) => {
                number("RETRY_ATTEMPTS") == settings.target_maximum_retry_attempts
            }
            ("MaximumEventAgeInSeconds", _) => old(settings.target_maximum_age),
            (_, "RetriesExhausted") => number("approximateInvokeCount") == ASYNCHRONOUS_RUNS,
            (_, "EventAgeExceeded") => old(ASYNCHRONOUS_AGE.saturating_sub(LONGEST_PAUSE)),
            // A message that was received too often; telling so is one more receive.
            _ if attributes.get("ApproximateReceiveCount").is_some() => {
                u64::from(number("ApproximateReceiveCount")) > settings.maximum_receive_count
            }
            // A target that is gone is not tried again.
            _ => true,
        };
        (!reached).then(|| format!("{target:?} gave up on {id} too early: {attributes}"))
    }

    /// The change of an event that a target has.
    fn arrived(
        &self,
        at: Time,
        target: Target,
        event: &str,
        verb: &str,
    ) -> Result<usize, Violation> {
        let envelope: Value = serde_json::from_str(event).unwrap_or_default();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let detail = &envelope["detail"];
        let (source, detail_type) = (text(&envelope["source"]), text(&envelope["detail-type"]));
        let event_id = text(&detail["metadata"]["eventId"]);
        let event = Event {
            source: &source,
            detail_type: &detail_type,
            detail,
            id: &event_id,
        };
        let index = self.meant(at, event, &format!("{target:?} {verb}"))?;
        let fail = |kind, text| Err(self.ledger.violation(at, kind, index, text));
        if !target.takes(&detail_type, detail) {
            let text = format!("{target:?} {verb} {event_id}, which its rule does not match");
            return fail(ViolationKind::WrongTarget, text);
        }
        if self.ledger.changes[index].accepted == 0 {
            let text = format!("{target:?} {verb} {event_id}, which the bus never took");
            return fail(ViolationKind::Invented, text);
        }
        Ok(index)
    }
}

/// How old an asynchronous event may become.
const ASYNCHRONOUS_AGE: Duration = Duration::from_hours(6);

/// An event whose next attempt would come too late is given up before its age is reached.
const LONGEST_PAUSE: Duration = Duration::from_mins(5);
