//! What can't be brought up is refused with what to do about it, and nothing is damaged.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod support;

use std::collections::BTreeMap;
use std::path::Path;

use emulator::state::Running;
use emulator::{Emulator, Error, Options};
use serde_json::json;
use support::{fixture, stack, start_with};

fn in_directory(directory: &Path) -> Options {
    Options {
        state: Some(directory.to_owned()),
        ..Options::default()
    }
}

#[tokio::test]
async fn a_port_in_use_is_told_with_the_option_that_changes_it() {
    let first = Emulator::bind(Options::default()).await.unwrap();
    let port = first
        .endpoint()
        .rsplit(':')
        .next()
        .unwrap()
        .parse()
        .unwrap();

    for (options, option) in [
        (
            Options {
                port,
                ..Options::default()
            },
            "--port",
        ),
        (
            Options {
                invoke_port: port,
                ..Options::default()
            },
            "--invoke-port",
        ),
    ] {
        let error = Emulator::bind(options).await.unwrap_err().to_string();

        assert!(
            error.contains(&port.to_string()) && error.contains(option),
            "{error}"
        );
    }
}

#[tokio::test]
async fn a_state_directory_in_use_names_its_owner() {
    let place = tempfile::tempdir().unwrap();
    let _first = Emulator::bind(in_directory(place.path())).await.unwrap();

    let error = Emulator::bind(in_directory(place.path()))
        .await
        .unwrap_err();

    let owner = std::process::id().to_string();
    assert!(
        matches!(error, Error::State(_)) && error.to_string().contains(&owner),
        "{error}"
    );
}

#[tokio::test]
async fn a_resource_that_can_not_be_run_is_refused_by_name_and_type() {
    let mut stack = stack(&[("f", json!({}))]);
    let mut cluster = stack.resources[0].clone();
    "cache".clone_into(&mut cluster.name);
    "aws:elasticache/cluster:Cluster".clone_into(&mut cluster.type_token);
    stack.resources.push(cluster);
    let emulator = Emulator::bind(Options::default()).await.unwrap();

    let binaries = BTreeMap::from([("fixture".to_owned(), fixture())]);
    let error = emulator.start(&stack, &binaries).await.unwrap_err();

    let text = error.to_string();
    assert!(
        text.contains("\"cache\"") && text.contains("aws:elasticache/cluster:Cluster"),
        "{text}"
    );
}

#[tokio::test]
async fn a_function_whose_package_was_not_built_is_refused() {
    let emulator = Emulator::bind(Options::default()).await.unwrap();

    let error = emulator
        .start(&stack(&[("f", json!({}))]), &BTreeMap::new())
        .await
        .unwrap_err();

    let text = error.to_string();
    assert!(
        text.contains("\"f\"") && text.contains("\"fixture\""),
        "{text}"
    );
}

#[tokio::test]
async fn others_find_a_running_emulator_until_it_stops() {
    let place = tempfile::tempdir().unwrap();
    let emulating = start_with(&stack(&[("f", json!({}))]), in_directory(place.path())).await;

    let found = Running::read(place.path()).unwrap();

    assert_eq!(&found, emulating.running());
    assert_eq!(found.functions["f"], "shop-dev-f");
    emulating.stop().await;
    let error = Running::read(place.path()).unwrap_err().to_string();
    assert!(error.contains("cargo outbox up"), "{error}");
}

#[tokio::test]
async fn an_emulator_that_is_not_ready_yet_is_not_found_by_what_a_killed_one_left() {
    let place = tempfile::tempdir().unwrap();
    let emulating = start_with(&stack(&[("f", json!({}))]), in_directory(place.path())).await;
    let left = std::fs::read(place.path().join("running.json")).unwrap();
    emulating.stop().await;
    std::fs::write(place.path().join("running.json"), left).unwrap();

    let _not_ready = Emulator::bind(in_directory(place.path())).await.unwrap();

    assert!(Running::read(place.path()).is_err());
}

#[tokio::test]
async fn an_emulator_starts_again_on_the_state_it_left() {
    let place = tempfile::tempdir().unwrap();
    for _ in 0..2 {
        let emulating = start_with(&stack(&[("f", json!({}))]), in_directory(place.path())).await;
        emulating.stop().await;
    }

    let mut kept: Vec<_> = std::fs::read_dir(place.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    kept.sort();
    assert_eq!(
        kept,
        ["lock", "logs", "s3", "state.db", "tables.db", "version"]
    );
}
