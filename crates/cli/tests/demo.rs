//! `cargo outbox demo` as a user meets it: the real binary, the real functions, and what it says when
//! they are not what they should be.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail so")]

mod outbox;

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::process::Command;

use outbox::example::example;
use outbox::{command, outbox};

/// The number in a row of the table.
fn row(output: &str, name: &str) -> usize {
    let line = output
        .lines()
        .find(|line| line.trim_start().starts_with(name));
    let value = line.and_then(|line| line.split_whitespace().last());
    let Some(Ok(number)) = value.map(str::parse) else {
        panic!("no row {name:?} in:\n{output}")
    };
    number
}

#[test]
fn every_generated_user_reaches_the_consumer() {
    let ended = outbox(&["demo", "--users", "20"]);

    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(row(&ended.output, "written"), 20);
    assert_eq!(row(&ended.output, "delivered"), 20);
    assert_eq!(row(&ended.output, "missing"), 0);
    assert!(row(&ended.output, "PutEvents calls") > 0);
}

#[test]
fn every_change_of_every_order_reaches_its_consumers_and_is_tracked_as_stored() {
    let ended = outbox(&[
        "demo",
        "--flow",
        "orders",
        "--orders",
        "20",
        "--changed",
        "50",
    ]);

    assert_eq!(ended.code, Some(0), "{ended:?}");
    // Ten orders are changed: three of them once, three three times, and so on in turn.
    assert_eq!(row(&ended.output, "written"), 38);
    assert_eq!(row(&ended.output, "to notify-restaurant"), 20);
    assert_eq!(row(&ended.output, "to order-tracking"), 38);
    assert_eq!(row(&ended.output, "tracked as stored"), 20);
    assert_eq!(row(&ended.output, "missing"), 0);
    assert_eq!(row(&ended.output, "refused"), 0);
}

#[test]
fn every_order_arrives_after_an_outage_of_the_bus() {
    let outage = [
        "demo",
        "--flow",
        "orders",
        "--orders",
        "40",
        "--bus-outage",
        "2",
    ];

    let ended = outbox(&outage);

    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(row(&ended.output, "missing"), 0);
    assert_eq!(row(&ended.output, "tracked as stored"), 40);
    assert!(ended.errors.contains("answers 500 for 2 s"), "{ended:?}");
}

#[test]
fn an_order_that_the_api_refuses_is_reported_with_its_line_and_the_rest_goes_on() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("orders.jsonl");
    let lines = [
        r#"{"status": "CREATED", "id": "one"}"#,
        "no json",
        r#"{"status": "Created"}"#,
        r#"{"status": "CREATED", "id": "one"}"#,
        r#"{"status": "CREATED", "id": "two", "restaurant": "a \"b\""}"#,
    ];
    fs::write(&file, lines.join("\n")).unwrap();

    let from = ["demo", "--flow", "orders", "--concurrency", "1", "--from"];
    let ended = outbox(&[&from[..], &[file.to_str().unwrap()]].concat());

    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(row(&ended.output, "to notify-restaurant"), 2);
    assert_eq!(row(&ended.output, "refused"), 3);
    for line in [
        "line 2 was not written: no JSON",
        "line 3 was not written: POST 400",
        "line 4 was not written: POST 409",
    ] {
        assert!(ended.errors.contains(line), "{line}: {ended:?}");
    }
}

#[test]
fn ctrl_c_ends_the_demo_with_one_message() {
    let words = ["demo", "--users", "100000", "--rate", "1"];
    let mut child = command(&words).spawn().unwrap();
    let mut errors = BufReader::new(child.stderr.take().unwrap());
    let mut said = String::new();
    while !said.contains("users delivered") {
        assert!(errors.read_line(&mut said).unwrap() > 0, "it ended: {said}");
    }

    let sent = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(sent.unwrap().success());
    errors.read_to_string(&mut said).unwrap();

    assert_eq!(child.wait().unwrap().code(), Some(1));
    assert!(
        said.ends_with("error: interrupted before all was counted\n"),
        "{said}"
    );
}

#[test]
fn a_bad_line_is_reported_with_its_number_and_the_rest_goes_on() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("users.jsonl");
    let lines = [
        r#"{"id": "one"}"#,
        "no json",
        r#"{"shoeSize": 42}"#,
        "",
        r#"{"id": "two"}"#,
    ];
    fs::write(&file, lines.join("\n")).unwrap();

    let ended = outbox(&["demo", "--from", file.to_str().unwrap()]);

    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(row(&ended.output, "written"), 2);
    assert!(
        ended.errors.contains("line 2 was not written: no JSON"),
        "{ended:?}"
    );
    assert!(ended.errors.contains("line 3 was not written"), "{ended:?}");
    assert!(ended.errors.contains("shoeSize"), "{ended:?}");
}

#[tokio::test]
async fn a_field_that_the_relay_changes_is_named() {
    let changing = example("changing-relay").await;

    let ended = outbox(&[
        "demo",
        "--users",
        "3",
        "--binary",
        &format!("users-relay={}", changing.display()),
    ]);

    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert_eq!(row(&ended.output, "altered"), 3);
    assert!(ended.output.contains("field \"username\""), "{ended:?}");
}
