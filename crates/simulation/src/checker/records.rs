//! What lies in the quarantine and in failure records: whole, and there for a reason.

use std::time::Duration;

use delivery::Time;
use serde_json::Value;

use super::Checker;
use super::ledger::about;
use super::record::record_difference;
use super::violation::{Violation, ViolationKind};
use crate::scenario::Flow;

impl Checker {
    /// The quarantine queue holds a message.
    pub(super) fn quarantined(&mut self, at: Time, body: &str) -> Vec<Violation> {
        let message: Value = serde_json::from_str(body).unwrap_or_default();
        let positions = &message["record"]["DDBStreamBatchInfo"];
        if self.scenario.flow == Flow::Orders && !positions.is_null() {
            return self.position_kept(at, positions).into_iter().collect();
        }
        let index = match self.whole(at, &message["record"], "the quarantine holds") {
            Ok(index) => index,
            Err(violation) => return vec![violation],
        };
        let changed = &mut self.ledger.changes[index];
        changed.quarantined = true;
        let id = &changed.change.event_id;
        let ids = message["eventIds"].as_array().map(Vec::as_slice);
        let problem = match &changed.expected {
            // The recovery knows nothing of events, and brings all between the positions.
            _ if changed.in_named_range => None,
            Some(_) if !changed.refused_for_good => Some((
                ViolationKind::QuarantinedWithoutReason,
                format!(
                    "{id} was quarantined, but it can be mapped and the bus did not refuse it: {}",
                    message["reason"]
                ),
            )),
            Some(expected) if ids != Some(&[Value::from(expected.event_id.as_str())]) => Some((
                ViolationKind::Altered,
                format!(
                    "the quarantine's message about {id} does not name its event {}",
                    expected.event_id
                ),
            )),
            _ => None,
        };
        problem
            .map(|(kind, text)| self.ledger.violation(at, kind, index, text))
            .into_iter()
            .collect()
    }

    /// Nobody takes anything out of the quarantine.
    pub(super) fn held(&self, at: Time, queue: &str, messages: usize) -> Option<Violation> {
        let lost = self.kept.checked_sub(messages).filter(|lost| *lost > 0)?;
        let text = format!("{queue} took {} messages and lost {lost}", self.kept);
        Some(about(at, ViolationKind::Lost, None, text))
    }

    /// The mapping's failure destination holds a record.
    pub(super) fn failure_record(&mut self, at: Time, record: &Value) -> Vec<Violation> {
        // A pipe's message has another name for it.
        let condition = record["requestContext"]["condition"]
            .as_str()
            .or_else(|| record["context"]["condition"].as_str())
            .unwrap_or_default();
        let Some(payload) = record["payload"].as_str() else {
            return self.positions_only(at, &record["DDBStreamBatchInfo"], condition);
        };
        let event: Value = serde_json::from_str(payload).unwrap_or_default();
        let records = event["Records"].as_array().cloned().unwrap_or_default();
        let batch = &record["DDBStreamBatchInfo"];
        let mut violations = Vec::new();
        if records.is_empty() || batch["batchSize"].as_u64() != u64::try_from(records.len()).ok() {
            let text = format!(
                "a failure record holds {} records and says {}",
                records.len(),
                batch["batchSize"]
            );
            violations.push(about(at, ViolationKind::Altered, None, text));
        }
        for record in &records {
            match self.whole(at, record, "a failure record holds") {
                Err(violation) => violations.push(violation),
                Ok(index) => {
                    self.ledger.changes[index].in_failure_record = true;
                    violations.extend(self.given_up_early(at, index, condition));
                }
            }
        }
        violations
    }

    /// A limit must have been reached.
    fn given_up_early(&self, at: Time, index: usize, condition: &str) -> Option<Violation> {
        let changed = &self.ledger.changes[index];
        let settings = &self.scenario.settings;
        let id = &changed.change.event_id;
        let text = match condition {
            "RetryAttemptsExhausted" => {
                let least = settings.maximum_retry_attempts.saturating_add(1);
                let tried = changed.invocations;
                if tried >= least {
                    return None;
                }
                format!("{id} was given up after {tried} invocations, the settings ask for {least}")
            }
            "RecordAgeExceeded" => {
                // The stream's creation time is up to a second before the commit.
                let age = at.since(changed.committed_at) + Duration::from_secs(1);
                let least = settings.maximum_record_age;
                if age >= least {
                    return None;
                }
                format!("{id} was given up for its age of {age:?}, the settings ask for {least:?}")
            }
            other => format!("{id} was given up for the unknown condition `{other}`"),
        };
        Some(
            self.ledger
                .violation(at, ViolationKind::GivenUpEarly, index, text),
        )
    }

    /// A queue's failure record names a range of a shard and holds nothing.
    fn positions_only(&mut self, at: Time, batch: &Value, condition: &str) -> Vec<Violation> {
        for changed in self.ledger.between(batch) {
            changed.in_named_range = true;
            changed.given_up |= changed.acknowledged.is_none();
        }
        if self.scenario.flow == Flow::Users {
            return Vec::new();
        }
        // Between the first and the last may lie records of other lanes, which were not given up.
        let ends = [&batch["startSequenceNumber"], &batch["endSequenceNumber"]];
        let mut violations = Vec::new();
        for number in ends {
            let number = number.as_str().unwrap_or_default();
            match self.ledger.with_number(number) {
                None => {
                    let text =
                        format!("the pipe gave up the number `{number}`, which no change has");
                    violations.push(about(at, ViolationKind::Invented, None, text));
                }
                Some(index) => violations.extend(self.given_up_early(at, index, condition)),
            }
        }
        violations.dedup();
        violations
    }

    /// The quarantine has positions in place of records: the stream must have trimmed some of these.
    fn position_kept(&mut self, at: Time, batch: &Value) -> Option<Violation> {
        let mut any_trimmed = false;
        for changed in self.ledger.between(batch) {
            any_trimmed |= changed.trimmed;
            changed.position_kept = true;
        }
        if any_trimmed {
            return None;
        }
        let text =
            format!("the quarantine has the positions {batch}, but the stream has their records");
        let kind = ViolationKind::QuarantinedWithoutReason;
        Some(about(at, kind, None, text))
    }

    /// The change that a stored stream record is, in every field.
    fn whole(&self, at: Time, record: &Value, who: &str) -> Result<usize, Violation> {
        let id = record["eventID"].as_str().unwrap_or_default();
        let Some(index) = self.ledger.find(id) else {
            let text = format!("{who} the record `{id}`, which the table did not commit");
            return Err(about(at, ViolationKind::Invented, None, text));
        };
        let changed = &self.ledger.changes[index];
        match record_difference(&changed.change, changed.committed_at, record) {
            None => Ok(index),
            Some(difference) => {
                let text = format!("{who} {id}, but {difference}");
                Err(self
                    .ledger
                    .violation(at, ViolationKind::Altered, index, text))
            }
        }
    }
}
