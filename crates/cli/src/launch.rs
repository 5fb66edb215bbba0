use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use emulator::{Emulating, Emulator, Options};
use stack::{Aws, Project, Stack};
use workspace::{Profile, Workspace};

use crate::arguments::Settings;
use crate::error::Error;

/// A declared stack that runs.
#[derive(Debug)]
pub(crate) struct Launched {
    pub(crate) stack: Stack,
    pub(crate) emulating: Emulating,
}

/// From a project to a running stack: takes the ports and the state, builds the Pulumi program,
/// runs it, builds the functions it declares and brings its resources up.
pub(crate) async fn launch(
    directory: &Path,
    settings: &Settings,
    options: Options,
) -> Result<Launched, Error> {
    let name = &settings.stack;
    let of_stack = |source| Error::Stack {
        stack: name.clone(),
        source,
    };
    let of_emulator = |source| Error::Emulator {
        stack: name.clone(),
        source,
    };

    let project = Project::read(directory, name).map_err(of_stack)?;
    let provider = Aws {
        region: options.region.clone(),
        account: options.account.clone(),
        endpoint: None,
    };
    // First of all, so that a port or state in use is told before a long build.
    let emulator = Emulator::bind(options).await.map_err(of_emulator)?;
    let provider = Aws {
        endpoint: Some(emulator.endpoint()),
        ..provider
    };

    let workspace = Workspace::read(directory).await?;
    let profile = if settings.release {
        Profile::Local
    } else {
        Profile::Dev
    };
    let mut program = project.program();
    program.binary = build_program(&workspace, &project.binary, profile).await?;
    let stack = stack::run(&program, Arc::new(provider))
        .await
        .map_err(of_stack)?;

    let binaries = build_functions(&workspace, &stack, profile, &settings.binaries).await?;
    read_ahead(&binaries).await;
    let emulating = emulator
        .start(&stack, &binaries)
        .await
        .map_err(of_emulator)?;
    Ok(Launched { stack, emulating })
}

/// Has the functions' programs in memory before the first events, which would wait for the disk else. What can't be
/// read is told when it is to run.
async fn read_ahead(binaries: &BTreeMap<String, PathBuf>) {
    for path in binaries.values() {
        let _ = tokio::fs::read(path).await;
    }
}

async fn build_program(
    workspace: &Workspace,
    path: &Path,
    profile: Profile,
) -> Result<PathBuf, Error> {
    let binary = path
        .file_name()
        .and_then(OsStr::to_str)
        .unwrap_or_default()
        .to_owned();
    if !workspace.has(&binary) {
        return Err(Error::UnknownProgram {
            path: path.to_owned(),
            binary,
        });
    }
    Ok(workspace.build_binary(&binary, profile).await?)
}

/// The executable of each package that the stack's functions run.
async fn build_functions(
    workspace: &Workspace,
    stack: &Stack,
    profile: Profile,
    replaced: &[(String, PathBuf)],
) -> Result<BTreeMap<String, PathBuf>, Error> {
    let of_stack = |source: emulator::DeclarationError| Error::Emulator {
        stack: stack.name.clone(),
        source: source.into(),
    };
    let functions = emulator::lambda::declared(stack).map_err(of_stack)?;
    let packages: BTreeSet<String> = functions
        .iter()
        .map(|function| function.package.clone())
        .collect();
    let replaced = replacements(&packages, replaced)?;
    for function in &functions {
        let package = &function.package;
        if !replaced.contains_key(package) && !workspace.has(package) {
            return Err(Error::UnknownPackage {
                resource: function.resource.clone(),
                path: archive(stack, &function.arn),
                binary: package.clone(),
            });
        }
    }
    let to_build = packages
        .into_iter()
        .filter(|package| !replaced.contains_key(package))
        .collect();
    let mut binaries = workspace.build(&to_build, profile).await?;
    binaries.extend(replaced);
    Ok(binaries)
}

/// The executables given by hand, by package and absolute.
fn replacements(
    packages: &BTreeSet<String>,
    given: &[(String, PathBuf)],
) -> Result<BTreeMap<String, PathBuf>, Error> {
    let mut replaced = BTreeMap::new();
    for (package, path) in given {
        if !packages.contains(package) {
            return Err(Error::UnusedBinary {
                name: package.clone(),
                declared: packages.iter().cloned().collect(),
            });
        }
        let absolute = path.canonicalize().map_err(|source| Error::File {
            action: "find the executable",
            path: path.clone(),
            source,
        })?;
        replaced.insert(package.clone(), absolute);
    }
    Ok(replaced)
}

fn archive(stack: &Stack, arn: &str) -> String {
    let code = stack
        .by_arn(arn)
        .and_then(|function| function.inputs.get("code"));
    code.and_then(stack::archive_path)
        .unwrap_or_default()
        .to_owned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail so")]

    use super::*;

    #[test]
    fn a_binary_given_by_hand_belongs_to_a_declared_package_and_exists() {
        let packages = BTreeSet::from(["greet".to_owned()]);
        let given = |package: &str, path: &Path| vec![(package.to_owned(), path.to_owned())];
        let here = Path::new("Cargo.toml");

        let replaced = replacements(&packages, &given("greet", here)).unwrap();
        let unused = replacements(&packages, &given("greeter", here)).unwrap_err();
        let missing = replacements(&packages, &given("greet", Path::new("none"))).unwrap_err();

        assert!(replaced.get("greet").unwrap().is_absolute());
        assert!(unused.to_string().contains("\"greeter\"") && unused.to_string().contains("greet"));
        assert!(missing.to_string().contains("none"), "{missing}");
    }
}
