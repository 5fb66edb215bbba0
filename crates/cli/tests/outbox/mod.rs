//! Runs the real binary in this workspace.

#![allow(dead_code, reason = "each test file uses a part of this")]

pub(crate) mod example;
pub(crate) mod up;

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// How a command ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) output: String,
    pub(crate) errors: String,
}

/// Runs `cargo outbox` with these arguments to its end.
pub(crate) fn outbox(arguments: &[&str]) -> Ended {
    ended(command(arguments).spawn().unwrap())
}

/// Starts `cargo outbox` with these arguments; its output can be read while it runs.
pub(crate) fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-outbox"));
    command
        .arg("outbox")
        .args(arguments)
        .current_dir(root())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Waits for the end of a started command.
pub(crate) fn ended(child: Child) -> Ended {
    let output = child.wait_with_output().unwrap();
    Ended {
        code: output.status.code(),
        output: String::from_utf8(output.stdout).unwrap(),
        errors: String::from_utf8(output.stderr).unwrap(),
    }
}

/// The workspace's root.
pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap().to_owned()
}
