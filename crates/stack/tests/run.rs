//! Programs that don't end as they should.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use stack::{Aws, Error, Program, run, run_within};

fn program(name: &str) -> Program {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/programs");
    Program {
        binary: directory.join(name),
        directory,
        project: "shop".to_owned(),
        stack: "dev".to_owned(),
        config: BTreeMap::from([
            ("memory".to_owned(), "512".to_owned()),
            ("aws:region".to_owned(), "eu-west-1".to_owned()),
        ]),
        preview: false,
    }
}

fn aws() -> Arc<Aws> {
    Arc::new(Aws {
        region: "us-east-1".to_owned(),
        account: "000000000000".to_owned(),
        endpoint: None,
    })
}

#[tokio::test]
async fn a_missing_program_is_named() {
    let error = run(&program("nowhere"), aws()).await.unwrap_err();
    assert!(
        error.to_string().contains("tests/programs/nowhere"),
        "{error}"
    );
}

#[tokio::test]
async fn a_file_that_can_not_be_started_is_named() {
    let mut program = program("hang");
    program.binary = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    let error = run(&program, aws()).await.unwrap_err();
    assert!(matches!(error, Error::Start { .. }), "{error}");
    assert!(error.to_string().contains("stack/Cargo.toml"), "{error}");
}

#[tokio::test]
async fn a_failed_program_is_told_with_its_exit_code_and_its_own_lines() {
    let error = run(&program("fail"), aws()).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the program failed (exit status: 3): error: no such table"
    );
}

#[tokio::test]
async fn a_relative_path_is_one_of_the_caller_and_not_of_the_directory_it_runs_in() {
    let mut program = program("fail");
    program.binary = "tests/programs/fail".into();
    program.directory = "tests/programs".into();
    let error = run(&program, aws()).await.unwrap_err();
    assert!(matches!(error, Error::Failed { .. }), "{error}");
}

#[tokio::test]
async fn success_without_a_completed_stack_is_an_error() {
    let error = run(&program("silent"), aws()).await.unwrap_err();
    assert!(
        matches!(error, Error::Incomplete { declared: 0 }),
        "{error}"
    );
}

#[tokio::test]
async fn a_program_that_makes_no_step_is_ended_and_its_last_step_told() {
    let limit = Duration::from_millis(50);
    let error = run_within(&program("hang"), aws(), limit)
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "the program made no step for 0.05 s and was ended; its last step: it was started"
    );
}

#[tokio::test]
async fn configuration_reaches_the_program_under_full_keys() {
    let Err(Error::Failed { lines, .. }) = run(&program("show-config"), aws()).await else {
        panic!("it ends with 1");
    };
    assert_eq!(lines, [r#"{"aws:region":"eu-west-1","shop:memory":"512"}"#]);
}
