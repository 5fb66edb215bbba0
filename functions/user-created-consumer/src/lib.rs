//! Lambda function `user-created-consumer`: receives every new user.

use std::convert::Infallible;
use std::time::SystemTime;

use events::UserCreated;
use outbox::consume::{Received, age_in_milliseconds};
use tracing::info;

/// Takes note of a new user. The event has been checked against its contract.
#[expect(
    clippy::unused_async,
    reason = "a consumer usually waits for something"
)]
pub async fn note(event: &Received<UserCreated>) -> Result<(), Infallible> {
    info!(
        event_id = event.metadata.event_id,
        user_id = event.detail.user.id,
        age_ms = age_in_milliseconds(&event.metadata, SystemTime::now()),
        "user created"
    );
    Ok(())
}
