//! What the pipe sends to the bus and hears of it.

use std::sync::Arc;

use delivery::Time;
use serde_json::Value;

use super::Checker;
use super::ledger::about;
use super::violation::{Violation, ViolationKind};
use crate::observation::Ending;
use crate::scenario::Flow;

/// AWS's own failures: a pipe repeats them without counting.
const UNCOUNTED: [&str; 2] = ["InternalFailure", "InternalException"];

/// What an answer of `PutEvents` says of a call's entries.
struct Heard {
    /// So many from the first on are done; what is behind them comes again.
    done: usize,
    /// Whether the attempt counts as one of the settings' retries.
    counts: bool,
}

impl Checker {
    /// The pipe called `PutEvents` with these events.
    pub(super) fn pipe_called(
        &mut self,
        at: Time,
        request_id: &str,
        events: &[Arc<str>],
    ) -> Vec<Violation> {
        let mut violations = Vec::new();
        let mut batch = Vec::with_capacity(events.len());
        for event_id in events {
            let Some(index) = self.ledger.of_event(event_id) else {
                let text = format!("the pipe sent `{event_id}`, which no change means");
                violations.push(about(at, ViolationKind::Invented, None, text));
                continue;
            };
            violations.extend(self.came_again(at, index));
            violations.extend(self.went_past(at, index, &batch));
            batch.push(index);
        }
        self.flights.insert(request_id.to_owned(), batch);
        violations
    }

    /// The pipe's call ended.
    pub(super) fn pipe_answered(
        &mut self,
        at: Time,
        request_id: &str,
        ending: &Ending,
    ) -> Vec<Violation> {
        let Some(batch) = self.flights.remove(request_id) else {
            return Vec::new();
        };
        let heard = heard(ending, batch.len());
        let mut violations = Vec::new();
        self.forget_acknowledged_before(at);
        for index in batch[..heard.done].iter().copied() {
            let changed = &mut self.ledger.changes[index];
            changed.acknowledged = Some(at);
            self.just_acknowledged.push(index);
            if !changed.is_finished() {
                let text = format!(
                    "the pipe heard that the bus has the event of {}, but it does not",
                    changed.change.event_id
                );
                let kind = ViolationKind::AcknowledgedUnfinished;
                violations.push(self.ledger.violation(at, kind, index, text));
            }
        }
        if heard.counts {
            for index in batch[heard.done..].iter().copied() {
                violations.extend(self.tried_too_often(at, index));
            }
        }
        violations
    }

    /// Whether the pipe sends both in one call: the bus may then refuse the first and take the second, on AWS too.
    pub(super) fn are_in_one_call(&self, earlier: usize, later: usize) -> bool {
        let both = |batch: &Vec<usize>| batch.contains(&earlier) && batch.contains(&later);
        self.scenario.flow == Flow::Orders && self.flights.values().any(both)
    }
}

/// What a call with `count` entries came to
/// (<https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-batching-concurrency.html>).
fn heard(ending: &Ending, count: usize) -> Heard {
    match ending {
        // No answer: nobody knows, and nothing counts.
        Ending::NotRun(_) => Heard {
            done: 0,
            counts: false,
        },
        Ending::Failed(refusal) => Heard {
            done: 0,
            counts: !refusal.starts_with('5') && !UNCOUNTED.iter().any(|it| refusal.ends_with(it)),
        },
        Ending::Answered(answer) => {
            let answer: Value = serde_json::from_str(answer).unwrap_or_default();
            let entries = answer["Entries"].as_array().cloned().unwrap_or_default();
            let code = |entry: &Value| entry["ErrorCode"].as_str().map(str::to_owned);
            let codes: Vec<Option<String>> = entries.iter().map(code).collect();
            let first = codes.iter().position(Option::is_some);
            let mut refused = codes.iter().flatten();
            Heard {
                done: first.unwrap_or(count).min(count),
                counts: refused.any(|code| !UNCOUNTED.contains(&code.as_str())),
            }
        }
    }
}
