use std::collections::BTreeSet;

use serde_json::{Map, Value};

/// The details of the events that a consumer was given and acknowledged with its answer: of one event
/// of `EventBridge`, or of each message of a batch of SQS that it did not report as failed.
///
/// - <https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html>
/// - <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html>
pub(crate) fn acknowledged(payload: &[u8], answer: &[u8]) -> Vec<Map<String, Value>> {
    let Some(mut event) = object(payload) else {
        return Vec::new();
    };
    let Some(Value::Array(records)) = event.remove("Records") else {
        return detail(event).into_iter().collect();
    };
    let failed = failed(answer);
    let acknowledged = records.iter().filter(|record| {
        let id = record.get("messageId").and_then(Value::as_str);
        id.is_some_and(|id| !failed.contains(id))
    });
    acknowledged
        .filter_map(|record| detail(object(record.get("body")?.as_str()?.as_bytes())?))
        .collect()
}

fn detail(mut event: Map<String, Value>) -> Option<Map<String, Value>> {
    match event.remove("detail")? {
        Value::Object(detail) => Some(detail),
        _ => None,
    }
}

/// The message ids in `{"batchItemFailures": [{"itemIdentifier": "…"}]}`.
fn failed(answer: &[u8]) -> BTreeSet<String> {
    let answer: Value = serde_json::from_slice(answer).unwrap_or_default();
    let failures = answer["batchItemFailures"].as_array();
    let ids = failures.into_iter().flatten();
    ids.filter_map(|failure| failure["itemIdentifier"].as_str().map(str::to_owned))
        .collect()
}

pub(super) fn object(json: &[u8]) -> Option<Map<String, Value>> {
    serde_json::from_slice(json).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn ids(payload: &Value, answer: &str) -> Vec<String> {
        let details = acknowledged(payload.to_string().as_bytes(), answer.as_bytes());
        let ids = details.iter().filter_map(|detail| detail["id"].as_str());
        ids.map(str::to_owned).collect()
    }

    #[test]
    fn an_event_that_was_answered_is_acknowledged() {
        assert_eq!(ids(&json!({"detail": {"id": "a"}}), "null"), ["a"]);
        assert!(ids(&json!({"detail": "a"}), "null").is_empty());
        assert!(acknowledged(b"no JSON", b"null").is_empty());
    }

    #[test]
    fn of_a_batch_every_message_is_acknowledged_that_is_not_reported_as_failed() {
        let message = |id: &str| {
            let event = json!({"detail": {"id": id}});
            json!({"messageId": format!("m-{id}"), "body": event.to_string()})
        };
        let batch = json!({"Records": [message("a"), message("b"), message("c")]});

        let partly = r#"{"batchItemFailures": [{"itemIdentifier": "m-b"}]}"#;

        assert_eq!(ids(&batch, partly), ["a", "c"]);
        assert_eq!(ids(&batch, r#"{"batchItemFailures": []}"#).len(), 3);
        assert_eq!(ids(&batch, "null").len(), 3);
    }
}
