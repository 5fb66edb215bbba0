use std::path::Path;
use std::process::ExitCode;

use tokio::process::Command;
use workspace::{Profile, Workspace};

use crate::arguments::{Bench, Benched};
use crate::error::Error;

/// The program that measures, a binary of the package `bench`.
const MEASURE: &str = "measure";

/// Has an optimised program measure and print. This one is a debug build in a clone of the toolkit, and would take so
/// much of the machine that the function's own figures suffer.
pub(crate) async fn run(arguments: Bench) -> Result<ExitCode, Error> {
    let Benched::Relay(options) = arguments.what;
    let workspace = Workspace::read(Path::new(".")).await.ok();
    let Some(workspace) = workspace.filter(|workspace| workspace.has(MEASURE)) else {
        // Elsewhere this program was installed, so it is optimised itself.
        return Ok(bench::relay::measure(options).await?);
    };
    let program = workspace.build_binary(MEASURE, Profile::Local).await?;
    let status = Command::new(&program)
        .arg("relay")
        .args(options.words())
        .kill_on_drop(true)
        .status()
        .await
        .map_err(|source| Error::File {
            action: "run",
            path: program,
            source,
        })?;
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    Ok(code.map_or(ExitCode::FAILURE, ExitCode::from))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail so")]

    use super::*;

    #[tokio::test]
    async fn this_workspace_has_the_program_that_measures() {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));

        assert!(Workspace::read(here).await.unwrap().has(MEASURE));
    }
}
