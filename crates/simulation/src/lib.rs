//! Transactions, the relay, the delivery engine, the bus, queues and consumers in one thread on virtual time, with
//! one seed that chooses the workload, the faults and the schedule.
//!
//! A seed becomes a [`Scenario`], which is pure data; [`run`](fn@run) plays it and tells everything that
//! happened as [`Observation`]s, which a checker judges. The same seed gives the same observations,
//! byte for byte, in every process.

pub mod broken;
pub mod checker;
mod functions;
mod judge;
pub mod observation;
mod panic;
mod play;
mod report;
mod run;
pub mod scenario;
mod shrink;
mod story;
pub mod table;
mod trace;
mod world;

pub use broken::Variant;
pub use checker::ViolationKind;
pub use judge::{Judged, judge};
pub use observation::Observation;
pub use panic::silence_panics;
pub use report::{Counts, Report};
pub use run::{RunError, run};
pub use scenario::Scenario;
pub use shrink::shrink;
pub use story::story;
pub use trace::trace;
