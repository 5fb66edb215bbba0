//! The promises, kept by the real binaries: `cargo-outbox` as it is installed, the functions as cargo
//! builds them, killed, replaced and exchanged as it happens to people.
//!
//! Linux only: it looks into `/proc` for what a killed run leaves behind.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod checkout;
mod failure_queue;
mod kill;
mod memory;
#[path = "../outbox/mod.rs"]
mod outbox;
mod relay_killed;
mod support;
mod warehouse;
