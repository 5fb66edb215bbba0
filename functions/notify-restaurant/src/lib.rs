//! Lambda function `notify-restaurant`: tells a restaurant of a new order.
//!
//! Its effect is the notification that it would send, as a line of its log, once for each event. A real one must be
//! idempotent by event id all the same, for the function may die between the effect and the record of it.

use std::convert::Infallible;
use std::time::SystemTime;

use events::OrderDetailsChanged;
use outbox::consume::{Received, age_in_milliseconds};
use tracing::info;

/// Sends the notification of a new order. The event has been checked against its contract.
#[expect(
    clippy::unused_async,
    reason = "a consumer usually waits for something"
)]
pub async fn notify(event: &Received<OrderDetailsChanged>) -> Result<(), Infallible> {
    info!(
        event_id = event.metadata.event_id,
        order_id = event.detail.id,
        restaurant = event.detail.restaurant,
        age_ms = age_in_milliseconds(&event.metadata, SystemTime::now()),
        "restaurant notified"
    );
    Ok(())
}
