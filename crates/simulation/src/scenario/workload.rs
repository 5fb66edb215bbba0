use std::time::Duration;

use super::checkout::{Call, Damage, Line};

/// A caller changes one item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    /// When.
    pub at: Duration,
    /// Which item: its id is `user-<key>` or `order-<key>`; a delivery to the shop has it as its token.
    pub key: u16,
    /// What.
    pub write: Write,
}

/// What a caller does to an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Write {
    /// Puts a new state of it.
    Put {
        /// Makes this state differ from every other.
        revision: u32,
        /// What is in it.
        content: Content,
        /// When its time to live runs out, counted from the put; absent: never.
        time_to_live: Option<Duration>,
    },
    /// Puts it as it is: no record follows. Nothing if it is not there.
    PutUnchanged,
    /// Deletes it. Nothing if it is not there.
    Remove,
    /// Places it as an order that takes these lines from the stock.
    Place {
        /// Several may be of one product.
        lines: Vec<Line>,
        /// How it is asked for.
        call: Call,
    },
    /// Adds to the stock.
    Restock {
        /// What.
        line: Line,
        /// How it is asked for.
        call: Call,
    },
    /// Somebody writes a row of the outbox by hand, and wrongly.
    DamagedRow(Damage),
}

/// What an item holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// A user.
    Plain,
    /// A user with an attribute of so many bytes.
    Large(u32),
    /// A user with an attribute of so many control characters, each of which becomes six bytes in JSON.
    Escaped(u32),
    /// No user: an attribute is missing. No order: it has no status.
    Unmappable,
    /// A user on whom the mapping panics.
    Panicking,
    /// An item with quotes, line breaks, angle brackets and letters of many alphabets in an attribute.
    Awkward,
}
