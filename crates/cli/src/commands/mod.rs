//! One module per command.

mod bench;
mod demo;
mod env;
mod invoke;
mod logs;
mod optimised;
mod reset;
mod up;
mod verify;

use std::process::ExitCode;

use crate::arguments::Command;
use crate::error::Error;

/// Does what was asked; the exit code tells whether it came out well.
pub(crate) async fn run(command: Command) -> Result<ExitCode, Error> {
    match command {
        Command::Up(arguments) => up::run(arguments).await,
        Command::Demo(arguments) => demo::run(arguments).await,
        Command::Invoke(arguments) => invoke::run(arguments).await,
        Command::Env(arguments) => env::run(&arguments),
        Command::Logs(arguments) => logs::run(arguments).await,
        Command::Reset(arguments) => reset::run(&arguments),
        Command::Verify(arguments) => verify::run(&arguments).await,
        Command::Bench(arguments) => bench::run(arguments).await,
    }
}
