#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod at_random;
mod bus;
mod dead_letters;
mod declarations;
mod declared;
mod failing_bus;
mod publishing;
mod restarts;
mod shop;
mod stopping;
