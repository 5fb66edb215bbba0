//! The declared functions run as real processes, as they do on Lambda.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

#[path = "../support/mod.rs"]
mod support;

mod callers;
mod concurrency;
mod environment;
mod failing;
mod invoking;
