//! The quarantine.

use outbox::publish::CallError;
use outbox::quarantine::{Function, QuarantineError};
use outbox::{Quarantine as _, QuarantineQueue};
use serde_json::json;
use serde_json::value::to_raw_value;

use crate::calls::poison;
use crate::server::{Answer, Server};

#[tokio::test]
async fn poison_is_sent_with_its_reason_and_encoding_as_attributes() {
    let server = Server::start([("SendMessage", Answer::ok(&json!({ "MessageId": "m-1" })))]).await;
    let url = "https://sqs.us-east-1.amazonaws.com/000000000000/quarantine";
    let queue = QuarantineQueue::new(&server.settings(), url);
    let (record, function) = (
        to_raw_value(&json!({ "eventID": "e" })).unwrap(),
        Function::default(),
    );

    queue.store(&poison(&record, &function)).await.unwrap();

    let sent = server.body("SendMessage");
    assert_eq!(sent["QueueUrl"], url);
    assert_eq!(
        sent["MessageAttributes"]["reason"]["StringValue"],
        "mappingFailed"
    );
    assert_eq!(sent["MessageAttributes"]["encoding"]["StringValue"], "json");
    let body: serde_json::Value =
        serde_json::from_str(sent["MessageBody"].as_str().unwrap()).unwrap();
    assert_eq!(body["record"], json!({ "eventID": "e" }));
}

#[tokio::test]
async fn a_queue_that_refuses_is_an_error() {
    let refusal = Answer::error(400, "AccessDeniedException", "no");
    let server = Server::start([("SendMessage", refusal)]).await;
    let queue = QuarantineQueue::new(
        &server.settings(),
        "https://sqs.us-east-1.amazonaws.com/000000000000/gone",
    );
    let (record, function) = (to_raw_value(&json!({})).unwrap(), Function::default());

    let error = queue.store(&poison(&record, &function)).await.unwrap_err();

    let QuarantineError::Call(CallError::Refused { code, .. }) = error else {
        panic!("{error:?}")
    };
    assert_eq!(code, "AccessDeniedException");
}
