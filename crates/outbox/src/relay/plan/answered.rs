//! What each answer means.

use tokio::time::Instant;

use super::{Delayed, Plan, State};
use crate::publish::{Answer, CallError};
use crate::quarantine::{QuarantineError, Reason, ReasonKind};
use crate::verdict::{self, Verdict};

/// What decides on the next attempt of everything that one answer refused.
#[derive(Clone, Copy)]
struct Retry {
    now: Instant,
    jitter: f64,
}

impl Plan {
    /// Takes the answer to a call.
    pub(in crate::relay) fn answered(
        &mut self,
        call: &[usize],
        answer: Result<Vec<Answer>, CallError>,
        now: Instant,
    ) {
        let answer = match answer {
            Ok(answers) if answers.len() != call.len() => Err(CallError::NoAnswer(format!(
                "{} entries were sent, {} answers came",
                call.len(),
                answers.len()
            ))),
            other => other,
        };
        // One pause for all that failed together, so that they share a call again.
        let retry = Retry {
            now,
            jitter: self.jitter.f64(),
        };
        match answer {
            Ok(answers) => {
                for (&entry, answer) in call.iter().zip(answers) {
                    match answer {
                        Ok(()) => self.accepted(entry),
                        Err(refusal) => {
                            let verdict = verdict::of_entry(&refusal.code);
                            self.refused(
                                entry,
                                verdict,
                                &format!("{}: {}", refusal.code, refusal.message),
                                retry,
                            );
                        }
                    }
                }
            }
            Err(error) => {
                let verdict = verdict::of_call(&error);
                if verdict == Verdict::Poison && call.len() > 1 {
                    for &entry in call {
                        self.entries[entry].alone = true;
                        self.ready.insert(entry);
                    }
                    return;
                }
                for &entry in call {
                    self.refused(entry, verdict, &error.to_string(), retry);
                }
            }
        }
    }

    /// Takes the answer of the quarantine.
    pub(in crate::relay) fn quarantined(
        &mut self,
        record: usize,
        answer: Result<(), QuarantineError>,
        now: Instant,
    ) {
        let transient = match answer {
            Ok(()) => {
                self.records[record].state = State::Finished;
                self.advance(self.records[record].lane);
                return;
            }
            Err(QuarantineError::Call(error)) => verdict::of_call(&error) == Verdict::Transient,
            Err(_) => false,
        };
        self.records[record].quarantine_failures += 1;
        let failures = self.records[record].quarantine_failures;
        match self.pace.next_attempt(now, failures, self.jitter.f64()) {
            Some(at) if transient => _ = self.delayed.insert((at, Delayed::Quarantine(record))),
            _ => self.fail(record),
        }
    }

    fn accepted(&mut self, entry: usize) {
        self.entries[entry].accepted = true;
        self.advance(self.records[self.entries[entry].record].lane);
    }

    fn refused(&mut self, entry: usize, verdict: Verdict, message: &str, retry: Retry) {
        let record = self.entries[entry].record;
        match verdict {
            Verdict::Transient => {
                self.entries[entry].failures += 1;
                let failures = self.entries[entry].failures;
                if let Some(at) = self.pace.next_attempt(retry.now, failures, retry.jitter) {
                    self.delayed.insert((at, Delayed::Entry(entry)));
                } else {
                    self.exhausted = true;
                    self.fail(record);
                }
            }
            Verdict::Configuration => self.fail(record),
            Verdict::Poison => {
                let reason = Reason {
                    kind: ReasonKind::RefusedByBus,
                    message: message.to_owned(),
                };
                self.records[record].state = State::Poison(reason);
                self.poison.push_back(record);
            }
        }
    }

    /// The lane of a failed record stands still: what follows must not overtake it.
    fn fail(&mut self, record: usize) {
        self.records[record].state = State::Failed;
    }
}
