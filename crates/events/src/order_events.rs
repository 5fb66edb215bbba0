use contract::Event;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Order, OrderStatus};

/// The source of every event about orders.
pub const ORDERS: &str = "order.event";

/// An order was created, or its status changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OrderDetailsChanged {
    /// The order.
    pub id: String,
    /// What it is now.
    pub status: OrderStatus,
    /// Who cooks it; empty when the order names none.
    pub restaurant: String,
}

impl From<Order> for OrderDetailsChanged {
    fn from(order: Order) -> Self {
        Self {
            id: order.id,
            status: order.status,
            restaurant: order.restaurant,
        }
    }
}

impl Event for OrderDetailsChanged {
    const SOURCE: &'static str = ORDERS;
    const DETAIL_TYPE: &'static str = "OrderDetailsChanged";
    const VERSION: u32 = 1;

    fn sample() -> Self {
        Order::sample().into()
    }
}
