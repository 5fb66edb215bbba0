//! Stand-ins for the bus and the quarantine, and stream records as Lambda delivers them, for tests of a mapping with
//! the real relay.

mod bus;
mod quarantine;
mod records;

pub use bus::Bus;
pub use quarantine::Quarantine;
pub use records::{Record, expiries, inserts, modifications, removals};
