use serde_json::Value;

use crate::mapping::{Ending, Failure};

/// A call of `PutEvents` that has no answer for its entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallError {
    /// AWS refused the whole request.
    Refused {
        /// The HTTP status.
        status: u16,
        /// AWS's name for the error.
        code: String,
        /// What a person should read.
        message: String,
    },
    /// Nobody knows whether it was taken.
    NoAnswer(String),
}

/// What the requests of one run of a pipe came to, one after the other, up to the first that failed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Run {
    /// Entries that were judged.
    judged: usize,
    accepted: usize,
    trouble: Option<Trouble>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Trouble {
    /// The place of the first record that failed.
    from: usize,
    failure: Failure,
    reason: String,
    /// Whether repeating this can't help: rights are missing, or the request is wrong.
    is_refusal: bool,
}

/// AWS's own failures: they are retried without being counted.
const INTERNAL: [&str; 2] = ["InternalFailure", "InternalException"];

/// Codes of an entry that come from the pipe's rights and not from the record.
const RIGHTS: [&str; 4] = [
    "AccessDeniedException",
    "InvalidAccountIdException",
    "NotAuthorizedForDetailTypeException",
    "NotAuthorizedForSourceException",
];

impl Run {
    /// Takes in the answer to the next request, of `entries` entries; whether the next may follow.
    pub fn take(&mut self, entries: usize, answer: Result<Value, CallError>) -> bool {
        let from = self.judged;
        self.judged += entries;
        match answer {
            Err(error) => self.trouble = Some(of_call(from, &error)),
            Ok(answer) => match answer["Entries"].as_array() {
                Some(answers) if answers.len() == entries => self.take_entries(from, answers),
                _ => {
                    let reason = "an answer without a result for each entry".to_owned();
                    self.trouble = Some(of_call(from, &CallError::NoAnswer(reason)));
                }
            },
        }
        self.trouble.is_none()
    }

    fn take_entries(&mut self, from: usize, answers: &[Value]) {
        let code = |answer: &Value| answer["ErrorCode"].as_str().map(str::to_owned);
        let codes: Vec<Option<String>> = answers.iter().map(code).collect();
        self.accepted += codes.iter().filter(|code| code.is_none()).count();
        let Some(first) = codes.iter().position(Option::is_some) else {
            return;
        };
        let refused: Vec<&str> = codes.iter().flatten().map(String::as_str).collect();
        let message = answers[first]["ErrorMessage"].as_str().unwrap_or_default();
        self.trouble = Some(Trouble {
            from: from + first,
            failure: if refused.iter().all(|code| INTERNAL.contains(code)) {
                Failure::Uncounted
            } else {
                Failure::Error
            },
            reason: format!(
                "{} of {} entries were refused, the first with {}: {message}",
                refused.len(),
                answers.len(),
                refused[0],
            ),
            is_refusal: refused.len() == answers.len()
                && refused.iter().all(|code| RIGHTS.contains(code)),
        });
    }

    /// What the run means for its batch.
    #[must_use]
    pub fn ending(&self) -> Ending {
        match &self.trouble {
            None => Ending::Succeeded,
            Some(trouble) => Ending::Failed {
                from: trouble.from,
                failure: trouble.failure,
            },
        }
    }

    /// Why it failed, if it did.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        self.trouble.as_ref().map(|trouble| trouble.reason.as_str())
    }

    /// Whether any entry was accepted.
    #[must_use]
    pub fn accepted_any(&self) -> bool {
        self.accepted > 0
    }

    /// Whether it failed with an error of the 4xx kind, which repeating does not mend.
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        self.trouble.as_ref().is_some_and(|it| it.is_refusal)
    }
}

fn of_call(from: usize, error: &CallError) -> Trouble {
    match error {
        CallError::NoAnswer(reason) => Trouble {
            from,
            failure: Failure::Uncounted,
            reason: format!("PutEvents has no answer: {reason}"),
            is_refusal: false,
        },
        CallError::Refused {
            status,
            code,
            message,
        } => {
            let internal = *status >= 500 || INTERNAL.contains(&code.as_str());
            let throttled = *status == 429 || code == "ThrottlingException";
            Trouble {
                from,
                failure: if internal {
                    Failure::Uncounted
                } else {
                    Failure::Error
                },
                reason: format!("PutEvents was refused with {status} {code}: {message}"),
                is_refusal: !internal && !throttled,
            }
        }
    }
}
