//! Transactions by the SDK's client against the DynamoDB that the emulator runs, over HTTP.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a failed step is a failed test"
)]

mod limits;
mod once;
#[path = "../../../outbox/tests/transact/script.rs"]
#[allow(dead_code, reason = "the tests of the crate use the rest")]
mod script;
mod shop;
#[path = "../../../emulator/tests/support/mod.rs"]
mod support;
