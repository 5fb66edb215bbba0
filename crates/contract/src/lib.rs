#![doc = include_str!("../README.md")]
//!
//! # One event, from its type to its pattern
//!
//! ```
//! use contract::{Contract, Event, EventPattern};
//! use schemars::JsonSchema;
//! use serde::{Deserialize, Serialize};
//!
//! /// A parcel left the warehouse.
//! #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
//! #[serde(rename_all = "camelCase")]
//! struct ParcelShipped {
//!     parcel_id: String,
//!     weight_grams: u32,
//! }
//!
//! impl Event for ParcelShipped {
//!     const SOURCE: &'static str = "warehouse.parcels";
//!     const DETAIL_TYPE: &'static str = "ParcelShipped";
//!     const VERSION: u32 = 1;
//!
//!     fn sample() -> Self {
//!         Self { parcel_id: "parcel-7".to_owned(), weight_grams: 250 }
//!     }
//! }
//!
//! assert_eq!(
//!     EventPattern::of::<ParcelShipped>().to_string(),
//!     r#"{"source":["warehouse.parcels"],"detail-type":["ParcelShipped"]}"#
//! );
//! let contract = Contract::of::<ParcelShipped>();
//! assert_eq!(contract.sample["parcelId"], "parcel-7");
//! assert_eq!(contract.schema["properties"]["weightGrams"]["type"], "integer");
//! ```

pub mod compatibility;
pub mod draft4;

mod aggregate;
mod committed;
mod event;
mod fit;
mod metadata;
mod pattern;
mod received;
mod schema;
mod sequence;
mod template;

pub use aggregate::{Aggregate, NotAllTypes};
pub use committed::{Committed, CommittedError, Version};
pub use event::Event;
pub use fit::Misfit;
pub use metadata::{Metadata, SequenceKind};
pub use pattern::{EventPattern, PatternError};
pub use received::Received;
pub use schema::Contract;
pub use sequence::{NotASequence, Sequence};
pub use template::{InputTemplate, TemplateError};
