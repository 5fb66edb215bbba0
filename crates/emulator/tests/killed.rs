//! Nothing of an emulator outlives it, however it ends.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod support;

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use emulator::state::Running;
use support::{example, fixture};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

/// An emulator in a process of its own, and the processes of its environments.
async fn emulator_process(state: &Path) -> (Child, Vec<u32>) {
    let mut emulator = Command::new(example("fixture_emulator"))
        .arg(fixture())
        .arg(state)
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(emulator.stdout.take().unwrap()).lines();
    let mut processes = Vec::new();
    while processes.len() < 2 {
        let line = lines.next_line().await.unwrap().unwrap();
        processes.push(line.parse().unwrap());
    }
    (emulator, processes)
}

/// A process that ended but that its parent did not ask about yet counts as gone.
async fn lives(process: u32) -> bool {
    let ps = Command::new("ps")
        .args(["-o", "stat=", "-p", &process.to_string()])
        .output()
        .await
        .unwrap();
    let state = String::from_utf8(ps.stdout).unwrap();
    !state.trim().is_empty() && !state.trim().starts_with('Z')
}

async fn all_gone(processes: &[u32]) {
    for process in processes {
        while lives(*process).await {
            tokio::task::yield_now().await;
        }
    }
}

#[tokio::test]
async fn no_function_outlives_a_killed_emulator_by_five_seconds() {
    let state = tempfile::tempdir().unwrap();
    let (mut emulator, processes) = emulator_process(state.path()).await;
    for process in &processes {
        assert!(lives(*process).await, "{process} is not running");
    }

    emulator.kill().await.unwrap();

    let gone = tokio::time::timeout(Duration::from_secs(5), all_gone(&processes)).await;
    assert!(gone.is_ok(), "some of {processes:?} still run");
}

#[tokio::test]
async fn a_killed_emulators_directory_is_free_at_once() {
    let state = tempfile::tempdir().unwrap();
    let (mut killed, _) = emulator_process(state.path()).await;
    let running = Running::read(state.path()).unwrap();
    assert_eq!(Some(running.process_id), killed.id());

    killed.kill().await.unwrap();

    assert!(Running::read(state.path()).is_err());
    let (next, _) = emulator_process(state.path()).await;
    let running = Running::read(state.path()).unwrap();
    assert_eq!(Some(running.process_id), next.id());
}
