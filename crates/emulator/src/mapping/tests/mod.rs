#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod declarations;
mod delivery_to_functions;
mod double;
mod failing_functions;
mod restarts;
mod shards;
mod splits_at_random;
mod splitting;
