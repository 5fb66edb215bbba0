//! What a function with `ReportBatchItemFailures` answers, as far as all sources of batches share it.

use serde_json::Value;

/// The failures that a function reports.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Reported {
    /// None: all is done.
    Nothing,
    /// These, at least one, by their `itemIdentifier`; `None` for one that has none or no text there.
    Items(Vec<Option<String>>),
    /// The answer can't be read, so nobody knows what is done.
    Unreadable,
}

/// Reads an answer. A misspelt `batchItemFailures` reads as nothing, as on AWS.
pub(crate) fn read(answer: &[u8]) -> Reported {
    if answer.iter().all(u8::is_ascii_whitespace) {
        return Reported::Nothing;
    }
    let failures = match serde_json::from_slice::<Value>(answer) {
        Ok(Value::Null) => return Reported::Nothing,
        Ok(Value::Object(mut answer)) => answer.remove("batchItemFailures"),
        Ok(_) | Err(_) => return Reported::Unreadable,
    };
    match failures {
        None | Some(Value::Null) => Reported::Nothing,
        Some(Value::Array(failures)) if failures.is_empty() => Reported::Nothing,
        Some(Value::Array(failures)) => Reported::Items(failures.iter().map(identifier).collect()),
        Some(_) => Reported::Unreadable,
    }
}

fn identifier(failure: &Value) -> Option<String> {
    Some(failure.get("itemIdentifier")?.as_str()?.to_owned())
}
