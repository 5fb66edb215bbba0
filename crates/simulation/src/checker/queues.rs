//! What the consumers of queues are given and what they answer.

use std::sync::Arc;

use delivery::Time;
use serde_json::Value;

use super::Checker;
use super::ledger::about;
use super::violation::{Violation, ViolationKind};
use crate::observation::Target;

/// A message that a consumer has, and the change whose event it holds.
#[derive(Debug)]
pub(super) struct Held {
    message: Arc<str>,
    change: usize,
}

impl Checker {
    /// The consumer of a queue was given a batch.
    pub(super) fn queue_invoked(
        &mut self,
        at: Time,
        target: Target,
        request_id: &str,
        events: &[Arc<str>],
        messages: &[Arc<str>],
    ) -> Vec<Violation> {
        let most = self.scenario.settings.maximum_receive_count;
        let mut violations = Vec::new();
        let mut batch = Vec::with_capacity(events.len());
        for (event_id, message) in events.iter().zip(messages) {
            let Some(change) = self.ledger.of_event(event_id) else {
                let text = format!(
                    "the consumer of {target:?} was given `{event_id}`, which no change means"
                );
                violations.push(about(at, ViolationKind::Invented, None, text));
                continue;
            };
            let receives = self.receives.entry(Arc::clone(message)).or_default();
            *receives += 1;
            // Once is enough to tell.
            if *receives == most.saturating_add(1) {
                let text = format!(
                    "the consumer of {target:?} was given {event_id} in one message for the {receives}th time; its \
                     queue hands it out {most} times"
                );
                let kind = ViolationKind::TriedTooOften;
                violations.push(self.ledger.violation(at, kind, change, text));
            }
            let message = Arc::clone(message);
            batch.push(Held { message, change });
        }
        self.batches.insert(request_id.to_owned(), batch);
        violations
    }

    /// The consumer of a queue answered: what it does not report is deleted, so it must be complete.
    pub(super) fn queue_answered(
        &mut self,
        at: Time,
        target: Target,
        request_id: &str,
        body: &str,
    ) -> Vec<Violation> {
        let batch = self.batches.remove(request_id).unwrap_or_default();
        let done = done(body, &batch);
        let undone = |held: &&Held| {
            let changed = &self.ledger.changes[held.change];
            let waits = target == Target::History && self.lanes.is_parked(&changed.change);
            !waits && !changed.completed.contains_key(&target)
        };
        done.into_iter()
            .filter(undone)
            .map(|held| {
                let id = &self.ledger.changes[held.change].change.event_id;
                let text = format!(
                    "the consumer of {target:?} answered that the event of {id} is done, but it never completed it"
                );
                let kind = ViolationKind::AcknowledgedUnfinished;
                self.ledger.violation(at, kind, held.change, text)
            })
            .collect()
    }
}

/// The messages of a batch that an answer calls done
/// (<https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html>).
fn done<'a>(body: &str, batch: &'a [Held]) -> Vec<&'a Held> {
    let failures = match serde_json::from_str(body) {
        _ if body.trim().is_empty() => Vec::new(),
        Ok(Value::Null) => Vec::new(),
        // An unknown key reads as an empty list: success.
        Ok(Value::Object(mut answer)) => match answer.remove("batchItemFailures") {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::Array(failures)) => failures,
            Some(_) => return Vec::new(),
        },
        Ok(_) | Err(_) => return Vec::new(),
    };
    let named = |failure: &Value| {
        let id = failure["itemIdentifier"].as_str();
        batch.iter().position(|held| Some(&*held.message) == id)
    };
    // One name that is not of the batch fails all of it.
    let failed: Option<Vec<usize>> = failures.iter().map(named).collect();
    match failed {
        None => Vec::new(),
        Some(failed) => batch
            .iter()
            .enumerate()
            .filter(|(place, _)| !failed.contains(place))
            .map(|(_, held)| held)
            .collect(),
    }
}
