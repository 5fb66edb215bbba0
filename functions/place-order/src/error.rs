//! Why an order was not placed. Each text says what is wrong, what is allowed and what was not done.

use std::fmt;

use lambda_runtime::Diagnostic;
use outbox::transact;
use thiserror::Error;

/// Why an order was not placed.
#[derive(Debug, Error)]
pub enum Error {
    /// A part of the event is not what it should be.
    #[error("{place} must be {expected}, but it is {found}; nothing was written")]
    Wrong {
        /// Where.
        place: String,
        /// What it should be.
        expected: &'static str,
        /// What it is; cut when long.
        found: String,
    },
    /// A field is missing.
    #[error(
        "{place} is missing: an order looks like {{\"lines\": [{{\"sku\": \"tea\", \"quantity\": 2}}]}}; nothing was \
         written"
    )]
    Missing {
        /// Which.
        place: String,
    },
    /// A field that nobody knows.
    #[error("{place} is an unknown field: {known} are known here; nothing was written")]
    UnknownField {
        /// Which.
        place: String,
        /// Those that are known.
        known: &'static str,
    },
    /// A text that is to be part of a key.
    #[error(
        "{place} is {value:?}, but must be 1 to {limit} of A-Z a-z 0-9 _ -; nothing was written"
    )]
    Key {
        /// Where.
        place: String,
        /// Its value; a long one is cut.
        value: String,
        /// How long it may be.
        limit: usize,
    },
    /// A name that is too long.
    #[error("restaurant has {characters} characters, {limit} are allowed; nothing was written")]
    Restaurant {
        /// How long it is.
        characters: usize,
        /// How long it may be.
        limit: usize,
    },
    /// An order of nothing.
    #[error("lines is empty: an order has at least one; nothing was written")]
    NoLine,
    /// More products than a transaction can take.
    #[error(
        "the order has {products} products, {limit} are allowed; split it; nothing was written"
    )]
    TooManyProducts {
        /// How many there are.
        products: usize,
        /// How many there may be.
        limit: usize,
    },
    /// More of one product than an order may have.
    #[error(
        "{} {quantity} of {sku:?}, {limit} are allowed; nothing was written",
        Lines(lines)
    )]
    TooMany {
        /// The lines of the event.
        lines: Vec<usize>,
        /// The product.
        sku: String,
        /// How many they ask for.
        quantity: u32,
        /// How many they may.
        limit: u32,
    },
    /// The stock does not suffice.
    #[error("{}; nothing was written", Shortages(.0))]
    TooLittleStock(Vec<Shortage>),
    /// Another order has the id.
    #[error("the id {id:?} is taken by another order; nothing was written")]
    Taken {
        /// The id.
        id: String,
    },
    /// The transaction did not come to an end that is good.
    #[error("the order {id:?} was not placed{}", advice(.source))]
    Transaction {
        /// The order.
        id: String,
        /// Why.
        #[source]
        source: transact::Error,
    },
    /// The order that is there could not be looked at.
    #[error(
        "whether the order {id:?} is placed is unknown: {reason}; invoke again with the same id and lines, which has \
         no second effect"
    )]
    Unknown {
        /// The order.
        id: String,
        /// What happened instead of an answer.
        reason: String,
    },
}

/// A product of which too little is left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shortage {
    /// The lines of the event that ask for it.
    pub lines: Vec<usize>,
    /// The product.
    pub sku: String,
    /// How many they ask for.
    pub quantity: u32,
    /// How many there are; none if there is no such product.
    pub in_stock: Option<u64>,
}

fn advice(error: &transact::Error) -> &'static str {
    match error {
        transact::Error::Unknown { .. } => {
            " for all that is known; invoke again with the same id and lines, which has no second effect"
        }
        _ => "",
    }
}

/// `line 2 asks for`, or `lines 1 and 3 together ask for`.
struct Lines<'a>(&'a [usize]);

impl fmt::Display for Lines<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some((last, others)) = self.0.split_last() else {
            return Ok(());
        };
        if others.is_empty() {
            return write!(formatter, "line {last} asks for");
        }
        let others: Vec<_> = others.iter().map(ToString::to_string).collect();
        write!(
            formatter,
            "lines {} and {last} together ask for",
            others.join(", ")
        )
    }
}

struct Shortages<'a>(&'a [Shortage]);

impl fmt::Display for Shortages<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (nth, shortage) in self.0.iter().enumerate() {
            let separator = if nth == 0 { "" } else { "; " };
            let (lines, quantity) = (Lines(&shortage.lines), shortage.quantity);
            let sku = &shortage.sku;
            write!(formatter, "{separator}{lines} {quantity} of {sku:?}, ")?;
            match shortage.in_stock {
                Some(left) => write!(formatter, "but {left} are left")?,
                None => write!(formatter, "but the shop has no such product")?,
            }
        }
        Ok(())
    }
}

impl Error {
    /// The `errorType` that a caller sees and can decide by.
    #[must_use]
    pub fn error_type(&self) -> &'static str {
        match self {
            Self::TooLittleStock(_) => "TooLittleStock",
            Self::Taken { .. } => "IdTaken",
            Self::Transaction { .. } | Self::Unknown { .. } => "NotPlaced",
            _ => "InvalidOrder",
        }
    }
}

impl From<Error> for Diagnostic {
    fn from(error: Error) -> Self {
        Self {
            error_type: error.error_type().to_owned(),
            error_message: outbox::function::with_causes(&error),
        }
    }
}
