//! The declared functions and the packages of the workspace are the same list.

use std::collections::BTreeSet;

use crate::declared::{dev, root};

/// The packages whose archives the declared functions run.
async fn declared() -> BTreeSet<String> {
    let stack = dev().await;
    let functions = stack.of_type("aws:lambda/function:Function");
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
