//! The bus and the quarantine on AWS, over HTTP against a server that answers as AWS documents.

#![cfg(feature = "aws")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a failed step is a failed test"
)]

mod server;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};
use outbox::publish::{CallError, Refusal};
use outbox::quarantine::{Function, Poison, QuarantineError, Reason, ReasonKind};
use outbox::sdk::SdkConfig;
use outbox::{Entry, EventBus, Publish, Quarantine, QuarantineQueue, Relay};
use serde_json::json;
use serde_json::value::to_raw_value;
use server::{Answer, Server};

fn entry(n: u32) -> Entry {
    Entry {
        event_id: format!("event-{n}:Stored"),
        source: "test.items".into(),
        detail_type: "Stored".into(),
        detail: format!(r#"{{"n":{n}}}"#),
        time: "2026-11-21T05:17:00Z".parse().unwrap(),
    }
}

fn accepted(n: usize) -> Answer {
    let entries: Vec<_> = (0..n)
        .map(|n| json!({ "EventId": format!("id-{n}") }))
        .collect();
    Answer::ok(&json!({ "FailedEntryCount": 0, "Entries": entries }))
}

/// The error of a call with one event.
async fn failed(settings: SdkConfig) -> CallError {
    let bus = EventBus::new(&settings, "items");
    bus.publish(&[&entry(1)]).await.unwrap_err()
}

fn described() -> Answer {
    Answer::ok(
        &json!({ "Name": "items", "Arn": "arn:aws:events:us-east-1:000000000000:event-bus/items" }),
    )
}

#[tokio::test]
async fn entries_are_put_as_the_api_takes_them() {
    let server = Server::start([
        ("DescribeEventBus", described()),
        ("PutEvents", accepted(2)),
    ])
    .await;
    let bus = EventBus::new(&server.settings(), "items");

    let answers = bus.publish(&[&entry(1), &entry(2)]).await.unwrap();

    assert_eq!(answers, [Ok(()), Ok(())]);
    assert_eq!(
        server.body("PutEvents"),
        json!({ "Entries": [
            { "EventBusName": "items", "Source": "test.items", "DetailType": "Stored", "Detail": r#"{"n":1}"#,
              "Time": 1_795_238_220 },
            { "EventBusName": "items", "Source": "test.items", "DetailType": "Stored", "Detail": r#"{"n":2}"#,
              "Time": 1_795_238_220 },
        ] })
    );
}

#[tokio::test]
async fn a_call_is_signed_for_its_service_and_region() {
    let server = Server::start([
        ("DescribeEventBus", described()),
        ("PutEvents", accepted(1)),
    ])
    .await;
    let credentials = Credentials::new("key", "secret", Some("token".to_owned()), None, "test");
    let settings = server
        .settings()
        .into_builder()
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .build();

    EventBus::new(&settings, "items")
        .publish(&[&entry(1)])
        .await
        .unwrap();

    let signature = server.header("PutEvents", "authorization");
    assert!(
        signature.starts_with("AWS4-HMAC-SHA256 Credential=key/"),
        "{signature}"
    );
    assert!(
        signature.contains("/us-east-1/events/aws4_request, "),
        "{signature}"
    );
    assert!(
        signature.contains(
            "SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;x-amz-target, "
        ),
        "{signature}"
    );
    assert_eq!(server.header("PutEvents", "x-amz-security-token"), "token");
}

/// Gives credentials that are good for some time, and counts how often it was asked.
#[derive(Debug)]
struct Lender {
    good_for: Duration,
    asked: Arc<AtomicUsize>,
}

impl ProvideCredentials for Lender {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        self.asked.fetch_add(1, Ordering::Relaxed);
        let expiry = SystemTime::now() + self.good_for;
        future::ProvideCredentials::ready(Ok(Credentials::new(
            "key",
            "secret",
            None,
            Some(expiry),
            "test",
        )))
    }
}

#[tokio::test]
async fn credentials_are_asked_for_again_only_before_they_expire() {
    for (minutes, expected) in [(60, 1), (1, 3)] {
        // GIVEN credentials that are good for an hour, or nearly expired
        let server = Server::start([("SendMessage", Answer::ok(&json!({})))]).await;
        let lender = Lender {
            good_for: Duration::from_mins(minutes),
            asked: Arc::default(),
        };
        let asked = Arc::clone(&lender.asked);
        let settings = server
            .settings()
            .into_builder()
            .credentials_provider(SharedCredentialsProvider::new(lender))
            .build();
        let queue = QuarantineQueue::new(&settings, "https://example.com/quarantine");
        let (record, function) = (to_raw_value(&json!({})).unwrap(), Function::default());
        // WHEN three calls are made
        for _ in 0..3 {
            queue.store(&poison(&record, &function)).await.unwrap();
        }
        // THEN
        assert_eq!(asked.load(Ordering::Relaxed), expected);
    }
}

#[tokio::test]
async fn each_entry_gets_its_own_answer() {
    let answer = Answer::ok(&json!({ "FailedEntryCount": 1, "Entries": [
        { "EventId": "id" },
        { "ErrorCode": "ThrottlingException", "ErrorMessage": "Rate exceeded" },
        {},
    ] }));
    let server = Server::start([("DescribeEventBus", described()), ("PutEvents", answer)]).await;
    let bus = EventBus::new(&server.settings(), "items");

    let answers = bus
        .publish(&[&entry(1), &entry(2), &entry(3)])
        .await
        .unwrap();

    assert_eq!(answers[0], Ok(()));
    let throttled = Refusal {
        code: "ThrottlingException".to_owned(),
        message: "Rate exceeded".to_owned(),
    };
    assert_eq!(answers[1], Err(throttled));
    assert!(
        answers[2].is_err(),
        "neither accepted nor refused is not accepted"
    );
}

#[tokio::test]
async fn a_missing_bus_is_an_error_although_put_events_answers_200() {
    let missing = Answer::error(
        400,
        "ResourceNotFoundException",
        "Event bus items does not exist.",
    );
    let server = Server::start([("DescribeEventBus", missing), ("PutEvents", accepted(1))]).await;

    let error = failed(server.settings()).await;

    let CallError::Refused { code, .. } = error else {
        panic!("{error:?}")
    };
    assert_eq!(code, "ResourceNotFoundException");
}

#[tokio::test]
async fn the_bus_is_asked_for_once_by_each_environment() {
    let missing = Answer::error(
        400,
        "ResourceNotFoundException",
        "Event bus items does not exist.",
    );
    let server = Server::start([("DescribeEventBus", missing), ("PutEvents", accepted(1))]).await;
    let bus = EventBus::new(&server.settings(), "items");

    // GIVEN a bus that is not there on the first call
    bus.publish(&[&entry(1)]).await.unwrap_err();
    // WHEN somebody makes it
    server.answer("DescribeEventBus", described());
    for _ in 0..3 {
        bus.publish(&[&entry(1)]).await.unwrap();
    }

    // THEN it is asked for until it is found, and never again
    assert_eq!(server.calls("DescribeEventBus"), 2);
    assert_eq!(server.calls("PutEvents"), 4);
}

#[tokio::test]
async fn a_refused_call_tells_status_and_code_and_is_not_retried() {
    for (status, code) in [
        (400, "ValidationException"),
        (400, "ThrottlingException"),
        (500, "InternalException"),
    ] {
        let refusal = Answer::error(status, code, "no");
        let server =
            Server::start([("DescribeEventBus", described()), ("PutEvents", refusal)]).await;

        let error = failed(server.settings()).await;

        let expected = CallError::Refused {
            status,
            code: code.to_owned(),
            message: "no".to_owned(),
        };
        assert_eq!(error, expected);
        assert_eq!(
            server.calls("PutEvents"),
            1,
            "{code}: the relay retries by its own rules"
        );
    }
}

#[tokio::test]
async fn an_answer_that_can_not_be_read_is_no_answer() {
    let garbled = Answer {
        status: 200,
        body: "<html>".to_owned(),
        code: None,
    };
    let server = Server::start([("DescribeEventBus", described()), ("PutEvents", garbled)]).await;

    let error = failed(server.settings()).await;

    assert!(matches!(error, CallError::NoAnswer(_)), "{error:?}");
}

#[tokio::test]
async fn a_proxy_without_a_code_is_told_by_its_status() {
    let proxy = Answer {
        status: 502,
        body: "Bad Gateway".to_owned(),
        code: None,
    };
    let server = Server::start([("DescribeEventBus", described()), ("PutEvents", proxy)]).await;

    let error = failed(server.settings()).await;

    assert_eq!(
        outbox::verdict::of_call(&error),
        outbox::verdict::Verdict::Transient,
        "{error:?}"
    );
}

#[tokio::test]
async fn an_endpoint_where_nobody_listens_gives_no_answer() {
    let server = Server::start([]).await;
    let settings = server.settings();
    server.stop().await;

    let error = failed(settings).await;

    assert!(matches!(error, CallError::NoAnswer(_)), "{error:?}");
}

fn poison<'a>(record: &'a serde_json::value::RawValue, function: &'a Function) -> Poison<'a> {
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

#[test]
fn a_relay_without_its_environment_variables_names_the_first() {
    let error = Relay::from_env().unwrap_err().to_string();
    assert!(error.contains("EVENT_BUS_NAME"), "{error}");
}
