//! What is sent, and what AWS answers to it.

use outbox::publish::CallError;
use outbox::quarantine::{Function, Poison, Reason, ReasonKind};
use outbox::sdk::SdkConfig;
use outbox::{Entry, EventBus, Publish as _};
use serde_json::json;

use crate::server::Answer;

pub(crate) fn entry(n: u32) -> Entry {
    Entry {
        event_id: format!("event-{n}:Stored"),
        source: "test.items".into(),
        detail_type: "Stored".into(),
        detail: format!(r#"{{"n":{n}}}"#),
        time: "2026-11-21T05:17:00Z".parse().unwrap(),
    }
}

pub(crate) fn accepted(n: usize) -> Answer {
    let entries: Vec<_> = (0..n)
        .map(|n| json!({ "EventId": format!("id-{n}") }))
        .collect();
    Answer::ok(&json!({ "FailedEntryCount": 0, "Entries": entries }))
}

/// The error of a call with one event.
pub(crate) async fn failed(settings: SdkConfig) -> CallError {
    let bus = EventBus::new(&settings, "items");
    bus.publish(&[&entry(1)]).await.unwrap_err()
}

pub(crate) fn described() -> Answer {
    Answer::ok(
        &json!({ "Name": "items", "Arn": "arn:aws:events:us-east-1:000000000000:event-bus/items" }),
    )
}

pub(crate) fn poison<'a>(
    record: &'a serde_json::value::RawValue,
    function: &'a Function,
) -> Poison<'a> {
    let reason = Reason {
        kind: ReasonKind::MappingFailed,
        message: "no such item".to_owned(),
    };
    Poison {
        reason,
        event_ids: vec![],
        accepted_event_ids: vec![],
        function,
        record,
    }
}
