//! The workspace's dependency rule: the toolkit and the emulator know nothing of this application.

#![allow(clippy::unwrap_used, reason = "a test may fail so")]

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

/// Which packages of the workspace each one may depend on, in tests too.
const ALLOWED: [(&str, &[&str]); 16] = [
    ("contract", &[]),
    ("events", &["contract"]),
    ("outbox", &["contract"]),
    ("pulumi", &[]),
    ("stack", &[]),
    ("delivery", &[]),
    ("emulator", &["delivery", "stack"]),
    ("protocol-tests", &["pulumi", "stack"]),
    ("sandbox", &[]),
    ("workspace", &[]),
    ("bench", &["sandbox", "workspace"]),
    (
        "cargo-outbox",
        &[
            "bench",
            "contract",
            "delivery",
            "emulator",
            "outbox",
            "stack",
            "workspace",
        ],
    ),
    (
        "infra",
        &[
            "contract",
            "delivery",
            "emulator",
            "events",
            "pulumi",
            "stack",
            "workspace",
        ],
    ),
    (
        "simulation",
        &[
            "contract",
            "delivery",
            "emulator",
            "events",
            "notify-restaurant",
            "order-tracking",
            "outbox",
            "place-order",
            "stack",
            "user-created-consumer",
            "users-relay",
        ],
    ),
    ("parcels", &["contract", "outbox"]),
    ("warehouse", &["contract", "outbox", "pulumi"]),
];

/// What every package below `functions/` may depend on; `sandbox` runs them in their tests.
const FUNCTIONS: &[&str] = &["contract", "events", "outbox", "sandbox"];

/// All that `contract` may depend on: whoever reads events should not pay for more.
const CONTRACT: [&str; 3] = ["schemars", "serde", "serde_json"];

#[derive(Debug)]
struct Package {
    manifest: String,
    dependencies: BTreeSet<String>,
    normal_dependencies: BTreeSet<String>,
}

fn workspace() -> BTreeMap<String, Package> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version", "1"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let package = |package: &Value| {
        let of_kind = |wanted: fn(&Value) -> bool| {
            let dependencies = package["dependencies"].as_array().unwrap().iter();
            let names = dependencies.filter(|dependency| wanted(&dependency["kind"]));
            names.map(|dependency| text(&dependency["name"])).collect()
        };
        let facts = Package {
            manifest: text(&package["manifest_path"]),
            dependencies: of_kind(|_| true),
            normal_dependencies: of_kind(Value::is_null),
        };
        (text(&package["name"]), facts)
    };
    metadata["packages"]
        .as_array()
        .unwrap()
        .iter()
        .map(package)
        .collect()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

#[test]
fn every_package_depends_only_on_those_below_it() {
    let workspace = workspace();
    let names: BTreeSet<&String> = workspace.keys().collect();
    let rules: BTreeMap<&str, &[&str]> = ALLOWED.into_iter().collect();
    let mut broken = Vec::new();

    for (name, package) in &workspace {
        let allowed = match rules.get(name.as_str()) {
            Some(allowed) => allowed,
            None if package.manifest.contains("/functions/") => FUNCTIONS,
            None => {
                broken.push(format!("{name} has no rule here: add one"));
                continue;
            }
        };
        let inside = package
            .dependencies
            .iter()
            .filter(|name| names.contains(name));
        let forbidden = inside.filter(|other| *other != name && !allowed.contains(&other.as_str()));
        broken.extend(forbidden.map(|other| format!("{name} depends on {other}")));
    }

    assert_eq!(broken, Vec::<String>::new());
    assert!(
        rules.keys().all(|name| workspace.contains_key(*name)),
        "a rule names no package"
    );
}

#[test]
fn a_contract_costs_its_reader_serde_and_schemars_only() {
    let workspace = workspace();

    let expected: BTreeSet<String> = CONTRACT.map(str::to_owned).into();
    assert!(
        workspace["contract"]
            .normal_dependencies
            .is_subset(&expected),
        "{:?}",
        workspace["contract"].normal_dependencies
    );
}
