//! A declared REST API takes requests and writes to a table, as API Gateway does.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

#[path = "../support/mod.rs"]
mod support;

mod access;
mod access_logs;
mod backends;
mod changing;
mod client;
mod creating;
mod declaration;
mod refusals;
