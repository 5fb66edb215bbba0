//! Queues stay bounded, and are empty at the end.

use delivery::Time;

use super::Checker;
use super::ledger::about;
use super::violation::{Violation, ViolationKind};
use crate::observation::Waiting;
use crate::scenario::Flow;

/// The most rules that an event matches: that of its own target and that of the audit queue, or those of both queues.
const TARGETS: u64 = 2;

/// In the flow of checkout: an order that is placed is for all three queues.
const TARGETS_OF_CHECKOUT: u64 = 3;

/// A fault may hand an event over twice.
const HANDED_OVER: u64 = 2;

impl Checker {
    /// So much waits: no more than was put in, and nothing at the end.
    pub(super) fn waits(&self, at: Time, waiting: Waiting, at_end: bool) -> Vec<Violation> {
        let Waiting {
            deliveries,
            asynchronous,
            messages,
        } = waiting;
        let targets = match self.scenario.flow {
            Flow::Users | Flow::Orders => TARGETS,
            Flow::Checkout => TARGETS_OF_CHECKOUT,
        };
        let each = [
            ("deliveries", deliveries, self.accepted * targets),
            (
                "asynchronous events",
                asynchronous,
                self.accepted * HANDED_OVER,
            ),
            ("messages", messages, self.accepted * targets * HANDED_OVER),
        ];
        let mut violations = Vec::new();
        for (what, count, most) in each {
            if count > most {
                let text = format!("{count} {what} wait, {most} are explained");
                violations.push(about(at, ViolationKind::QueueGrew, None, text));
            } else if at_end && count > 0 {
                let text = format!("{count} {what} still wait long after the last fault");
                violations.push(about(at, ViolationKind::Stuck, None, text));
            }
        }
        violations
    }
}
