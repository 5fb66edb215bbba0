//! Lambda function `orders-relay`: publishes what the changes of the orders table mean to the business, as the pipe
//! does that may stand in its place.

use events::{Order, OrderDetailsChanged, OrderKey};
use outbox::{Change, Events};

/// What one change of the orders table means. Pure: the relay may ask again after a failure.
///
/// A removed order is no event: nobody removes an order but the operator who cleans up.
#[must_use]
pub fn order_events(change: Change<Order, OrderKey>) -> Events {
    match change {
        Change::Created(order) | Change::Updated { new: order, .. } => {
            Events::of(OrderDetailsChanged::from(order))
        }
        Change::Removed { .. } | Change::Expired { .. } => Events::none(),
    }
}
