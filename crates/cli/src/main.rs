//! `cargo outbox`: run, watch and measure the outbox on one machine.

use std::process::ExitCode;

fn main() -> ExitCode {
    cargo_outbox::run(std::env::args_os())
}
