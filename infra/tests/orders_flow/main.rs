//! The declared orders API, run by the emulator: what a client asks, hears and leaves in the table. And one test for
//! each fault of the public sample that this flow began as. Where functions matter, their own binaries run.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

#[path = "../infra/declared.rs"]
#[allow(dead_code, reason = "the tests of the declaration use the rest")]
mod declared;

mod access;
mod backends;
mod changing;
mod creating;
mod faults;
mod functions;
mod once;
mod publishing;
mod recovery;
mod shop;
