//! The order of a key's events, which neither streams nor queues keep on the way to a consumer.
//!
//! - [`Newest`]: no event is handed over that is older than one seen before. Cheap (one write an event), for any
//!   sequence. The gaps that it leaves are of events whose data is outdated.
//! - [`Gapless`]: every event is handed over, one after the other, in order. Only for counters, and only for a
//!   consumer that takes every kind of event of the aggregate. What comes too early is parked.
//!
//! Where the effect is a write of one item, a condition on the sequence in that write does as [`Newest`] does, and
//! costs nothing.

mod bounds;
mod error;
mod gapless;
mod lane;
mod newest;
mod parkable;
mod run;
mod store;
mod turn;

use jiff::Timestamp;

pub use self::bounds::Bounds;
pub use self::error::OrderError;
pub use self::gapless::Gapless;
pub use self::lane::{Gap, Hold, Lane, Parked};
pub use self::newest::Newest;
pub use self::parkable::Parkable;
pub use self::store::{LaneStore, Overdue, SeenStore, Versioned};
pub use self::turn::Taken;

/// The key whose events are in order, for one consumer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LaneKey<'a> {
    /// The consumer.
    pub consumer: &'a str,
    /// `metadata.key`.
    pub key: &'a str,
}

/// The time, or nothing but the beginning of time from a clock outside of the years 1 to 9999.
fn timestamp(clock: &impl Fn() -> std::time::SystemTime) -> Timestamp {
    Timestamp::try_from(clock()).unwrap_or(Timestamp::UNIX_EPOCH)
}
