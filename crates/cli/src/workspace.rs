use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde::Deserialize;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Command;

use crate::error::Error;

/// The cargo workspace around a Pulumi program, and how its binaries are built.
#[derive(Debug)]
pub(crate) struct Workspace {
    /// Its root: in a member's directory cargo would build that member alone, so with other features,
    /// and would not know the others' binaries.
    directory: PathBuf,
    binaries: BTreeSet<String>,
}

/// With which cargo profile.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Profile {
    /// `dev`: quick to build.
    Dev,
    /// `local`: optimised, and still quick to link.
    Local,
}

impl Workspace {
    /// Asks cargo what the workspace around `directory` holds. Builds nothing.
    pub(crate) async fn read(directory: &Path) -> Result<Self, Error> {
        let output = cargo(directory)
            .args(["metadata", "--no-deps", "--format-version", "1"])
            .output()
            .await
            .map_err(cargo_missing)?;
        if !output.status.success() {
            return Err(Error::Workspace {
                directory: directory.to_owned(),
                message: String::from_utf8_lossy(&output.stderr).trim().to_owned(),
            });
        }
        let metadata: Metadata =
            serde_json::from_slice(&output.stdout).map_err(Error::WorkspaceForm)?;
        let targets = metadata
            .packages
            .into_iter()
            .flat_map(|package| package.targets);
        Ok(Self {
            directory: metadata.workspace_root,
            binaries: targets
                .filter(|target| target.kind.iter().any(|kind| kind == "bin"))
                .map(|target| target.name)
                .collect(),
        })
    }

    /// Whether a package of the workspace has this binary.
    pub(crate) fn has(&self, binary: &str) -> bool {
        self.binaries.contains(binary)
    }

    /// Builds these binaries and says where they are. Cargo shows its progress on standard error.
    ///
    /// No `-p`: cargo then unites features over the whole workspace, as `cargo test` does, and
    /// neither compiles a dependency again after the other.
    pub(crate) async fn build(
        &self,
        binaries: &BTreeSet<String>,
        profile: Profile,
    ) -> Result<BTreeMap<String, PathBuf>, Error> {
        if binaries.is_empty() {
            return Ok(BTreeMap::new());
        }
        let mut command = cargo(&self.directory);
        command.args(["build", "--message-format", "json-render-diagnostics"]);
        if let Profile::Local = profile {
            command.args(["--profile", "local"]);
        }
        for binary in binaries {
            command.args(["--bin", binary]);
        }
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .map_err(cargo_missing)?;
        let mut built = BTreeMap::new();
        if let Some(stdout) = child.stdout.take() {
            let mut lines = BufReader::new(stdout).lines();
            while let Ok(Some(line)) = lines.next_line().await {
                if let Some((name, path)) = executable(&line) {
                    built.insert(name, path);
                }
            }
        }
        if !child.wait().await.map_err(cargo_missing)?.success() {
            return Err(Error::Build {
                binaries: binaries.iter().cloned().collect(),
            });
        }
        built.retain(|name, _| binaries.contains(name));
        match binaries.iter().find(|binary| !built.contains_key(*binary)) {
            Some(binary) => Err(Error::NoExecutable {
                binary: binary.clone(),
            }),
            None => Ok(built),
        }
    }
}

#[derive(Deserialize)]
struct Metadata {
    workspace_root: PathBuf,
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    targets: Vec<Target>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
    kind: Vec<String>,
}

#[derive(Deserialize)]
struct Artifact {
    target: Target,
    executable: Option<PathBuf>,
}

/// The binary that one of cargo's messages reports as built.
///
/// <https://doc.rust-lang.org/cargo/reference/external-tools.html#artifact-messages>
fn executable(message: &str) -> Option<(String, PathBuf)> {
    let artifact: Artifact = serde_json::from_str(message).ok()?;
    let is_binary = artifact.target.kind.iter().any(|kind| kind == "bin");
    Some((
        artifact.target.name,
        artifact.executable.filter(|_| is_binary)?,
    ))
}

/// A child cargo that does not notice that it was started by one.
///
/// `cargo run` and `cargo test` give their children variables about the running package
/// (`CARGO_PKG_NAME` …, `OUT_DIR` if it has a build script) and a library path. Build scripts such as `ring`'s watch them, so each would be compiled again, and
/// once more by the next plain `cargo test`. What a user may set (`CARGO_HOME`, `CARGO_TARGET_DIR`,
/// `CARGO_BUILD_JOBS` …) stays.
/// <https://doc.rust-lang.org/cargo/reference/environment-variables.html>
fn cargo(directory: &Path) -> Command {
    let mut command = Command::new(program());
    for (name, _) in std::env::vars_os() {
        if set_by_cargo(&name) {
            command.env_remove(name);
        }
    }
    command.current_dir(directory).kill_on_drop(true);
    command
}

fn set_by_cargo(name: &OsStr) -> bool {
    const NAMES: [&str; 5] = [
        "CARGO",
        "OUT_DIR",
        "LD_LIBRARY_PATH",
        "CARGO_CRATE_NAME",
        "CARGO_PRIMARY_PACKAGE",
    ];
    const FAMILIES: [&str; 3] = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_"];
    let name = name.to_string_lossy();
    NAMES.contains(&name.as_ref()) || FAMILIES.iter().any(|family| name.starts_with(family))
}

/// The cargo that started us, or the one on the PATH.
fn program() -> String {
    std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned())
}

fn cargo_missing(source: std::io::Error) -> Error {
    Error::CargoMissing {
        program: program(),
        source,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail so")]

    use super::*;

    #[tokio::test]
    async fn this_workspace_has_our_binary_and_not_another() {
        let workspace = Workspace::read(Path::new(env!("CARGO_MANIFEST_DIR")))
            .await
            .unwrap();

        assert!(workspace.has("cargo-outbox"));
        assert!(!workspace.has("no-such-binary"));
    }

    #[tokio::test]
    async fn a_program_in_a_members_directory_is_built_from_the_workspaces_root() {
        let member = Path::new(env!("CARGO_MANIFEST_DIR"));

        let workspace = Workspace::read(member).await.unwrap();

        let root = member.ancestors().nth(2).unwrap();
        assert_eq!(workspace.directory, root);
    }

    #[tokio::test]
    async fn a_directory_outside_any_workspace_is_an_error_that_names_it() {
        let directory = tempfile::tempdir().unwrap();

        let error = Workspace::read(directory.path())
            .await
            .unwrap_err()
            .to_string();

        assert!(
            error.contains(&directory.path().display().to_string()),
            "{error}"
        );
        assert!(error.contains("Cargo.toml"), "{error}");
    }

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

    #[test]
    fn only_binaries_count_as_executables() {
        let message = |kind: &str| {
            format!(
                r#"{{"reason":"compiler-artifact","target":{{"name":"a","kind":["{kind}"]}},"executable":"/t/a"}}"#
            )
        };
        assert_eq!(
            executable(&message("bin")),
            Some(("a".to_owned(), PathBuf::from("/t/a")))
        );
        assert_eq!(executable(&message("test")), None);
        assert_eq!(executable("   Compiling a"), None);
    }
}
