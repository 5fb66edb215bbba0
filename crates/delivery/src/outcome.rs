use bytes::Bytes;

/// How one invocation of a function ended, as the caller (a mapping, the asynchronous queue) sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The function answered with this body.
    Answered(Bytes),
    /// The function ran and failed: an error it reported, a panic, a time-out or a crash.
    ///
    /// `body` is the JSON object that Lambda answers, with `errorType` and `errorMessage`.
    Failed {
        /// The error as Lambda reports it.
        body: Bytes,
    },
    /// The function never ran: throttled, or Lambda itself failed. Not counted as an attempt.
    NotRun {
        /// Why, for logs.
        reason: String,
    },
}
