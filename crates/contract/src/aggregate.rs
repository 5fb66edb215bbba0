use std::fmt;

use crate::EventPattern;

/// All kinds of events that share one counter per key: an order's `OrderPlaced`, `OrderPaid` and so on have the
/// sequence numbers 1, 2, 3 … among them.
///
/// Only who takes all of them can tell a missing event from one of a kind that it did not ask for.
///
/// ```
/// use contract::{Aggregate, EventPattern};
/// # use schemars::JsonSchema;
/// # use serde::{Deserialize, Serialize};
/// # #[derive(Serialize, Deserialize, JsonSchema)] struct Packed { id: String }
/// # #[derive(Serialize, Deserialize, JsonSchema)] struct Shipped { id: String }
/// # impl contract::Event for Packed {
/// #     const SOURCE: &'static str = "warehouse"; const DETAIL_TYPE: &'static str = "Packed"; const VERSION: u32 = 1;
/// #     fn sample() -> Self { Self { id: "1".to_owned() } }
/// # }
/// # impl contract::Event for Shipped {
/// #     const SOURCE: &'static str = "warehouse"; const DETAIL_TYPE: &'static str = "Shipped"; const VERSION: u32 = 1;
/// #     fn sample() -> Self { Self { id: "1".to_owned() } }
/// # }
///
/// struct Parcel;
///
/// impl Aggregate for Parcel {
///     fn patterns() -> Vec<EventPattern> {
///         vec![EventPattern::of::<Packed>(), EventPattern::of::<Shipped>()]
///     }
/// }
///
/// let rule = [EventPattern::of::<Shipped>()];
/// let error = Parcel::all_taken_by(&rule).unwrap_err();
/// assert!(error.to_string().contains("Packed"));
/// ```
pub trait Aggregate {
    /// The pattern of each kind of event, with nothing left out.
    fn patterns() -> Vec<EventPattern>;

    /// Checks that rules with these patterns take every event of the aggregate. One that asks for values of fields
    /// takes only some of its kind.
    ///
    /// # Errors
    /// [`NotAllTypes`] names the kinds that are not taken.
    fn all_taken_by(rules: &[EventPattern]) -> Result<(), NotAllTypes> {
        let mut missing = Self::patterns();
        missing.retain(|pattern| !rules.contains(pattern));
        if missing.is_empty() {
            Ok(())
        } else {
            Err(NotAllTypes { missing })
        }
    }
}

/// Some kinds of events of an aggregate are not taken, so that a gap in its sequence means nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotAllTypes {
    /// The patterns that the rules lack.
    pub missing: Vec<EventPattern>,
}

impl fmt::Display for NotAllTypes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(
            "gapless order needs every kind of event of the aggregate, and these are not taken as a whole:",
        )?;
        for pattern in &self.missing {
            write!(formatter, " {pattern}")?;
        }
        formatter.write_str("; add them to the rule and to what the consumer reads")
    }
}

impl std::error::Error for NotAllTypes {}
