use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How far an order is. The one place that knows the words: items, requests, events and patterns use this type.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[schemars(inline)]
pub enum OrderStatus {
    /// A guest made it.
    Created,
    /// The restaurant took it.
    Accepted,
    /// The restaurant cooks it.
    Cooking,
    /// The guest has it.
    Delivered,
    /// Nobody will cook or deliver it.
    Cancelled,
}

use OrderStatus::{Accepted, Cancelled, Cooking, Created, Delivered};

/// What may follow each status. A status that nothing may follow is final.
pub const TRANSITIONS: [(OrderStatus, &[OrderStatus]); 5] = [
    (Created, &[Accepted, Cancelled]),
    (Accepted, &[Cooking, Cancelled]),
    (Cooking, &[Delivered, Cancelled]),
    (Delivered, &[]),
    (Cancelled, &[]),
];

impl OrderStatus {
    /// The status of a new order.
    pub const FIRST: Self = Created;

    /// Every status, from the first to the last.
    pub fn all() -> impl Iterator<Item = Self> {
        TRANSITIONS.into_iter().map(|(status, _)| status)
    }

    /// What may follow this status; nothing, if it is final.
    pub fn successors(self) -> impl Iterator<Item = Self> {
        TRANSITIONS
            .into_iter()
            .filter(move |(status, _)| *status == self)
            .flat_map(|(_, successors)| successors.iter().copied())
    }

    /// What an order must be to become this; nothing, for the status of a new order.
    pub fn predecessors(self) -> impl Iterator<Item = Self> {
        TRANSITIONS
            .into_iter()
            .filter(move |(_, successors)| successors.contains(&self))
            .map(|(status, _)| status)
    }

    /// The word in items, requests and events.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Created => "CREATED",
            Accepted => "ACCEPTED",
            Cooking => "COOKING",
            Delivered => "DELIVERED",
            Cancelled => "CANCELLED",
        }
    }
}

impl fmt::Display for OrderStatus {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}
