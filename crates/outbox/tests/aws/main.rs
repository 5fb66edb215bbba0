//! The bus, the outbox table and the quarantine on AWS, over HTTP against a server that answers as AWS documents.

#![cfg(feature = "aws")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a failed step is a failed test"
)]

mod bus;
mod calls;
mod marks;
mod quarantine;
#[path = "../server/mod.rs"]
mod server;
mod settings;
