//! What each answer means for what comes next: the decisions of a commit, without its input and output.

use std::time::Duration;

use tokio::time::Instant;

use super::action::Action;
use super::error::{Cancelled, Error};
use super::store::{CancellationReason, ReasonCode, WriteError};
use super::token::Token;

/// How long DynamoDB remembers a token.
pub(super) const TOKEN_LIFE: Duration = Duration::from_mins(10);

/// The upper bound of the first pause between two attempts; it doubles with every attempt.
const FIRST_PAUSE: Duration = Duration::from_millis(25);

/// The upper bound of any pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// How long things may take.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    pub(super) attempt: Duration,
    pub(super) conflicts: Duration,
    pub(super) settle: Duration,
}

/// The commit so far.
pub(super) struct Course {
    limits: Limits,
    started: Instant,
    pub(super) token: Token,
    /// When the token was first sent.
    token_since: Instant,
    first_conflict: Option<Instant>,
    failures: u32,
    attempts: u32,
    /// An attempt may have been written.
    pub(super) unknown: bool,
}

/// What comes next.
#[derive(Debug, PartialEq)]
pub(super) enum Step {
    /// It is written; by this attempt or by an earlier one.
    Written { earlier: bool },
    /// Send the identical request under the same token then.
    Repeat(Instant),
    /// Read the counters again and send under a new token then.
    Anew(Instant),
    /// Whether a row is there decides: if not, this is the end.
    LookFor(Error),
    /// It is over.
    End(Error),
}

impl Course {
    pub(super) fn new(limits: Limits, token: Token, now: Instant) -> Self {
        Self {
            limits,
            started: now,
            token,
            token_since: now,
            first_conflict: None,
            failures: 0,
            attempts: 0,
            unknown: false,
        }
    }

    /// From now on under this token.
    pub(super) fn renew(&mut self, token: Token, now: Instant) {
        self.token = token;
        self.token_since = now;
    }

    /// Takes the answer of an attempt. `jitter` is between 0 and 1.
    pub(super) fn answered(
        &mut self,
        answer: Result<(), WriteError>,
        names: &[Action],
        event_ids: &[String],
        now: Instant,
        jitter: f64,
    ) -> Step {
        self.attempts += 1;
        let error = match answer {
            Ok(()) => return Step::Written { earlier: false },
            Err(error) => error,
        };
        let at = self.next_attempt(now, jitter);
        let unknown = |token: &Token, reason| Error::Unknown {
            token: token.clone(),
            event_ids: event_ids.to_vec(),
            reason,
        };
        match error {
            WriteError::Cancelled(reasons) => self.cancelled(reasons, names, event_ids, now, at),
            WriteError::Mismatch if self.unknown => {
                let reason = "IdempotentParameterMismatchException".to_owned();
                Step::LookFor(unknown(&self.token, reason))
            }
            WriteError::Mismatch => Step::End(Error::TokenUsed {
                token: self.token.clone(),
            }),
            WriteError::Unknown(reason) => {
                self.unknown = true;
                if self.may_repeat(at) {
                    return Step::Repeat(at);
                }
                Step::End(unknown(&self.token, reason))
            }
            WriteError::Throttled(_) if self.may_repeat(at) => Step::Repeat(at),
            WriteError::Throttled(reason) if self.unknown => {
                Step::LookFor(unknown(&self.token, reason))
            }
            WriteError::Throttled(reason) => Step::End(Error::Busy { reason }),
            WriteError::Refused { code, message } if self.unknown => {
                Step::LookFor(unknown(&self.token, format!("{code}: {message}")))
            }
            WriteError::Refused { code, message } => Step::End(Error::Refused { code, message }),
        }
    }

    fn cancelled(
        &mut self,
        reasons: Vec<CancellationReason>,
        names: &[Action],
        event_ids: &[String],
        now: Instant,
        at: Instant,
    ) -> Step {
        let reasons: Vec<_> = names.iter().cloned().zip(reasons).collect();
        let row_has = |code: &ReasonCode| {
            reasons.iter().any(|(action, reason)| {
                matches!(action, Action::Event { .. }) && reason.code == *code
            })
        };
        // The ids of the rows are this operation's own.
        if row_has(&ReasonCode::ConditionalCheckFailed) {
            return Step::Written { earlier: true };
        }
        if self.unknown && row_has(&ReasonCode::TransactionConflict) && self.may_repeat(at) {
            return Step::Repeat(at);
        }
        let passes = reasons
            .iter()
            .all(|(action, reason)| passes(action, &reason.code));
        if passes && at <= *self.first_conflict.get_or_insert(now) + self.limits.conflicts {
            return Step::Anew(at);
        }
        let cancelled = Cancelled {
            reasons,
            attempts: self.attempts,
        };
        if !self.unknown {
            return Step::End(Error::Cancelled(cancelled));
        }
        // An attempt without an answer may still arrive, when what stands against it now does no more.
        Step::LookFor(Error::Unknown {
            token: self.token.clone(),
            event_ids: event_ids.to_vec(),
            reason: format!("DynamoDB cancelled a repeat: {cancelled}"),
        })
    }

    /// When to try again: exponential back-off with full jitter
    /// (<https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html>).
    pub(super) fn next_attempt(&mut self, now: Instant, jitter: f64) -> Instant {
        let doubled = FIRST_PAUSE.saturating_mul(1 << self.failures.min(16));
        self.failures += 1;
        now + doubled.min(LONGEST_PAUSE).mul_f64(jitter)
    }

    /// Whether something that passes may be tried again then.
    pub(super) fn may_try(&self, at: Instant) -> bool {
        at <= self.started + self.limits.settle
    }

    /// Whether the identical request may be sent then: DynamoDB must know the token until the request has arrived.
    fn may_repeat(&self, at: Instant) -> bool {
        self.may_try(at) && at + self.limits.attempt <= self.token_since + TOKEN_LIFE
    }
}

/// Whether the same actions may well succeed with other counters, a moment later.
fn passes(action: &Action, code: &ReasonCode) -> bool {
    match code {
        ReasonCode::None
        | ReasonCode::TransactionConflict
        | ReasonCode::ProvisionedThroughputExceeded
        | ReasonCode::ThrottlingError => true,
        ReasonCode::ConditionalCheckFailed => matches!(action, Action::Counter { .. }),
        _ => false,
    }
}
