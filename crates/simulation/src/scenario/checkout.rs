use std::time::Duration;

/// So much of one product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its place in the settings' stock.
    pub product: u8,
    /// How much.
    pub quantity: u32,
}

impl Line {
    /// The product's stock keeping unit.
    #[must_use]
    pub fn sku(self) -> String {
        format!("product-{}", self.product)
    }
}

/// How a caller asks for a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Call {
    /// How long conflicts and unknown results are tried again.
    pub within: Duration,
    /// The caller's process ends so long after it began, if it is still at it.
    pub dies_after: Option<Duration>,
}

/// What is wrong with a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Damage {
    /// Its detail is no JSON.
    Detail,
    /// Its detail has the id of another event.
    EventId,
    /// Its creation is no moment.
    CreatedAt,
    /// It belongs to nothing.
    Aggregate,
}
