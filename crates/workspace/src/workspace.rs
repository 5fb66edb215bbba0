use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde::Deserialize;
use tokio::io::{AsyncBufReadExt, BufReader};

use crate::Error;
use crate::cargo::{cargo, missing};
use crate::messages::executable;

/// A cargo workspace, and how its programs are built.
#[derive(Debug)]
pub struct Workspace {
    /// Its root: in a member's directory cargo would build that member alone, so with other features,
    /// and would not know the others' binaries.
    directory: PathBuf,
    binaries: BTreeSet<String>,
}

/// With which cargo profile.
#[derive(Clone, Copy, Debug)]
pub enum Profile {
    /// `dev`: quick to build.
    Dev,
    /// `local`: optimised, and still quick to link.
    Local,
}

impl Workspace {
    /// Asks cargo what the workspace around `directory` holds. Builds nothing.
    ///
    /// # Errors
    /// There is no cargo, or it finds no workspace or can't read it.
    pub async fn read(directory: &Path) -> Result<Self, Error> {
        let output = cargo(directory)
            .args(["metadata", "--no-deps", "--format-version", "1"])
            .output()
            .await
            .map_err(missing)?;
        if !output.status.success() {
            return Err(Error::Unreadable {
                directory: directory.to_owned(),
                message: String::from_utf8_lossy(&output.stderr).trim().to_owned(),
            });
        }
        let metadata: Metadata = serde_json::from_slice(&output.stdout).map_err(Error::Form)?;
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
    #[must_use]
    pub fn has(&self, binary: &str) -> bool {
        self.binaries.contains(binary)
    }

    /// Builds these binaries and says where they are. Cargo shows its progress on standard error.
    ///
    /// No `-p`: cargo then unites features over the whole workspace, as `cargo test` does, and
    /// neither compiles a dependency again after the other.
    ///
    /// # Errors
    /// There is no cargo, or the build fails.
    pub async fn build(
        &self,
        binaries: &BTreeSet<String>,
        profile: Profile,
    ) -> Result<BTreeMap<String, PathBuf>, Error> {
        let chosen = binaries.iter().flat_map(|binary| ["--bin", binary]);
        let arguments: Vec<_> = profile.arguments().iter().copied().chain(chosen).collect();
        self.built(&arguments, binaries).await
    }

    /// Builds one binary, as [`Workspace::build`] does.
    ///
    /// # Errors
    /// There is no cargo, or the build fails.
    pub async fn build_binary(&self, name: &str, profile: Profile) -> Result<PathBuf, Error> {
        let arguments = [profile.arguments(), &["--bin", name]].concat();
        self.built_one(&arguments, name).await
    }

    /// Builds an example for development, with the features of the whole workspace.
    ///
    /// # Errors
    /// There is no cargo, or the build fails.
    pub async fn build_example(&self, name: &str) -> Result<PathBuf, Error> {
        self.built_one(&["--example", name], name).await
    }

    /// Builds the binary that has the name of its package for release, with the features of this package alone: as
    /// it is deployed.
    ///
    /// # Errors
    /// There is no cargo, or the build fails.
    pub async fn build_release(&self, package: &str) -> Result<PathBuf, Error> {
        self.built_one(&["--release", "--package", package], package)
            .await
    }

    async fn built_one(&self, arguments: &[&str], name: &str) -> Result<PathBuf, Error> {
        let mut built = self
            .built(arguments, &BTreeSet::from([name.to_owned()]))
            .await?;
        built.remove(name).ok_or_else(|| Error::NoExecutable {
            target: name.to_owned(),
        })
    }

    async fn built(
        &self,
        arguments: &[&str],
        wanted: &BTreeSet<String>,
    ) -> Result<BTreeMap<String, PathBuf>, Error> {
        if wanted.is_empty() {
            return Ok(BTreeMap::new());
        }
        let mut child = cargo(&self.directory)
            .args(["build", "--message-format", "json-render-diagnostics"])
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .map_err(missing)?;
        let mut built = BTreeMap::new();
        if let Some(stdout) = child.stdout.take() {
            let mut lines = BufReader::new(stdout).lines();
            while let Ok(Some(line)) = lines.next_line().await {
                built.extend(executable(&line));
            }
        }
        if !child.wait().await.map_err(missing)?.success() {
            return Err(Error::Build {
                targets: wanted.iter().cloned().collect(),
            });
        }
        built.retain(|name, _| wanted.contains(name));
        match wanted.iter().find(|target| !built.contains_key(*target)) {
            Some(target) => Err(Error::NoExecutable {
                target: target.clone(),
            }),
            None => Ok(built),
        }
    }
}

impl Profile {
    fn arguments(self) -> &'static [&'static str] {
        match self {
            Self::Dev => &[],
            Self::Local => &["--profile", "local"],
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail so")]

    use super::*;

    #[tokio::test]
    async fn a_workspace_knows_its_binaries_and_no_others() {
        let workspace = Workspace::read(Path::new(env!("CARGO_MANIFEST_DIR")))
            .await
            .unwrap();

        assert!(workspace.has("cargo-outbox"));
        assert!(!workspace.has("no-such-binary"));
    }

    #[tokio::test]
    async fn what_is_read_in_a_members_directory_is_the_workspace_at_the_root() {
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
}
