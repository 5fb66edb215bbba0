//! Reading `Pulumi.yaml` and `Pulumi.<stack>.yaml`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use stack::Project;

const PROJECT: &str = "
name: shop
runtime: {name: go, options: {binary: target/release/infra}}
config:
  memory:
    type: integer
    description: Memory of each function in MiB
    default: 256
  protect: {type: boolean, default: false}
  zones: {type: array, items: {type: string}, default: [a, b]}
  aws:region: us-east-1
";

fn read(project: &str, stacks: &[(&str, &str)], stack: &str) -> Result<Project, String> {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("Pulumi.yaml"), project).unwrap();
    for (name, content) in stacks {
        std::fs::write(
            directory.path().join(format!("Pulumi.{name}.yaml")),
            content,
        )
        .unwrap();
    }
    Project::read(directory.path(), stack).map_err(|error| error.to_string())
}

#[test]
fn defaults_hold_where_the_stack_says_nothing_and_its_values_where_it_does() {
    let stack = "config:\n  shop:memory: 512\n  shop:other: free\n";
    let project = read(PROJECT, &[("dev", stack)], "dev").unwrap();
    assert_eq!(project.name, "shop");
    assert!(project.binary.ends_with("target/release/infra") && project.binary.is_absolute());
    let config: Vec<(&str, &str)> = project
        .config
        .iter()
        .map(|(key, value)| (key.as_str(), value.as_str()))
        .collect();
    assert_eq!(
        config,
        [
            ("aws:region", "us-east-1"),
            ("shop:memory", "512"),
            ("shop:other", "free"),
            ("shop:protect", "false"),
            ("shop:zones", r#"["a","b"]"#),
        ]
    );
    let memory = &project.settings["shop:memory"];
    assert_eq!(
        memory.description.as_deref(),
        Some("Memory of each function in MiB")
    );
}

#[test]
fn a_stack_without_a_file_or_with_an_empty_one_has_the_defaults() {
    let none = read(PROJECT, &[], "dev").unwrap();
    let empty = read(PROJECT, &[("dev", "# nothing yet\n")], "dev").unwrap();
    assert_eq!(none.config["shop:memory"], "256");
    assert_eq!(none.config, empty.config);
}

#[test]
fn each_fault_names_file_key_and_value() {
    type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a [&'a str]);
    let cases: [Case; 6] = [
        (
            PROJECT,
            &[("dev", "config:\n  shop:memory: lots\n")],
            &["Pulumi.dev.yaml", "`shop:memory` is `lots`", "integer"],
        ),
        (
            PROJECT,
            &[("dev", "config:\n  shop:key: {secure: AAABAO}\n")],
            &["Pulumi.dev.yaml", "`shop:key` is encrypted"],
        ),
        (
            PROJECT,
            &[("prod", "")],
            &["Pulumi.dev.yaml", "no stack `dev`", "prod"],
        ),
        (
            "name: shop\nruntime: go\nconfig: {}\n",
            &[],
            &["Pulumi.yaml", "runtime"],
        ),
        (
            "name: shop\nruntime: {name: go}\n",
            &[],
            &["Pulumi.yaml", "runtime.options.binary"],
        ),
        (
            "name: shop\nruntime: {name: go, options: {binary: a}}\nconfig:\n  key: {type: string}\n",
            &[],
            &["Pulumi.yaml", "`shop:key` has no default"],
        ),
    ];
    for (project, stacks, expected) in cases {
        let error = read(project, stacks, "dev").unwrap_err();
        for part in expected {
            assert!(error.contains(part), "{part:?} is not in {error:?}");
        }
    }
}

#[test]
fn a_directory_without_a_project_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let error = Project::read(directory.path(), "dev")
        .unwrap_err()
        .to_string();
    assert!(error.contains("Pulumi.yaml: can't be read"), "{error}");
}
