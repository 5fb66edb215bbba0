//! `cargo outbox demo` as a user meets it: the real binary, the real functions, and what it says when
//! they are not what they should be.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail so")]

mod outbox;

use std::fs;

use outbox::example::example;
use outbox::outbox;

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

#[test]
fn a_field_that_the_relay_changes_is_named() {
    let changing = example("changing-relay");

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
