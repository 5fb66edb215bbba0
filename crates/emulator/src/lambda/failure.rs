//! The errors that Lambda itself reports for a function, in its words.

use std::process::ExitStatus;
use std::time::Duration;

use bytes::Bytes;
use serde_json::json;

fn error(error_type: &str, request_id: &str, text: &str) -> Bytes {
    let body = json!({
        "errorType": error_type,
        "errorMessage": format!("RequestId: {request_id} Error: {text}"),
    });
    Bytes::from(body.to_string())
}

pub(super) fn timed_out(request_id: &str, timeout: Duration) -> Bytes {
    let text = format!("Task timed out after {:.2} seconds", timeout.as_secs_f64());
    error("Sandbox.Timedout", request_id, &text)
}

pub(super) fn exited(request_id: &str, reason: &str) -> Bytes {
    error("Runtime.ExitError", request_id, reason)
}

pub(super) fn response_too_large(limit: usize) -> Bytes {
    let body = json!({
        "errorType": "Function.ResponseSizeTooLarge",
        "errorMessage": format!(
            "Response payload size exceeded maximum allowed payload size ({limit} bytes)."
        ),
    });
    Bytes::from(body.to_string())
}

/// How a process ended, in Lambda's words.
pub(super) fn exit_reason(status: ExitStatus) -> String {
    use std::os::unix::process::ExitStatusExt as _;

    match (status.code(), status.signal()) {
        (Some(0), _) => "Runtime exited without providing a reason".to_owned(),
        (Some(code), _) => format!("Runtime exited with error: exit status {code}"),
        (None, Some(9)) => "Runtime exited with error: signal: killed".to_owned(),
        (None, Some(signal)) => format!("Runtime exited with error: signal: {signal}"),
        (None, None) => "Runtime exited with an unknown error".to_owned(),
    }
}
