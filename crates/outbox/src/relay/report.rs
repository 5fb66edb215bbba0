//! What the relay logs: ids, codes and counts, never what a record or an event holds.

use crate::entry::Entry;
use crate::publish::{Answer, CallError};
use crate::quarantine::{QuarantineError, Reason};

use super::prepare::Prepared;

/// What a line of the log holds at most, to stay far below the size of a log event
/// (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html>).
const IDS_IN_A_LINE: usize = 1_000;

/// The events of a batch that the bus accepted: one line for all, since a line costs as much as an event.
pub(super) fn published(accepted: &[usize], entries: &[Entry]) {
    for line in accepted.chunks(IDS_IN_A_LINE) {
        let event_ids = ids(line, entries);
        tracing::info!(count = line.len(), event_ids, "published");
    }
}

/// What went wrong with a call, or with single entries of it.
pub(super) fn call(call: &[usize], answer: &Result<Vec<Answer>, CallError>, entries: &[Entry]) {
    match answer {
        Ok(answers) => {
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
                event_ids = ids(call, entries),
                code,
                status,
                "the call to the bus failed"
            );
        }
    }
}

fn ids(chosen: &[usize], entries: &[Entry]) -> String {
    let mut text = String::with_capacity(chosen.len() * 64);
    for entry in chosen {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(&entries[*entry].event_id);
    }
    text
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
