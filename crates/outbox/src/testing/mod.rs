//! Stand-ins for the bus and the quarantine, and stream records as Lambda delivers them, for tests of a mapping with
//! the real relay.
//!
//! ```
//! use std::time::Duration;
//!
//! use contract::Event;
//! use outbox::{Change, Events, Relay, testing};
//! # use schemars::JsonSchema;
//! # use serde::{Deserialize, Serialize};
//! # #[derive(Serialize, Deserialize, JsonSchema)]
//! # struct Parcel { id: String }
//! # #[derive(Deserialize)]
//! # struct ParcelKey { id: String }
//! # impl Event for Parcel {
//! #     const SOURCE: &'static str = "warehouse.parcels";
//! #     const DETAIL_TYPE: &'static str = "ParcelStored";
//! #     const VERSION: u32 = 1;
//! #     fn sample() -> Self { Self { id: "p-1".to_owned() } }
//! # }
//! # fn parcel_events(change: Change<Parcel, ParcelKey>) -> Events {
//! #     match change { Change::Created(parcel) => Events::of(parcel), _ => Events::none() }
//! # }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! let bus = testing::Bus::new().throttle_first(1);
//! let relay = Relay::new(bus.clone(), testing::Quarantine::new());
//! let deadline = tokio::time::Instant::now() + Duration::from_secs(30);
//!
//! let batch = testing::inserts([Parcel { id: "p-1".to_owned() }]);
//! let failures = relay.handle(&batch, deadline, parcel_events).await;
//!
//! assert!(failures.is_empty());
//! assert_eq!(bus.event_ids(), ["event-1:ParcelStored"]);
//! # }
//! ```

mod bus;
#[cfg(feature = "aws")]
mod expression;
#[cfg(feature = "aws")]
mod idempotency;
#[cfg(feature = "aws")]
mod lanes;
#[cfg(feature = "aws")]
mod messages;
mod quarantine;
mod records;
#[cfg(feature = "aws")]
mod tables;

pub use bus::Bus;
#[cfg(feature = "aws")]
pub use idempotency::IdempotencyRecords;
#[cfg(feature = "aws")]
pub use lanes::Lanes;
#[cfg(feature = "aws")]
pub use messages::messages;
pub use quarantine::Quarantine;
pub use records::{Record, expiries, inserts, modifications, removals};
#[cfg(feature = "aws")]
pub use tables::{Fault, Tables};
