use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::Ended;
use crate::{Outcome, Time};

/// The record that a destination gets, as JSON text. Unlike a stream's it holds the event itself,
/// each number as it was written.
pub(super) fn record(ended: &Ended<'_>, now: Time) -> String {
    let context = json!({
        "requestId": ended.request_id,
        "functionArn": format!("{}:$LATEST", ended.function_arn),
        "condition": ended.condition.name(),
        "approximateInvokeCount": ended.runs,
    });
    format!(
        r#"{{"version":"1.0","timestamp":"{}","requestContext":{context},"requestPayload":{}{}}}"#,
        now.in_milliseconds(),
        json_or_text(ended.payload),
        response(ended.outcome)
    )
}

/// The members of a record that say what the function answered; none if it did not run.
fn response(outcome: &Outcome) -> String {
    let (answer, error) = match outcome {
        Outcome::Answered(body) => (body, None),
        Outcome::Failed { body } => (body, Some("Unhandled")),
        Outcome::NotRun { .. } => return String::new(),
    };
    let mut context = json!({"statusCode": 200, "executedVersion": "$LATEST"});
    if let Some(error) = error {
        context["functionError"] = json!(error);
    }
    format!(
        r#","responseContext":{context},"responsePayload":{}"#,
        json_or_text(answer)
    )
}

/// The key under which a bucket keeps a failure record.
pub(super) fn failure_key(function: &str, now: Time, unique: &str) -> String {
    format!(
        "aws/lambda/async/{function}/{}-{unique}",
        now.in_object_keys()
    )
}

fn json_or_text(bytes: &[u8]) -> String {
    match serde_json::from_slice::<&RawValue>(bytes) {
        Ok(json) => json.get().to_owned(),
        Err(_) => Value::String(String::from_utf8_lossy(bytes).into_owned()).to_string(),
    }
}
