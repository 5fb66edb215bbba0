use axum::Json;
use axum::extract::rejection::BytesRejection;
use axum::http::{HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::front::{REQUEST_ID, ServiceError, new_request_id};
use crate::lambda::{Function, NotRun};

/// Why an invocation was refused, in AWS's words.
#[derive(Debug)]
pub(super) struct InvokeError {
    status: StatusCode,
    code: String,
    message: String,
    reason: Option<&'static str>,
}

impl InvokeError {
    fn new(status: StatusCode, code: &str, message: String) -> Self {
        Self {
            status,
            code: code.to_owned(),
            message,
            reason: None,
        }
    }

    pub(super) fn not_found(name: &str, existing: &[&Function]) -> Self {
        let existing: Vec<_> = existing
            .iter()
            .map(|function| format!("{} ({})", function.name, function.resource))
            .collect();
        Self::new(
            StatusCode::NOT_FOUND,
            "ResourceNotFoundException",
            format!(
                "Function not found: {name}; the stack has {}",
                if existing.is_empty() {
                    "no functions".to_owned()
                } else {
                    existing.join(", ")
                }
            ),
        )
    }

    pub(super) fn no_version(function: &Function, qualifier: &str) -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "ResourceNotFoundException",
            format!(
                "Function not found: {}:{qualifier}; the only version here is $LATEST",
                function.arn
            ),
        )
    }

    pub(super) fn not_json(error: &serde_json::Error) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "InvalidRequestContentException",
            format!("Could not parse request body into json: {error}; nothing was invoked"),
        )
    }

    pub(super) fn invalid(message: String) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "InvalidParameterValueException",
            message,
        )
    }

    pub(super) fn payload_too_large(size: usize, limit: usize) -> Self {
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "RequestTooLargeException",
            format!(
                "{size} byte payload is too large for the Event invocation type (limit {limit} bytes); nothing was invoked"
            ),
        )
    }

    pub(super) fn too_large(refused: &BytesRejection, limit: usize) -> Self {
        Self::new(
            refused.status(),
            "RequestTooLargeException",
            format!(
                "Request must be smaller than {limit} bytes for the InvokeFunction operation ({refused}); nothing was invoked"
            ),
        )
    }

    pub(super) fn refused(error: ServiceError) -> Self {
        Self::new(StatusCode::FORBIDDEN, &error.code, error.message)
    }

    pub(super) fn from_page() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "MissingAuthenticationTokenException",
            "an unsigned request from a web page is refused; nothing was invoked".to_owned(),
        )
    }

    pub(super) fn internal(message: String) -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "ServiceException",
            message,
        )
    }

    /// `signed`: an unsigned caller is `cargo lambda invoke`, which reads `errorType` and
    /// `errorMessage`.
    pub(super) fn response(self, signed: bool) -> Response {
        let fault = if self.status.is_server_error() {
            "Service"
        } else {
            "User"
        };
        let mut body = json!({ "Type": fault, "message": self.message });
        if let (Some(reason), Some(body)) = (self.reason, body.as_object_mut()) {
            body.insert("Reason".to_owned(), reason.into());
        }
        if let (false, Some(body)) = (signed, body.as_object_mut()) {
            body.insert("errorType".to_owned(), self.code.clone().into());
            body.insert("errorMessage".to_owned(), self.message.into());
        }
        let headers = [
            (REQUEST_ID, new_request_id()),
            (HeaderName::from_static("x-amzn-errortype"), self.code),
        ];
        (self.status, headers, Json(body)).into_response()
    }
}

impl From<NotRun> for InvokeError {
    fn from(not_run: NotRun) -> Self {
        let message = not_run.to_string();
        match not_run {
            NotRun::Throttled => Self {
                reason: Some("ReservedFunctionConcurrentInvocationLimitExceeded"),
                ..Self::new(
                    StatusCode::TOO_MANY_REQUESTS,
                    "TooManyRequestsException",
                    message,
                )
            },
            NotRun::NotStarted(_) => Self::internal(message),
            NotRun::NotFound(_) => {
                Self::new(StatusCode::NOT_FOUND, "ResourceNotFoundException", message)
            }
        }
    }
}
