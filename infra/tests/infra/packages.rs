//! The declared functions, the workspace's packages and the README's build command are the same list.

use std::collections::BTreeSet;

use crate::declared::{dev, dev_with_orders_relay, root};

/// The packages whose archives the declared functions run, whatever is configured.
async fn declared() -> BTreeSet<String> {
    let stacks = [dev().await, dev_with_orders_relay().await];
    let functions = stacks
        .iter()
        .flat_map(|stack| stack.of_type("aws:lambda/function:Function"));
    let package = |path: &str| {
        let package = path
            .strip_prefix("target/lambda/")?
            .strip_suffix("/bootstrap.zip")?;
        Some(package.to_owned())
    };
    functions
        .map(|function| {
            let path = stack::archive_path(&function.inputs["code"]).unwrap();
            package(path).unwrap_or_else(|| panic!("{path} is not what cargo lambda builds"))
        })
        .collect()
}

#[tokio::test]
async fn given_the_functions_of_the_workspace_then_each_is_declared_and_no_other() {
    let entries = std::fs::read_dir(root().join("functions")).unwrap();
    let folders = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.join("Cargo.toml").is_file());
    let names = folders.map(|path| path.file_name().unwrap().to_string_lossy().into_owned());
    assert_eq!(names.collect::<BTreeSet<_>>(), declared().await);
}

#[tokio::test]
async fn given_the_readme_then_its_build_command_builds_exactly_the_declared_functions() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    // A command may go on after a backslash.
    let readme = readme.replace("\\\n", " ");
    let commands: Vec<Vec<&str>> = readme
        .lines()
        .map(|line| line.trim_start_matches("$ ").split_whitespace().collect())
        .filter(|words: &Vec<&str>| {
            words.starts_with(&["cargo", "lambda", "build"]) && words.contains(&"--arm64")
        })
        .collect();
    assert_eq!(
        commands.len(),
        1,
        "the README has one command that builds for AWS: {commands:?}"
    );
    let pairs: Vec<_> = commands[0].windows(2).collect();
    assert!(
        commands[0].contains(&"--release") && pairs.contains(&&["--output-format", "zip"][..]),
        "{:?}",
        commands[0]
    );

    let built: BTreeSet<_> = pairs
        .iter()
        .filter(|pair| pair[0] == "-p")
        .map(|pair| pair[1].to_owned())
        .collect();

    assert_eq!(built, declared().await);
}
