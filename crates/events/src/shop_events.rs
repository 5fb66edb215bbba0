use contract::Event;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{OrderDetailsChanged, OrderStatus};

/// The source of every event about orders that take from the stock.
pub const SHOP: &str = "shop.orders";

/// An order was placed, and its lines were taken from the stock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OrderPlaced {
    /// The order.
    pub id: String,
    /// Who cooks it; empty when the order names none.
    pub restaurant: String,
    /// What was ordered: one line for each product.
    pub lines: Vec<OrderLine>,
}

/// So much of one product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct OrderLine {
    /// The product: its stock keeping unit.
    pub sku: String,
    /// How many.
    pub quantity: u32,
}

/// A line of an order was taken from the stock. It belongs to the order, not to the product, so that a product which
/// many order is no more than a conditional decrement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct StockReserved {
    /// The order that it was taken for.
    pub order_id: String,
    /// The product: its stock keeping unit.
    pub sku: String,
    /// How many.
    pub quantity: u32,
}

impl Event for OrderPlaced {
    const SOURCE: &'static str = SHOP;
    const DETAIL_TYPE: &'static str = "OrderPlaced";
    const VERSION: u32 = 1;

    fn sample() -> Self {
        Self {
            id: "order-42".to_owned(),
            restaurant: "Trattoria Da Enzo".to_owned(),
            lines: vec![OrderLine {
                sku: "cacio-e-pepe".to_owned(),
                quantity: 2,
            }],
        }
    }
}

impl Event for StockReserved {
    const SOURCE: &'static str = SHOP;
    const DETAIL_TYPE: &'static str = "StockReserved";
    const VERSION: u32 = 1;

    fn sample() -> Self {
        Self {
            order_id: "order-42".to_owned(),
            sku: "cacio-e-pepe".to_owned(),
            quantity: 2,
        }
    }
}

/// To whoever follows orders, a placed order is one that was created.
impl From<OrderPlaced> for OrderDetailsChanged {
    fn from(order: OrderPlaced) -> Self {
        Self {
            id: order.id,
            status: OrderStatus::FIRST,
            restaurant: order.restaurant,
        }
    }
}
