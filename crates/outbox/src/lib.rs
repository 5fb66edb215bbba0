#![doc = include_str!("../README.md")]
//!
//! # A relay
//!
//! ```
//! use contract::Event;
//! use outbox::{Change, Events};
//! use schemars::JsonSchema;
//! use serde::{Deserialize, Serialize};
//!
//! /// An item of the table.
//! #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
//! struct Parcel {
//!     id: String,
//!     city: String,
//! }
//!
//! /// Its key.
//! #[derive(Deserialize)]
//! struct ParcelKey {
//!     id: String,
//! }
//!
//! /// The one event that other services hear of.
//! #[derive(Serialize, Deserialize, JsonSchema)]
//! struct ParcelStored {
//!     #[serde(flatten)]
//!     parcel: Parcel,
//! }
//!
//! impl Event for ParcelStored {
//!     const SOURCE: &'static str = "warehouse.parcels";
//!     const DETAIL_TYPE: &'static str = "ParcelStored";
//!     const VERSION: u32 = 1;
//!
//!     fn sample() -> Self {
//!         Self { parcel: Parcel { id: "p-1".to_owned(), city: "Bern".to_owned() } }
//!     }
//! }
//!
//! /// What a change of the table means to the business. Pure: the relay may ask again.
//! fn parcel_events(change: Change<Parcel, ParcelKey>) -> Events {
//!     match change {
//!         Change::Created(parcel) | Change::Updated { new: parcel, .. } => Events::of(ParcelStored { parcel }),
//!         Change::Removed { .. } | Change::Expired { .. } => Events::none(),
//!     }
//! }
//!
//! # #[cfg(feature = "aws")]
//! async fn relay() -> Result<(), outbox::Error> {
//!     outbox::Relay::from_env()?.run(parcel_events).await
//! }
//!
//! # #[cfg(feature = "aws")]
//! # async fn start() -> std::process::ExitCode {
//! // The body of `main`: logs on, and a failed start told to Lambda.
//! outbox::function::main(relay()).await
//! # }
//! ```
//!
//! # A consumer
//!
//! ```
//! # #[cfg(feature = "aws")]
//! # mod only_aws {
//! use outbox::consume::{self, Received};
//!
//! # async fn start<ParcelStored: contract::Event>() -> Result<(), outbox::Error> {
//! consume::run(|event: Received<ParcelStored>| async move {
//!     tracing::info!(event_id = event.metadata.event_id, "a parcel was stored");
//!     Ok::<(), std::io::Error>(())
//! })
//! .await
//! # }
//! # }
//! ```

#[cfg(feature = "aws")]
mod aws;
mod batch;
mod change;
#[cfg(feature = "aws")]
pub mod consume;
pub mod entry;
pub mod environment;
#[cfg(feature = "aws")]
mod error;
mod events;
mod failures;
#[cfg(feature = "aws")]
pub mod function;
mod image;
mod panics;
pub mod publish;
pub mod quarantine;
mod record;
#[cfg(feature = "aws")]
pub mod recovery;
pub mod relay;
pub mod row;
#[cfg(feature = "aws")]
pub mod sdk;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
#[cfg(feature = "aws")]
pub mod transact;
pub mod verdict;
pub mod verify;

#[cfg(feature = "aws")]
pub use aws::{
    DynamoDbStreams, EventBus, IdempotencyTable, LookError, OrderTable, OutboxTable,
    QuarantineQueue,
};
pub use batch::Batch;
pub use change::Change;
pub use entry::Entry;
#[cfg(feature = "aws")]
pub use error::Error;
pub use events::{Events, IntoEvents};
pub use publish::Publish;
pub use quarantine::Quarantine;
#[cfg(feature = "aws")]
pub use recovery::Recovery;
pub use relay::Relay;
