//! A program that can't go on says why in one line and ends with an exit code that is not 0.

use std::process::{Command, Output};
use std::sync::Arc;
use std::time::Duration;

use crate::program::{aws, program};
use serde_json::{Map, Value, json};
use stack::{Declared, Error, Program, Provider, Refusal, Stack, run, run_within};

async fn failed(program: &Program) -> (String, Vec<String>) {
    match run(program, Arc::new(aws())).await.unwrap_err() {
        Error::Failed { status, lines } => (status, lines),
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn a_refused_resource_is_told_by_the_engine_alone_and_ends_the_program_with_1() {
    let error = run(&program("refused"), Arc::new(aws())).await.unwrap_err();
    let Error::Refused {
        urn,
        reason,
        status,
        lines,
    } = &error
    else {
        panic!("{error}")
    };
    assert_eq!(urn, "urn:pulumi:dev::shop::aws:sqs/queue:Queue::long");
    assert!(
        reason.contains("81 characters long; AWS takes 1 to 80"),
        "{reason}"
    );
    assert_eq!(status, "exit status: 1");
    assert!(lines.is_empty(), "{lines:?}");
}

#[tokio::test]
async fn a_refused_request_is_logged_in_one_line_and_ends_the_program_as_logged() {
    let (status, lines) = failed(&program("duplicate")).await;
    assert_eq!(status, "exit status: 32");
    assert_eq!(
        lines,
        ["aws:sqs/queue:Queue `twice`: duplicate resource URN \
          urn:pulumi:dev::shop::aws:sqs/queue:Queue::twice; give the second resource another name"]
    );
}

#[tokio::test]
async fn a_refused_call_names_its_function() {
    let (status, lines) = failed(&program("invoke")).await;
    assert_eq!(status, "exit status: 32");
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(
        lines[0].starts_with("aws:index/getZones:getZones: the function"),
        "{lines:?}"
    );
}

#[tokio::test]
async fn a_program_that_goes_on_after_a_refusal_is_ended_and_the_refusal_told() {
    let limit = Duration::from_millis(200);
    let error = run_within(&program("stubborn"), Arc::new(aws()), limit)
        .await
        .unwrap_err();
    let Error::Refused {
        urn, status, lines, ..
    } = &error
    else {
        panic!("{error}")
    };
    assert!(urn.ends_with("::long"), "{urn}");
    assert!(
        status.contains("no step for 0.2 s and was ended"),
        "{status}"
    );
    let pid = lines.first().expect("it prints its process id");
    let alive = Command::new("kill").args(["-0", pid]).output().unwrap();
    assert!(!alive.status.success(), "process {pid} is still there");
}

#[tokio::test]
async fn a_panic_is_told_once_in_one_line_with_its_place() {
    for scenario in ["panic", "late-panic"] {
        let (status, lines) = failed(&program(scenario)).await;
        assert_eq!(status, "exit status: 1", "{scenario}");
        assert_eq!(lines.len(), 1, "{scenario}: {lines:?}");
        let line = &lines[0];
        assert!(
            line.starts_with("error: the program panicked at "),
            "{line}"
        );
        assert!(line.contains("src/faults.rs:"), "{line}");
        assert!(
            line.ends_with(": no number: invalid digit found in string"),
            "{line}"
        );
    }
}

#[tokio::test]
async fn an_output_that_is_missing_is_told_by_resource_and_name() {
    let (status, lines) = failed(&program("unread")).await;
    assert_eq!(status, "exit status: 1");
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert_eq!(
        lines,
        [
            "error: aws:sqs/queue:Queue `failed` was answered with an unusable `colour`: \
          no value, where the schema requires one"
        ]
    );
}

#[tokio::test]
async fn an_output_of_another_type_is_told_without_its_value() {
    let (_, lines) = failed(&program("mistyped")).await;
    assert_eq!(
        lines,
        [
            "error: aws:sqs/queue:Queue `failed` was answered with an unusable `name`: \
          a string, where the schema has bool"
        ]
    );
}

#[tokio::test]
async fn a_missing_output_that_nobody_reads_or_that_is_optional_does_no_harm() {
    let stack = run(&program("unused"), Arc::new(aws())).await.unwrap();
    assert_eq!(stack.outputs["colour"], "none");
}

fn with(scenario: &str, key: &str, value: &str) -> Program {
    let mut program = program(scenario);
    program.config.insert(key.to_owned(), value.to_owned());
    program
}

#[tokio::test]
async fn a_bad_configuration_value_is_told_with_key_value_and_what_is_allowed() {
    for value in ["lots", "127", "10241", ""] {
        let (status, lines) = failed(&with("memory", "memory", value)).await;
        assert_eq!(status, "exit status: 1");
        let expected = format!(
            "error: config `shop:memory` is `{value}`; it must be a whole number from 128 to 10240 (MB); \
             set it with `pulumi config set shop:memory <value>`"
        );
        assert_eq!(lines, [expected]);
    }
}

async fn outputs(program: &Program) -> Value {
    let Stack { outputs, .. } = run(program, Arc::new(aws())).await.unwrap();
    Value::Object(outputs)
}

#[tokio::test]
async fn configuration_is_typed_and_defaults_hold_where_nothing_is_set() {
    assert_eq!(outputs(&program("memory")).await, json!({ "memory": 256 }));
    assert_eq!(
        outputs(&with("memory", "memory", "128")).await["memory"],
        128
    );
    assert_eq!(outputs(&with("memory", "zone", "a")).await["zone"], "a");
}

#[tokio::test]
async fn a_missing_configuration_value_is_told_by_key() {
    let mut program = program("graph");
    program.config.clear();
    let (status, lines) = failed(&program).await;
    assert_eq!(status, "exit status: 1");
    assert_eq!(
        lines,
        [
            "error: config `shop:scenario` is not set; set it with `pulumi config set shop:scenario <value>`"
        ]
    );
}

#[tokio::test]
async fn an_error_is_told_in_one_line_with_its_cause() {
    let (_, lines) = failed(&program("cause")).await;
    assert_eq!(
        lines,
        ["error: the plan can't be read: invalid digit found in string"]
    );
}

/// Answers without any output.
struct Mute;

impl Provider for Mute {
    fn create(&self, _: &Declared) -> Result<Map<String, Value>, Refusal> {
        Ok(Map::new())
    }

    fn invoke(&self, _: &str, _: &Map<String, Value>) -> Result<Map<String, Value>, Refusal> {
        Ok(Map::new())
    }
}

#[tokio::test]
async fn a_provider_that_gives_no_id_is_refused_itself() {
    let error = run(&program("unused"), Arc::new(Mute)).await.unwrap_err();
    assert!(
        error.to_string().contains("answered without an `id`"),
        "{error}"
    );
}

fn started(environment: &[(&str, &str)]) -> Output {
    let mut command = Command::new(program("graph").binary);
    command.env_clear().envs(environment.iter().copied());
    command.output().unwrap()
}

#[test]
fn without_an_engine_the_missing_variable_is_named() {
    let output = started(&[]);
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(told.lines().count(), 1, "{told}");
    assert!(
        told.starts_with("error: the environment variable PULUMI_MONITOR is not set"),
        "{told}"
    );
}

#[test]
fn an_engine_that_is_gone_is_named_by_its_address() {
    // Bound and closed again: nobody listens there.
    let gone = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .to_string();
    let output = started(&[
        ("PULUMI_MONITOR", &gone),
        ("PULUMI_ENGINE", &gone),
        ("PULUMI_PROJECT", "shop"),
        ("PULUMI_STACK", "dev"),
        ("PULUMI_ORGANIZATION", "organization"),
        ("PULUMI_ROOT_DIRECTORY", "/"),
    ]);
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(told.lines().count(), 1, "{told}");
    assert!(
        told.contains(&format!("can't reach the engine at {gone}")),
        "{told}"
    );
}
