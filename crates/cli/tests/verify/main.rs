//! `cargo outbox verify` as a user meets it: the real binary, beside an emulator with the real relay.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a failed step is a failed test"
)]

#[path = "../outbox/mod.rs"]
mod command;
mod found;
mod refused;
mod shop;
#[path = "../../../emulator/tests/support/mod.rs"]
mod support;
mod unmarked;
