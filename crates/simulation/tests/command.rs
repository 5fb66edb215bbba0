//! The command as it is used.

#![allow(clippy::unwrap_used, reason = "a test may fail so")]

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Command, Output, Stdio};

fn simulate(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_simulate"))
        .args(arguments)
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn the_same_seed_gives_the_same_trace_byte_for_byte_in_two_processes() {
    for seed in ["0", "1", "2", "3", "4", "5", "6", "7"] {
        let play = || simulate(&["--seed", seed, "--trace"]);
        let (one, other) = (play(), play());
        assert!(one.status.success(), "seed {seed}: {}", text(&one.stderr));
        assert!(!one.stdout.is_empty(), "seed {seed}");
        assert!(
            one.stdout == other.stdout,
            "the traces of seed {seed} differ"
        );
    }
}

#[test]
fn two_seeds_give_two_traces() {
    let play = |seed| simulate(&["--seed", seed, "--trace"]).stdout;
    assert!(play("1") != play("2"));
}

#[test]
fn seeds_are_played_on_any_number_of_threads_with_a_summary_at_the_end() {
    let output = simulate(&["--seeds", "20", "--from", "10", "--threads", "2"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let summary = text(&output.stdout);
    for part in [
        "20 of 20 seeds from 10 on",
        "2 threads",
        "virtual hours",
        "faults:",
        "every promise was kept",
    ] {
        assert!(summary.contains(part), "no `{part}` in\n{summary}");
    }
}

#[test]
fn ctrl_c_and_sigterm_end_with_a_summary_of_what_was_played() {
    for (signal, code) in [("INT", 130), ("TERM", 143)] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_simulate"))
            .args(["--seeds", "1000000", "--threads", "1"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut progress = BufReader::new(child.stderr.take().unwrap());
        // The first seed was played: it listens.
        let mut line = String::new();
        progress.read_line(&mut line).unwrap();
        let status = Command::new("kill")
            .args([&format!("-{signal}"), &child.id().to_string()])
            .status()
            .unwrap();
        assert!(status.success(), "{signal}");
        let mut summary = String::new();
        let mut out = child.stdout.take().unwrap();
        out.read_to_string(&mut summary).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(code), "{summary}");
        for part in [
            "of 1,000,000 seeds from 0 on",
            ", interrupted",
            "virtual hours",
        ] {
            assert!(summary.contains(part), "no `{part}` in\n{summary}");
        }
    }
}

#[test]
fn a_failing_seed_ends_in_code_1_with_a_short_story_and_how_to_play_it_again() {
    let output = simulate(&["--broken", "misspells-response-key"]);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    let told = text(&output.stdout);
    let story: Vec<&str> = told
        .lines()
        .skip_while(|line| !line.contains("broke a promise"))
        .collect();
    assert!(
        (8..=32).contains(&story.len()),
        "{} lines:\n{told}",
        story.len()
    );
    for part in [
        "acknowledged, but unfinished",
        "BatchItemFailures",
        "the table: ",
        " --trace --broken misspells-response-key",
    ] {
        assert!(told.contains(part), "no `{part}` in\n{told}");
    }
}

#[test]
fn a_wrong_argument_is_explained() {
    let output = simulate(&["--broken", "unheard-of"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        text(&output.stderr).contains("drops-poison"),
        "{}",
        text(&output.stderr)
    );
    let help = text(&simulate(&["--help"]).stdout);
    assert!(help.contains("cargo simulate --seed 17 --trace"), "{help}");
}
