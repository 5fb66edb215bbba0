use std::ffi::OsStr;
use std::path::Path;

use tokio::process::Command;

use crate::Error;

/// A child cargo that does not notice that it was started by one.
///
/// `cargo run` and `cargo test` give their children variables about the running package (`CARGO_PKG_NAME` …,
/// `OUT_DIR` if it has a build script) and a library path. Build scripts such as `ring`'s watch them, so each would be
/// compiled again, and once more by the next plain `cargo test`. What a user may set (`CARGO_HOME`,
/// `CARGO_TARGET_DIR`, `CARGO_BUILD_JOBS` …) stays.
/// <https://doc.rust-lang.org/cargo/reference/environment-variables.html>
pub(crate) fn cargo(directory: &Path) -> Command {
    let mut command = Command::new(program());
    for (name, _) in std::env::vars_os() {
        if set_by_cargo(&name) {
            command.env_remove(name);
        }
    }
    command.current_dir(directory).kill_on_drop(true);
    command
}

/// The error that [`cargo`] can't be started.
pub(crate) fn missing(source: std::io::Error) -> Error {
    Error::CargoMissing {
        program: program(),
        source,
    }
}

fn set_by_cargo(name: &OsStr) -> bool {
    const NAMES: [&str; 5] = [
        "CARGO",
        "CARGO_CRATE_NAME",
        "CARGO_PRIMARY_PACKAGE",
        "LD_LIBRARY_PATH",
        "OUT_DIR",
    ];
    const FAMILIES: [&str; 3] = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_"];
    let name = name.to_string_lossy();
    NAMES.contains(&name.as_ref()) || FAMILIES.iter().any(|family| name.starts_with(family))
}

/// The cargo that started us, or the one on the PATH.
fn program() -> String {
    std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cargo_sets_is_removed_and_what_a_user_sets_stays() {
        for removed in [
            "CARGO",
            "CARGO_PKG_NAME",
            "CARGO_MANIFEST_DIR",
            "OUT_DIR",
            "LD_LIBRARY_PATH",
        ] {
            assert!(set_by_cargo(OsStr::new(removed)), "{removed}");
        }
        for kept in [
            "CARGO_HOME",
            "CARGO_TARGET_DIR",
            "CARGO_BUILD_JOBS",
            "CARGO_INCREMENTAL",
            "PATH",
        ] {
            assert!(!set_by_cargo(OsStr::new(kept)), "{kept}");
        }
    }
}
