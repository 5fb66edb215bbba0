use serde_json::{Value, json};

use super::Condition;
use crate::{Outcome, Time};

/// An event that was given up.
#[derive(Clone, Debug)]
pub struct GivenUp<'a> {
    /// The function's ARN.
    pub function_arn: &'a str,
    /// The same for all attempts with one event.
    pub request_id: &'a str,
    /// Why it was given up.
    pub condition: Condition,
    /// How often the function ran with it.
    pub runs: u32,
    /// The event itself, as JSON text.
    pub payload: &'a [u8],
    /// What the last attempt ended with.
    pub outcome: &'a Outcome,
}

/// The record that a failure destination gets. Unlike a stream's it holds the event itself.
#[must_use]
pub fn failure_record(given_up: &GivenUp<'_>, now: Time) -> Value {
    let mut record = json!({
        "version": "1.0",
        "timestamp": now.in_milliseconds(),
        "requestContext": {
            "requestId": given_up.request_id,
            "functionArn": format!("{}:$LATEST", given_up.function_arn),
            "condition": given_up.condition.name(),
            "approximateInvokeCount": given_up.runs,
        },
        "requestPayload": json_or_text(given_up.payload),
    });
    if let Outcome::Failed { body } = given_up.outcome {
        record["responseContext"] = json!({
            "statusCode": 200,
            "executedVersion": "$LATEST",
            "functionError": "Unhandled",
        });
        record["responsePayload"] = json_or_text(body);
    }
    record
}

/// The key under which a bucket keeps a failure record.
#[must_use]
pub fn failure_key(function: &str, now: Time, unique: &str) -> String {
    format!(
        "aws/lambda/async/{function}/{}-{unique}",
        now.in_object_keys()
    )
}

fn json_or_text(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes)
        .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(bytes).into_owned()))
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn failed() -> Outcome {
        Outcome::Failed {
            body: Bytes::from_static(br#"{"errorType":"E","errorMessage":"m"}"#),
        }
    }

    fn not_run() -> Outcome {
        Outcome::NotRun {
            reason: "throttled".to_owned(),
        }
    }

    #[test]
    fn row_6_1_a_failure_record_holds_the_event_and_the_error() {
        let outcome = failed();
        let record = failure_record(
            &GivenUp {
                function_arn: "arn:aws:lambda:us-east-1:000000000000:function:consumer",
                request_id: "request",
                condition: Condition::RetriesExhausted,
                runs: 3,
                payload: br#"{"id":"1"}"#,
                outcome: &outcome,
            },
            Time(1_795_238_220_007),
        );
        assert_eq!(
            record,
            json!({
                "version": "1.0",
                "timestamp": "2026-11-21T05:17:00.007Z",
                "requestContext": {
                    "requestId": "request",
                    "functionArn": "arn:aws:lambda:us-east-1:000000000000:function:consumer:$LATEST",
                    "condition": "RetriesExhausted",
                    "approximateInvokeCount": 3,
                },
                "requestPayload": {"id": "1"},
                "responseContext": {
                    "statusCode": 200,
                    "executedVersion": "$LATEST",
                    "functionError": "Unhandled",
                },
                "responsePayload": {"errorType": "E", "errorMessage": "m"},
            })
        );
    }

    #[test]
    fn row_6_1_an_event_that_never_ran_has_no_response_in_its_record() {
        let record = failure_record(
            &GivenUp {
                function_arn: "f",
                request_id: "r",
                condition: Condition::EventAgeExceeded,
                runs: 0,
                payload: b"no json",
                outcome: &not_run(),
            },
            Time(0),
        );
        assert_eq!(record.get("responseContext"), None);
        assert_eq!(record["requestPayload"], "no json");
    }

    #[test]
    fn row_6_1_the_key_in_a_bucket_names_the_function_and_the_time() {
        assert_eq!(
            failure_key("consumer", Time(1_795_238_220_007), "unique"),
            "aws/lambda/async/consumer/2026/11/21/2026-11-21T05.17.00-unique"
        );
    }
}
