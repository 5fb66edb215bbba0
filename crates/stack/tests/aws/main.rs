//! What `Aws` answers for each type of resource.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod names;
mod outputs;
mod places;
mod provider;
mod refused;
