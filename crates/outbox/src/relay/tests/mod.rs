//! Each promise of the relay, on virtual time, against a bus and a quarantine that fail as they are told to.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a failed step is a failed test"
)]

mod batches;
mod configuration;
mod fixture;
mod invariants;
mod order;
mod outcome;
mod packing;
mod poison;
mod repeat;
mod republish;
mod retry;
mod rows;
