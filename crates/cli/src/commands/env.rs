use std::io::{self, Write as _};
use std::process::ExitCode;

use emulator::state::Running;

use crate::arguments::Env;
use crate::error::Error;
use crate::exports::exports;

/// Prints what a shell must export to talk to the running stack.
pub(crate) fn run(arguments: &Env) -> Result<ExitCode, Error> {
    let running = Running::read(&arguments.place.state()?)?;
    let mut output = io::stdout().lock();
    for line in exports(&running) {
        writeln!(output, "{line}").map_err(Error::Terminal)?;
    }
    Ok(ExitCode::SUCCESS)
}
