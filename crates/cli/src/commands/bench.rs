use std::io::{self, Write as _};
use std::process::ExitCode;

use crate::arguments::{Bench, Benched};
use crate::error::Error;

/// Measures, and prints what was measured.
pub(crate) async fn run(arguments: Bench) -> Result<ExitCode, Error> {
    let Benched::Relay(options) = arguments.what;
    let report = bench::relay::run(options).await?;
    write!(io::stdout(), "{report}").map_err(Error::Terminal)?;
    Ok(if report.is_complete() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
