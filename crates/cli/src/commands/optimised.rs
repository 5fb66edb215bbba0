use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;

use workspace::{Profile, Workspace};

use crate::error::Error;

/// The program that this is.
const PROGRAM: &str = "cargo-outbox";

/// Goes on as the optimised build of this program, with the same command line, where this one is a debug build in a
/// clone of the toolkit: the emulator in it takes several times as long for everything. Returns if there is nothing
/// to do; elsewhere this program was installed, so it is optimised itself.
pub(crate) async fn go_on_optimised() -> Result<(), Error> {
    if !cfg!(debug_assertions) {
        return Ok(());
    }
    let workspace = Workspace::read(Path::new(".")).await.ok();
    let Some(workspace) = workspace.filter(|workspace| workspace.has(PROGRAM)) else {
        return Ok(());
    };
    let program = workspace.build_binary(PROGRAM, Profile::Local).await?;
    // It takes the place of this process, so that signals and the exit code are its own.
    let source = Command::new(&program)
        .args(std::env::args_os().skip(1))
        .exec();
    Err(Error::File {
        action: "run",
        path: program,
        source,
    })
}
