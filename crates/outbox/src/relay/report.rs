//! What the relay logs: ids, codes and counts, never what a record or an event holds.

use crate::entry::Entry;
use crate::publish::{Answer, CallError};
use crate::quarantine::{QuarantineError, Reason};

use super::prepare::Prepared;

pub(super) fn call(call: &[usize], answer: &Result<Vec<Answer>, CallError>, entries: &[Entry]) {
    let ids = |chosen: &mut dyn Iterator<Item = &usize>| {
        let mut text = String::with_capacity(call.len() * 64);
        for entry in chosen {
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(&entries[*entry].event_id);
        }
        text
    };
    match answer {
        Ok(answers) => {
            let mut accepted = call
                .iter()
                .zip(answers)
                .filter(|(_, answer)| answer.is_ok())
                .map(|(entry, _)| entry);
            let event_ids = ids(&mut accepted);
            if !event_ids.is_empty() {
                tracing::info!(event_ids, "published");
            }
            for (entry, answer) in call.iter().zip(answers) {
                if let Err(refusal) = answer {
                    let event_id = entries[*entry].event_id.as_str();
                    tracing::warn!(
                        event_id,
                        code = refusal.code.as_str(),
                        "the bus refused the event"
                    );
                }
            }
        }
        Err(error) => {
            let (code, status) = match error {
                CallError::NotSent(_) => ("NotSent", 0),
                CallError::NoAnswer(_) => ("NoAnswer", 0),
                CallError::Refused { code, status, .. } => (code.as_str(), *status),
            };
            tracing::warn!(
                event_ids = ids(&mut call.iter()),
                code,
                status,
                "the call to the bus failed"
            );
        }
    }
}

pub(super) fn quarantine(
    reason: Option<&Reason>,
    record: &Prepared<'_>,
    answer: &Result<(), QuarantineError>,
) {
    let reason = reason.map(|reason| reason.kind.as_str());
    let stream_event_id = record.stream_event_id.as_deref();
    let sequence_number = record.sequence_number.as_ref();
    match answer {
        Ok(()) => tracing::error!(
            stream_event_id,
            sequence_number,
            reason,
            "quarantined the record: its key has a gap"
        ),
        Err(error) => tracing::error!(
            stream_event_id,
            sequence_number,
            reason,
            error = error.to_string(),
            "the record was not quarantined"
        ),
    }
}
