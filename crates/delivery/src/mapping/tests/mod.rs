#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod batches;
mod destination;
mod failures;
mod filters;
mod partial;
mod properties;
mod responses;
mod settings;
mod tree;
mod world;
