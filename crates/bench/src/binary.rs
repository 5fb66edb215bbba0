//! Builds the program to measure.

use std::env;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde::Deserialize;

use crate::Error;

/// Builds a package of the workspace in release mode, cargo's progress shown, and returns its program.
pub fn build_release(package: &str) -> Result<PathBuf, Error> {
    let output = cargo()
        .args(["build", "--release", "--package", package])
        .arg("--message-format=json-render-diagnostics")
        .stderr(Stdio::inherit())
        .output()
        .map_err(|source| Error::Cargo {
            package: package.to_owned(),
            source,
        })?;
    if !output.status.success() {
        return Err(Error::Build {
            package: package.to_owned(),
        });
    }
    output
        .stdout
        .split(|&byte| byte == b'\n')
        .filter_map(|line| serde_json::from_slice::<Artifact>(line).ok())
        .find(|artifact| artifact.target.name == package)
        .map(|artifact| artifact.executable)
        .ok_or_else(|| Error::NoBinary {
            package: package.to_owned(),
        })
}

/// Cargo as it runs from a shell. Started by another cargo it would inherit variables that build
/// scripts watch, and compile half the dependencies again.
fn cargo() -> Command {
    let mut cargo = Command::new("cargo");
    for (name, _) in env::vars_os() {
        let Some(name) = name.to_str() else { continue };
        let kept = matches!(name, "CARGO_HOME" | "CARGO_TARGET_DIR");
        if (name.starts_with("CARGO") && !kept) || matches!(name, "LD_LIBRARY_PATH" | "OUT_DIR") {
            cargo.env_remove(name);
        }
    }
    cargo
}

/// The one of cargo's messages that names a program.
///
/// See <https://doc.rust-lang.org/cargo/reference/external-tools.html#artifact-messages>.
#[derive(Deserialize)]
struct Artifact {
    target: Target,
    executable: PathBuf,
}

#[derive(Deserialize)]
struct Target {
    name: String,
}
