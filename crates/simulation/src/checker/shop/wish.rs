use std::fmt;

use serde_json::{Value, json};

use crate::scenario::{Operation, Write};

/// What a caller wants of the shop.
#[derive(Debug)]
pub(super) enum Wish {
    /// So much of each product, each once, as an order.
    Order {
        id: String,
        restaurant: String,
        lines: Vec<(String, i64)>,
    },
    /// So much more of a product.
    Delivery { sku: String, quantity: i64 },
}

impl Wish {
    pub(super) fn of(operation: &Operation) -> Option<Self> {
        match &operation.write {
            Write::Place { lines, .. } => {
                let mut merged: Vec<(String, i64)> = Vec::new();
                for line in lines {
                    let (sku, quantity) = (line.sku(), i64::from(line.quantity));
                    match merged.iter_mut().find(|(known, _)| *known == sku) {
                        Some((_, sum)) => *sum += quantity,
                        None => merged.push((sku, quantity)),
                    }
                }
                Some(Self::Order {
                    id: format!("order-{}", operation.key),
                    restaurant: format!("restaurant {}", operation.key % 7),
                    lines: merged,
                })
            }
            Write::Restock { line, .. } => Some(Self::Delivery {
                sku: line.sku(),
                quantity: i64::from(line.quantity),
            }),
            _ => None,
        }
    }

    /// How often event ids may be drawn: an order finds out that its token was used, and begins anew.
    pub(super) fn operations(&self) -> usize {
        match self {
            Self::Order { .. } => 2,
            Self::Delivery { .. } => 1,
        }
    }

    /// What it takes of the stock with this key; less than nothing if it brings some.
    pub(super) fn takes(&self, key: &str) -> Option<i64> {
        let wanted = key.strip_prefix("stock#")?;
        match self {
            Self::Order { lines, .. } => {
                let line = lines.iter().find(|(sku, _)| sku == wanted);
                line.map(|(_, quantity)| *quantity)
            }
            Self::Delivery { sku, quantity } => (sku == wanted).then_some(-quantity),
        }
    }

    /// How many items of the shop's table it writes.
    pub(super) fn items(&self) -> usize {
        match self {
            Self::Order { lines, .. } => 1 + lines.len(),
            Self::Delivery { .. } => 1,
        }
    }

    /// How many rows of the outbox it writes.
    pub(super) fn rows(&self) -> usize {
        self.items()
    }

    /// The key of the order's item.
    pub(super) fn key(&self) -> String {
        match self {
            Self::Order { id, .. } => format!("order#{id}"),
            Self::Delivery { sku, .. } => format!("stock#{sku}"),
        }
    }

    /// What its events belong to.
    pub(super) fn aggregate(&self) -> String {
        match self {
            Self::Order { id, .. } => format!("order#{id}"),
            Self::Delivery { sku, .. } => format!("product#{sku}"),
        }
    }

    /// The order's item.
    pub(super) fn order(&self) -> Option<Value> {
        let Self::Order {
            id,
            restaurant,
            lines,
        } = self
        else {
            return None;
        };
        Some(json!({
            "id": format!("order#{id}"),
            "orderId": id,
            "restaurant": restaurant,
            "lines": lines_of(lines),
        }))
    }

    /// Source, detail-type and data of its event with this number, 0 for the first.
    pub(super) fn event(&self, nth: usize) -> Option<(&'static str, &'static str, Value)> {
        match self {
            Self::Order {
                id,
                restaurant,
                lines,
            } => {
                if nth == 0 {
                    let data =
                        json!({"id": id, "restaurant": restaurant, "lines": lines_of(lines)});
                    return Some(("shop.orders", "OrderPlaced", data));
                }
                let (sku, quantity) = lines.get(nth - 1)?;
                let data = json!({"orderId": id, "sku": sku, "quantity": quantity});
                Some(("shop.orders", "StockReserved", data))
            }
            Self::Delivery { sku, quantity } => {
                let data = json!({"sku": sku, "quantity": quantity});
                (nth == 0).then_some(("shop.stock", "Restocked", data))
            }
        }
    }
}

fn lines_of(lines: &[(String, i64)]) -> Value {
    let line = |(sku, quantity): &(String, i64)| json!({"sku": sku, "quantity": quantity});
    lines.iter().map(line).collect()
}

impl fmt::Display for Wish {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Order { id, .. } => formatter.write_str(id),
            Self::Delivery { sku, quantity } => {
                write!(formatter, "the delivery of {quantity} {sku}")
            }
        }
    }
}
