//! What lies in the quarantine and in failure records: whole, and there for a reason.

use std::time::Duration;

use delivery::Time;
use serde_json::Value;

use super::Checker;
use super::ledger::about;
use super::record::record_difference;
use super::violation::{Violation, ViolationKind};

impl Checker {
    /// The quarantine queue holds a message.
    pub(super) fn quarantined(&mut self, at: Time, body: &str) -> Vec<Violation> {
        let message: Value = serde_json::from_str(body).unwrap_or_default();
        let index = match self.whole(at, &message["record"], "the quarantine holds") {
            Ok(index) => index,
            Err(violation) => return vec![violation],
        };
        let changed = &mut self.ledger.changes[index];
        changed.quarantined = true;
        let id = &changed.change.event_id;
        let ids = message["eventIds"].as_array().map(Vec::as_slice);
        let problem = match &changed.expected {
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
        let condition = record["requestContext"]["condition"]
            .as_str()
            .unwrap_or_default();
        let Some(payload) = record["payload"].as_str() else {
            self.positions_only(&record["DDBStreamBatchInfo"]);
            return Vec::new();
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
    fn positions_only(&mut self, batch: &Value) {
        let number = |name: &str| {
            batch[name]
                .as_str()
                .map(|text| (text.len(), text.to_owned()))
        };
        let (first, last) = (number("startSequenceNumber"), number("endSequenceNumber"));
        for changed in &mut self.ledger.changes {
            let text = &changed.change.sequence_number;
            let number = Some((text.len(), text.clone()));
            let in_range = first <= number && number <= last;
            if in_range
                && batch["shardId"] == changed.change.shard.as_str()
                && changed.acknowledged.is_none()
            {
                changed.given_up = true;
            }
        }
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
