//! What all acceptance tests stand on: a running stack, its clients, its processes.

mod client;
mod processes;
mod seed;
mod up;
mod wait;

use std::process::Stdio;

use tokio::process::Command;

use crate::outbox::root;

pub(crate) use client::{Client, item_of};
pub(crate) use processes::{Process, kill, living_in, running};
pub(crate) use seed::{chance, users};
pub(crate) use up::{Ports, Up};
pub(crate) use wait::{PATIENCE, until};

/// `cargo outbox`, as cargo starts it.
pub(crate) fn cargo_outbox() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-outbox"));
    command
        .arg("outbox")
        .current_dir(root())
        .stdin(Stdio::null())
        .kill_on_drop(true);
    command
}
