//! `cargo outbox`: run, watch and measure the outbox on one machine.

use std::process::ExitCode;

use mimalloc::MiMalloc;

/// An emulator makes and frees small pieces of JSON all day, on threads other than those that made them.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    cargo_outbox::run(std::env::args_os())
}
