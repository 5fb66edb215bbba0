//! With whose rights calls are made, and what a relay must be told.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};
use outbox::quarantine::Function;
use outbox::{EventBus, Publish as _, Quarantine as _, QuarantineQueue, Relay};
use serde_json::json;
use serde_json::value::to_raw_value;

use crate::calls::{accepted, described, entry, poison};
use crate::server::{Answer, Server};

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

#[test]
fn a_relay_without_its_environment_variables_names_the_first() {
    let error = Relay::from_env().unwrap_err().to_string();
    assert!(error.contains("EVENT_BUS_NAME"), "{error}");
}
