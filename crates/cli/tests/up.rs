//! `cargo outbox up` and the commands that talk to it, as a user meets them: the real binary.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail so")]

mod outbox;

use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::time::{Duration, Instant};

use outbox::up::Up;
use outbox::{Ended, outbox};

fn with_state(words: &[&str], state: &Path) -> Ended {
    let state = ["--state", state.to_str().unwrap()];
    outbox(&[words, &state].concat())
}

#[test]
fn a_user_is_written_read_in_the_logs_and_forgotten() {
    let directory = tempfile::tempdir().unwrap();
    let state = directory.path().join("state");
    let up = Up::start(&state);
    assert!(
        up.overview
            .contains("  export AWS_ENDPOINT_URL=http://127.0.0.1:"),
        "{}",
        up.overview
    );

    let exports = with_state(&["env"], &state);
    assert_eq!(exports.code, Some(0), "{exports:?}");
    for line in exports.output.lines() {
        assert!(up.overview.contains(&format!("  {line}\n")), "{line}");
    }
    assert!(exports.output.contains("export AWS_SECRET_ACCESS_KEY="));

    let written = with_state(&["invoke", "writer", r#"{"id": "ada"}"#], &state);
    assert_eq!(written.code, Some(0), "{written:?}");
    assert!(written.output.contains(r#""id":"ada""#), "{written:?}");

    let refused = with_state(&["invoke", "writer", r#"{"shoeSize": 42}"#], &state);
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(refused.errors.contains("shoeSize"), "{refused:?}");

    let unknown = with_state(&["invoke", "nobody"], &state);
    assert_eq!(unknown.code, Some(1), "{unknown:?}");

    let no_name = with_state(&["invoke", "wri/ter"], &state);
    assert_eq!(no_name.code, Some(1), "{no_name:?}");
    assert!(no_name.errors.contains("wri/ter"), "{no_name:?}");

    let in_use = with_state(&["reset", "--yes"], &state);
    assert_eq!(in_use.code, Some(1), "{in_use:?}");

    let ended = up.end("-INT");
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.output.contains("outbox-dev-writer"), "{ended:?}");

    let logs = with_state(&["logs", "writer"], &state);
    assert_eq!(logs.code, Some(0), "{logs:?}");
    assert!(!logs.output.is_empty(), "{logs:?}");

    let gone = with_state(&["invoke", "writer"], &state);
    assert_eq!(gone.code, Some(1), "{gone:?}");
    assert!(gone.errors.contains("cargo outbox up"), "{gone:?}");

    assert_eq!(with_state(&["reset", "--yes"], &state).code, Some(0));
    assert!(!state.exists());
}

#[test]
fn the_next_commands_work_as_printed_wherever_the_state_is() {
    let directory = tempfile::tempdir().unwrap();
    let state = directory.path().join("state");
    for place in [&["--state", state.to_str().unwrap()][..], &["--ephemeral"]] {
        let up = Up::start_with(place);
        let commands = up.next_commands();
        assert_eq!(commands.len(), 2, "{}", up.overview);

        let invoked = outbox(&commands[0]);
        assert_eq!(invoked.code, Some(0), "{commands:?}: {invoked:?}");

        // The log is there when the event has come through.
        let mut logs = outbox(&commands[1]);
        let patience = Instant::now() + Duration::from_secs(10);
        while logs.code != Some(0) && Instant::now() < patience {
            logs = outbox(&commands[1]);
        }
        assert_eq!(logs.code, Some(0), "{commands:?}: {logs:?}");
        assert_eq!(up.end("-INT").code, Some(0));
    }
}

#[test]
fn sigterm_ends_it_cleanly_too() {
    let directory = tempfile::tempdir().unwrap();

    let ended = Up::start(&directory.path().join("state")).end("-TERM");

    assert_eq!(ended.code, Some(0), "{ended:?}");
}

#[test]
fn a_state_in_use_is_one_clear_message() {
    let directory = tempfile::tempdir().unwrap();
    let state = directory.path().join("state");
    let up = Up::start(&state);

    let second = with_state(&["up", "--port", "0", "--invoke-port", "0"], &state);

    assert_eq!(second.code, Some(1), "{second:?}");
    let process = up.id().to_string();
    assert!(
        second.errors.contains("in use") && second.errors.contains(&process),
        "{second:?}"
    );
    assert_eq!(up.end("-TERM").code, Some(0));
}

#[test]
fn a_state_of_another_version_is_refused_and_left_as_it_is() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("version"), "another").unwrap();

    let refused = with_state(
        &["up", "--port", "0", "--invoke-port", "0"],
        directory.path(),
    );

    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(
        refused.errors.contains("another") && refused.errors.contains("reset"),
        "{refused:?}"
    );
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
}

#[test]
fn a_port_in_use_is_named_before_anything_is_built() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();

    let refused = outbox(&["up", "--ephemeral", "--port", &port, "--invoke-port", "0"]);

    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(
        refused.errors.contains(&port) && refused.errors.contains("--port"),
        "{refused:?}"
    );
    assert!(!refused.errors.contains("Compiling"), "{refused:?}");
}

#[test]
fn a_stack_without_a_file_and_a_directory_without_a_project_are_named() {
    let nowhere = tempfile::tempdir().unwrap();

    let no_stack = outbox(&["up", "--ephemeral", "--stack", "nightly"]);
    let no_project = outbox(&["up", "--directory", nowhere.path().to_str().unwrap()]);

    assert_eq!((no_stack.code, no_project.code), (Some(1), Some(1)));
    assert!(
        no_stack.errors.contains("nightly") && no_stack.errors.contains("dev"),
        "{no_stack:?}"
    );
    assert!(no_project.errors.contains("Pulumi.yaml"), "{no_project:?}");
}

#[test]
fn a_command_line_that_makes_no_sense_ends_with_2() {
    assert_eq!(outbox(&["demo", "--users", "0"]).code, Some(2));
    assert_eq!(outbox(&["fly"]).code, Some(2));
    let no_rate = outbox(&["demo", "--rate", "0"]);
    assert!(
        no_rate.code == Some(2) && no_rate.errors.contains("1.."),
        "{no_rate:?}"
    );
    assert_eq!(outbox(&["demo", "--help"]).code, Some(0));
}
