//! What a message may be.

use outbox::quarantine::ReasonKind;
use outbox::testing::Quarantine;
use serde_json::json;

use super::shards::{Stream, number};
use super::{events, positions, record, recover};

#[tokio::test(start_paused = true)]
async fn a_message_without_positions_is_kept_as_it_is() {
    let mut backwards = positions(1, 4);
    backwards["DDBStreamBatchInfo"]["endSequenceNumber"] = json!(number(0));
    for (body, problem) in [
        ("no JSON".to_owned(), "expected"),
        (json!({ "context": {} }).to_string(), "DDBStreamBatchInfo"),
        (
            positions(1, 2).to_string().replace("\"1000", "\"x000"),
            "is not a sequence number",
        ),
        (backwards.to_string(), "stands before the first"),
    ] {
        let stream = Stream::with_records(9);
        let outcome = recover(&stream, Quarantine::new(), [body.clone()]).await;
        assert_eq!(outcome.failed, [""; 0]);
        let [kept] = &outcome.quarantined[..] else {
            panic!("one message was expected")
        };
        assert_eq!(kept.reason.kind, ReasonKind::Unreadable);
        assert!(
            kept.reason.message.contains(problem),
            "{}",
            kept.reason.message
        );
        let as_it_is = serde_json::from_str(&body).unwrap_or_else(|_| json!(body));
        assert_eq!(record(kept), as_it_is);
        assert_eq!(stream.calls(), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn the_message_of_an_event_source_mapping_names_positions_too() {
    let mut named = positions(3, 3);
    named.as_object_mut().unwrap().remove("context");
    named["requestContext"] = json!({
        "requestId": "4f1a4b6e-8f8c-4b0a-9d7e-2b1f3c5d7e9a",
        "functionArn": "arn:aws:lambda:us-east-1:000000000000:function:orders-relay",
        "condition": "RecordAgeExceeded",
        "approximateInvokeCount": 3,
    });
    let outcome = recover(&Stream::with_records(9), Quarantine::new(), [named]).await;
    assert_eq!(outcome.recovered(), events(3..=3));
    assert!(
        outcome.quarantined[0]
            .reason
            .message
            .contains("function:orders-relay gave the record up: RecordAge")
    );
}
