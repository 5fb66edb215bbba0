//! What to do about every error that PutEvents knows, as data.

use crate::publish::CallError;

/// What an error means for the entry it hit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It passes: try again.
    Transient,
    /// Somebody has to repair a setting or a right; then the same entry works. So it is reported as failed and stays
    /// in the stream.
    Configuration,
    /// It is bound to the entry and never passes: quarantine.
    Poison,
}

use Verdict::{Configuration, Poison, Transient};

/// The codes of PutEvents' result entries
/// (<https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsResultEntry.html>).
pub const ENTRY_CODES: [(&str, Verdict); 9] = [
    ("ThrottlingException", Transient),
    ("InternalFailure", Transient),
    ("AccessDeniedException", Configuration),
    ("InvalidAccountIdException", Configuration),
    ("MalformedDetail", Poison),
    ("InvalidArgument", Poison),
    ("NotAuthorizedForSourceException", Poison),
    ("NotAuthorizedForDetailTypeException", Poison),
    ("RedactionFailure", Poison),
];

/// The codes of calls refused as a whole, beside every 5xx, which is transient
/// (<https://docs.aws.amazon.com/eventbridge/latest/APIReference/CommonErrors.html>).
pub const CALL_CODES: [(&str, Verdict); 25] = [
    ("ThrottlingException", Transient),
    ("Throttling", Transient),
    ("TooManyRequestsException", Transient),
    ("RequestLimitExceeded", Transient),
    ("LimitExceededException", Transient),
    ("RequestTimeout", Transient),
    ("RequestTimeoutException", Transient),
    ("InternalException", Transient),
    ("InternalFailure", Transient),
    ("ServiceUnavailable", Transient),
    ("AccessDeniedException", Configuration),
    ("ExpiredTokenException", Configuration),
    ("IncompleteSignature", Configuration),
    ("InvalidAccountIdException", Configuration),
    ("InvalidAction", Configuration),
    ("InvalidClientTokenId", Configuration),
    ("InvalidSignatureException", Configuration),
    ("MissingAuthenticationToken", Configuration),
    ("MissingAuthenticationTokenException", Configuration),
    ("NotAuthorized", Configuration),
    ("OptInRequired", Configuration),
    ("RequestExpired", Configuration),
    ("ResourceNotFoundException", Configuration),
    ("UnknownOperationException", Configuration),
    ("UnrecognizedClientException", Configuration),
];

/// An unknown code is a question of configuration: it must never throw data away.
#[must_use]
pub fn of_entry(code: &str) -> Verdict {
    find(&ENTRY_CODES, code).unwrap_or(Configuration)
}

/// `Poison` means here that the call, or an entry in it, is malformed: the call is split until the entry stands alone.
#[must_use]
pub fn of_call(error: &CallError) -> Verdict {
    match error {
        CallError::NotSent(_) => Configuration,
        CallError::NoAnswer(_) => Transient,
        CallError::Refused { status, code, .. } => {
            find(&CALL_CODES, code).unwrap_or(match status {
                500.. | 429 | 408 => Transient,
                400 | 413 => Poison,
                _ => Configuration,
            })
        }
    }
}

fn find(table: &[(&str, Verdict)], code: &str) -> Option<Verdict> {
    table
        .iter()
        .find(|(known, _)| *known == code)
        .map(|(_, verdict)| *verdict)
}
