use serde_json::Map;
use thiserror::Error;

use crate::StoreError;
use crate::front::ServiceError;

/// Why a queue did not do what was asked, with AWS's names for it.
#[derive(Debug, Error)]
pub enum Refusal {
    /// No queue has this name, URL or ARN.
    #[error("The specified queue does not exist: {0}")]
    NoQueue(String),
    /// A request breaks a rule.
    #[error("{message}")]
    Request {
        /// The name in the JSON protocol, for example `InvalidMessageContents`.
        code: &'static str,
        /// The name in the older query protocol, where it differs.
        query: Option<&'static str>,
        /// What a person should read.
        message: String,
    },
    /// The state can't be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What message move tasks answer about a queue or task that is not there.
const RESOURCE_NOT_FOUND: &str = "ResourceNotFoundException";

impl Refusal {
    /// A queue or a task of a message move task that is not there.
    pub(super) fn not_found(message: impl Into<String>) -> Self {
        Self::modelled(RESOURCE_NOT_FOUND, RESOURCE_NOT_FOUND, message)
    }

    /// A parameter that is missing or out of bounds.
    pub(super) fn parameter(message: impl Into<String>) -> Self {
        Self::Request {
            code: "InvalidParameterValueException",
            query: Some("InvalidParameterValue"),
            message: message.into(),
        }
    }

    /// An error that the service's model knows, named the same in both protocols but for AWS's
    /// prefix.
    pub(super) fn modelled(
        code: &'static str,
        query: &'static str,
        message: impl Into<String>,
    ) -> Self {
        Self::Request {
            code,
            query: Some(query),
            message: message.into(),
        }
    }
}

impl From<Refusal> for ServiceError {
    fn from(refusal: Refusal) -> Self {
        let message = refusal.to_string();
        let (code, query) = match refusal {
            Refusal::NoQueue(_) => (
                "QueueDoesNotExist",
                "AWS.SimpleQueueService.NonExistentQueue",
            ),
            Refusal::Request { code, query, .. } => (code, query.unwrap_or(code)),
            Refusal::Store(error) => return Self::internal(error.to_string()),
        };
        Self {
            // What is not found in a request of message move tasks is the only other status.
            status: if code == RESOURCE_NOT_FOUND { 404 } else { 400 },
            code: format!("com.amazonaws.sqs#{code}"),
            message,
            extra: Map::new(),
            query_error: Some(format!("{query};Sender")),
        }
    }
}
