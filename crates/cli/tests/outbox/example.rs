use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use super::root;

/// Builds an example function of the workspace and says where it is.
pub(crate) fn example(name: &str) -> PathBuf {
    built("--example", name)
}

/// Builds a function of the workspace and says where it is.
pub(crate) fn function(name: &str) -> PathBuf {
    built("--bin", name)
}

/// Without `-p`, and without what `cargo test` sets, so that nothing else is compiled again.
fn built(kind: &str, name: &str) -> PathBuf {
    let mut cargo = Command::new("cargo");
    for (variable, _) in std::env::vars() {
        let ours = ["CARGO_HOME", "CARGO_TARGET_DIR"].contains(&variable.as_str());
        if (variable.starts_with("CARGO") && !ours)
            || ["LD_LIBRARY_PATH", "OUT_DIR"].contains(&variable.as_str())
        {
            cargo.env_remove(variable);
        }
    }
    let output = cargo
        .args(["build", kind, name, "--message-format", "json"])
        .current_dir(root())
        .output()
        .unwrap();
    let messages = String::from_utf8(output.stdout).unwrap();
    let path = messages.lines().find_map(|line| {
        let message: Value = serde_json::from_str(line).ok()?;
        let executable = message.get("executable")?.as_str()?;
        (message["target"]["name"] == name).then(|| PathBuf::from(executable))
    });
    path.unwrap_or_else(|| panic!("{}", String::from_utf8_lossy(&output.stderr)))
}
