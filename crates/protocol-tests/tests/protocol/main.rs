//! A program written with `pulumi` meets an engine: the graph, the faults, the wire.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod faults;
mod graph;
mod program;
mod recorder;
mod wire;
