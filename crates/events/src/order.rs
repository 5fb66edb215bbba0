use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::OrderStatus;

/// An order: an item of the orders table. All its attributes are strings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Order {
    /// Unique: chosen by the caller, or the id of the request that created it.
    pub id: String,
    /// How far it is.
    pub status: OrderStatus,
    /// Who cooks it; empty when the order names none.
    #[serde(default)]
    pub restaurant: String,
    /// When its last write happened: RFC 3339, UTC, milliseconds.
    pub occurred_at: String,
}

/// The key of an item of the orders table.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct OrderKey {
    /// The order's id.
    pub id: String,
}

impl Order {
    /// An order that nobody made, for samples and tests.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            id: "order-42".to_owned(),
            status: OrderStatus::Created,
            restaurant: "Trattoria Da Enzo".to_owned(),
            occurred_at: "2026-11-21T12:00:00.123Z".to_owned(),
        }
    }

    /// The key of this order's item.
    #[must_use]
    pub fn key(&self) -> OrderKey {
        OrderKey {
            id: self.id.clone(),
        }
    }
}

/// What a caller sends to create an order: the body of `POST /orders`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateOrder {
    /// The order's id; one is made when it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", regex(pattern = r"^[A-Za-z0-9_-]{1,64}$"))]
    pub id: Option<String>,
    /// Every order starts as `CREATED`.
    #[serde(deserialize_with = "first_status")]
    #[schemars(schema_with = "first_status_only")]
    pub status: OrderStatus,
    /// Who is to cook it: up to 100 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", length(max = 100))]
    pub restaurant: Option<String>,
}

/// What a caller sends to change an order: the body of `PATCH /orders/{id}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeOrder {
    /// What the order is from now on.
    pub status: OrderStatus,
}

fn first_status<'de, D: serde::Deserializer<'de>>(json: D) -> Result<OrderStatus, D::Error> {
    let status = OrderStatus::deserialize(json)?;
    if status == OrderStatus::FIRST {
        return Ok(status);
    }
    Err(serde::de::Error::custom(format!(
        "an order starts as {}, not as {status}",
        OrderStatus::FIRST
    )))
}

fn first_status_only(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    schemars::json_schema!({ "type": "string", "enum": [OrderStatus::FIRST] })
}
