//! `cargo simulate`: plays many seeds and tells what went wrong.

mod command;

use std::process::ExitCode;

fn main() -> ExitCode {
    command::run()
}
