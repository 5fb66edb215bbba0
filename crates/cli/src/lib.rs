//! The command `cargo outbox`: it builds the functions that a Pulumi program declares, runs the
//! declared stack on this machine and shows or checks what happens to every event.
//!
//! Reading order: `arguments` (what can be asked), `commands` (one module each), `launch` (from a
//! project to a running stack), `demo` (what the main job counts and compares).

mod application;
mod arguments;
mod attribute;
mod client;
mod commands;
mod connection;
mod demo;
mod error;
mod exports;
mod inventory;
mod launch;
mod narration;
mod outboxes;
mod overview;
mod printer;
mod project;
mod quoted;
mod rest_call;
mod signals;
#[cfg(test)]
mod testing;

use std::ffi::OsString;
use std::process::ExitCode;

use arguments::Arguments;
use tracing_subscriber::EnvFilter;

/// Runs the command line `words`, the program's own name first, and says how it ended: 0 if all
/// came out well, 1 if not, 2 for a command line that makes no sense.
pub fn run(words: impl Iterator<Item = OsString>) -> ExitCode {
    let arguments = match Arguments::parse_from_cargo(words) {
        Ok(arguments) => arguments,
        Err(error) => {
            let _ = error.print();
            return u8::try_from(error.exit_code()).map_or(ExitCode::FAILURE, ExitCode::from);
        }
    };
    tracing_subscriber::fmt()
        .with_env_filter(
            EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn")),
        )
        .with_writer(std::io::stderr)
        .init();
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("error: can't start: {error}");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(commands::run(arguments.command)) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("{}", error::chain(&error));
            ExitCode::FAILURE
        }
    }
}
