//! Lambda function `order-tracking`: keeps the latest status of each order.
//!
//! Events come twice and out of order, so a status is written only if its sequence is newer than the one that is
//! there: one conditional write per event, with no read before it that another write could overtake. In reading
//! order: [`status`] is what is kept, [`store`] says what it takes to keep it, [`dynamodb`] keeps it, and [`track`]
//! joins them.

pub mod dynamodb;
pub mod status;
pub mod store;

use std::time::SystemTime;

use events::OrderDetailsChanged;
use outbox::consume::{Received, age_in_milliseconds};
use tracing::info;

use crate::status::Tracked;
use crate::store::{NotTracked, Outcome, Tracking};

/// Keeps the status that an event tells, unless a newer one is kept already. The event has been checked against its
/// contract; the same one again changes nothing.
pub async fn track(
    event: &Received<OrderDetailsChanged>,
    tracking: &impl Tracking,
) -> Result<(), NotTracked> {
    let age_ms = age_in_milliseconds(&event.metadata, SystemTime::now());
    let tracked = Tracked::from(event.clone());
    let applied = tracking.keep(&tracked).await? == Outcome::Kept;
    info!(
        event_id = tracked.event_id,
        order_id = tracked.id,
        status = tracked.status.as_str(),
        applied,
        age_ms,
        "{}",
        if applied {
            "order tracked"
        } else {
            "a newer status of the order is tracked already"
        }
    );
    Ok(())
}
