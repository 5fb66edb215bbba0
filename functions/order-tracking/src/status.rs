//! What is kept of an order.

use contract::Sequence;
use events::{OrderDetailsChanged, OrderStatus};
use outbox::consume::Received;

/// The latest status of an order: an item of the tracking table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tracked {
    /// What the event belongs to: the id of an order of the orders table, `order#<id>` of one that was placed with its
    /// stock. The key.
    pub id: String,
    /// The order's status.
    pub status: OrderStatus,
    /// Where the event stands among those of the order.
    pub sequence: Sequence,
    /// When it happened: RFC 3339.
    pub occurred_at: String,
    /// The event that told it.
    pub event_id: String,
}

impl From<Received<OrderDetailsChanged>> for Tracked {
    fn from(event: Received<OrderDetailsChanged>) -> Self {
        Self {
            id: event.metadata.key,
            status: event.detail.status,
            sequence: event.metadata.sequence,
            occurred_at: event.metadata.occurred_at,
            event_id: event.metadata.event_id,
        }
    }
}
