use dynoxide::DynoxideError;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::Error;
use crate::front::ServiceError;

/// The prefix that these operations put before a member that breaks a rule.
const ENVELOPED: [&str; 3] = ["PutItem", "UpdateItem", "DeleteItem"];

pub(super) const NOT_FOUND: &str = "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException";
pub(super) const VALIDATION: &str = "com.amazon.coral.validate#ValidationException";

/// Reads a request, does it and words the answer or the error as DynamoDB does.
pub(super) fn perform<Request: DeserializeOwned, Answer: Serialize>(
    operation: &str,
    body: Value,
    work: impl FnOnce(Request) -> Result<Answer, DynoxideError>,
) -> Result<Value, ServiceError> {
    let request = serde_json::from_value(body).map_err(|error| unreadable(operation, &error))?;
    let answer = work(request).map_err(|error| refused(operation, &error))?;
    serde_json::to_value(answer).map_err(|error| unwritable(&error))
}

/// An answer that is no JSON.
pub(super) fn unwritable(error: &serde_json::Error) -> ServiceError {
    ServiceError::internal(error.to_string())
}

/// DynamoDB's error for a request that can't be read.
///
/// The store words most of them itself and marks with a prefix which error it is.
fn unreadable(operation: &str, error: &serde_json::Error) -> ServiceError {
    let text = error.to_string();
    for (mark, code) in [
        ("VALIDATION_AS_READ:", VALIDATION),
        ("VALIDATION:", VALIDATION),
        ("SERIALIZATION_AS_READ:", SERIALIZATION),
        ("SERIALIZATION:", SERIALIZATION),
    ] {
        if let Some(message) = text.strip_prefix(mark) {
            return ServiceError::bad_request(code, message);
        }
    }
    if let Some(message) = text.strip_prefix("VALIDATION_REQUEST:") {
        return ServiceError::bad_request(VALIDATION, enveloped(operation, message));
    }
    let validation = [
        "missing field",
        "unknown variant",
        "invalid type: null",
        "AttributeValue",
    ]
    .iter()
    .any(|sign| text.contains(sign));
    ServiceError::bad_request(
        if validation {
            VALIDATION
        } else {
            SERIALIZATION
        },
        text,
    )
}

const SERIALIZATION: &str = "com.amazon.coral.service#SerializationException";

/// DynamoDB's error for a request that the store refuses.
pub(super) fn refused(operation: &str, error: &DynoxideError) -> ServiceError {
    let message = match error {
        DynoxideError::EnvelopedValidation(message) => enveloped(operation, message),
        _ => error.to_string(),
    };
    let mut refusal = ServiceError::bad_request(error.error_type(), message);
    refusal.status = error.status_code();
    match error {
        DynoxideError::TransactionCanceledException(_, reasons) => {
            refusal
                .extra
                .insert("CancellationReasons".to_owned(), json!(reasons));
        }
        DynoxideError::ConditionalCheckFailedException(_, Some(item)) => {
            refusal.extra.insert("Item".to_owned(), json!(item));
        }
        _ => {}
    }
    refusal
}

fn enveloped(operation: &str, message: &str) -> String {
    if ENVELOPED.contains(&operation) {
        format!("1 validation error detected: {message}")
    } else {
        message.to_owned()
    }
}

impl From<Error> for ServiceError {
    fn from(error: Error) -> Self {
        let mut text = error.to_string();
        let mut cause = std::error::Error::source(&error);
        while let Some(error) = cause {
            text = format!("{text}: {error}");
            cause = error.source();
        }
        let mut answer = Self::internal(text);
        "com.amazonaws.dynamodb.v20120810#InternalServerError".clone_into(&mut answer.code);
        answer
    }
}
