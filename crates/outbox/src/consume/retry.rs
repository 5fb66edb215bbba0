//! A second and a third attempt at DynamoDB when an error passes by itself.

use std::time::Duration;

use tokio::time::{sleep, timeout};

use crate::publish::CallError;

/// The pauses before the second and the third attempt.
const PAUSES: [Duration; 2] = [Duration::from_millis(50), Duration::from_millis(200)];

/// How long one attempt may take.
const ATTEMPT: Duration = Duration::from_secs(1);

/// Codes that pass, beside every 5xx
/// (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html>).
const PASSING: [&str; 4] = [
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "ThrottlingException",
    "TransactionConflictException",
];

/// Makes up to three attempts.
pub(crate) async fn transient<A, F>(attempt: impl Fn() -> F) -> Result<A, CallError>
where
    F: Future<Output = Result<A, CallError>>,
{
    let once = || async {
        let answer = timeout(ATTEMPT, attempt()).await;
        answer.unwrap_or_else(|_| Err(CallError::no_answer_within(ATTEMPT)))
    };
    for pause in PAUSES {
        match once().await {
            Err(error) if passes(&error) => sleep(pause).await,
            answer => return answer,
        }
    }
    once().await
}

fn passes(error: &CallError) -> bool {
    match error {
        CallError::NotSent(_) => false,
        CallError::NoAnswer(_) => true,
        CallError::Refused { status, code, .. } => {
            matches!(status, 500.. | 429) || PASSING.contains(&code.as_str())
        }
    }
}
