//! A consumer that always fails: `demo` says so, and nothing is lost.

use std::collections::BTreeSet;
use std::process::Output;

use serde_json::Value;

use crate::outbox::example::example;
use crate::support::{Ports, Up, cargo_outbox};

const FAILURES: &str = "outbox-dev-user-created-consumer-failures";

/// The number in the report's row `name`.
fn row(output: &Output, name: &str) -> usize {
    let text = String::from_utf8_lossy(&output.stdout);
    let row = text
        .lines()
        .find_map(|line| line.trim().strip_prefix(name)?.trim().parse().ok());
    row.unwrap_or_else(|| panic!("no row {name:?} in {output:?}"))
}

#[tokio::test]
async fn a_consumer_that_always_fails_is_told_and_its_events_lie_in_its_failure_queue() {
    const USERS: usize = 3;
    // GIVEN a consumer that always fails, and retries that don't take minutes
    let place = tempfile::tempdir().unwrap();
    let state = place.path().join("state");
    let consumer = format!(
        "user-created-consumer={}",
        example("failing-consumer").await.display()
    );

    // WHEN users are written
    let output = cargo_outbox()
        .args(["demo", "--users", &USERS.to_string()])
        .args(["--retry-waits", "20ms,40ms", "--binary", &consumer])
        .arg("--state")
        .arg(&state)
        .output()
        .await
        .unwrap();

    // THEN the demo fails and counts them
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert_eq!(row(&output, "written"), USERS);
    assert_eq!(row(&output, "delivered"), 0);
    assert_eq!(row(&output, "missing"), USERS);
    // AND each event lies in the failure queue, after three attempts
    let up = Up::start(&state, Ports::free(), &[]).await;
    let client = up.client();
    let records = client.messages(FAILURES, USERS + 1).await;
    for record in &records {
        let context = &record["requestContext"];
        assert_eq!(context["condition"], "RetriesExhausted", "{record}");
        assert_eq!(context["approximateInvokeCount"], 3, "{record}");
    }
    let id = |record: &Value| {
        let id = record["requestPayload"]["detail"]["id"].as_str();
        id.unwrap().to_owned()
    };
    let failed: BTreeSet<String> = records.iter().map(id).collect();
    let stored = client.items("outbox-dev-users", "id").await;
    assert_eq!(failed, stored.into_keys().collect());
    assert_eq!(records.len(), USERS);
    up.stop().await;
}
