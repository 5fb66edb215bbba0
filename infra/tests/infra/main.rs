//! What the program declares, asked of the compiled program itself: it runs as under the Pulumi CLI, against an engine
//! that records and answers as AWS would.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

mod alarms;
mod declared;
mod functions;
mod graph;
mod idempotency;
mod names;
mod packages;
mod pipe;
mod refusals;
mod rest_api;
mod rights;
mod schema;
mod settings;
mod wiring;
