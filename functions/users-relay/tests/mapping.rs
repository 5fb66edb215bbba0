//! What the changes of the users table become on the bus, through the real relay.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::time::Duration;

use events::User;
use outbox::{Batch, Entry, Relay, testing};
use serde_json::{Value, json};
use tokio::time::Instant;
use users_relay::user_events;

async fn published(batch: Batch) -> Vec<Entry> {
    let bus = testing::Bus::new();
    let deadline = Instant::now() + Duration::from_secs(30);
    let failures = Relay::new(bus.clone(), testing::Quarantine::new())
        .handle(&batch, deadline, user_events)
        .await;
    assert!(failures.is_empty(), "{failures:?}");
    bus.published()
}

#[track_caller]
fn data_of(entries: &[Entry], detail_type: &str) -> Value {
    let [entry] = entries else {
        panic!("one event was expected, not {entries:?}")
    };
    assert_eq!(entry.source, "myapp.users");
    assert_eq!(entry.detail_type, detail_type);
    let mut detail: Value = serde_json::from_str(&entry.detail).unwrap();
    detail.as_object_mut().unwrap().remove("metadata").unwrap();
    detail
}

#[tokio::test]
async fn a_new_user_is_user_created_with_all_its_fields() {
    // GIVEN a user that is inserted
    let batch = testing::inserts([User::sample()]);
    // WHEN the record is relayed
    let entries = published(batch).await;
    // THEN the event has the user's fields at its top
    assert_eq!(
        data_of(&entries, "UserCreated"),
        serde_json::to_value(User::sample()).unwrap()
    );
}

#[tokio::test]
async fn a_changed_user_is_user_updated_with_its_fields_afterwards() {
    let mut user = User::sample();
    user.email = "lovelace@example.com".to_owned();
    let entries = published(testing::modifications([&user])).await;
    assert_eq!(
        data_of(&entries, "UserUpdated"),
        serde_json::to_value(&user).unwrap()
    );
}

#[tokio::test]
async fn a_user_deleted_on_request_is_user_deleted_by_request() {
    let entries = published(testing::removals([User::sample()])).await;
    assert_eq!(
        data_of(&entries, "UserDeleted"),
        json!({"id": User::sample().id, "deletedBy": "request"})
    );
}

#[tokio::test]
async fn a_user_whose_time_ran_out_is_user_deleted_by_expiry() {
    let entries = published(testing::expiries([User::sample()])).await;
    assert_eq!(
        data_of(&entries, "UserDeleted"),
        json!({"id": User::sample().id, "deletedBy": "expiry"})
    );
}
