use std::fs::{self, File};
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::time::Duration;

use emulator::state::Running;
use rand::RngExt as _;
use tokio::process::Child;

use super::{Client, PATIENCE, cargo_outbox, living_in, running, until};
use crate::outbox::root;

/// A first start may have to build the functions.
const BUILD: Duration = Duration::from_mins(10);

/// Below the range from which Linux gives ports to outgoing connections
/// (`/proc/sys/net/ipv4/ip_local_port_range`): what was free stays free over a restart.
const PORTS: std::ops::Range<u16> = 20_000..30_000;

/// The ports of a stack, the same after a restart, as a user's are.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ports {
    aws: u16,
    invoke: u16,
}

impl Ports {
    pub(crate) fn free() -> Self {
        let free = |_: &u16| true;
        let aws = free_port(free);
        Self {
            aws,
            invoke: free_port(|port| *port != aws),
        }
    }
}

fn free_port(wanted: impl Fn(&u16) -> bool) -> u16 {
    std::iter::repeat_with(|| rand::rng().random_range(PORTS))
        .filter(wanted)
        .find(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok())
        .unwrap_or_default()
}

/// `cargo outbox up` in a process of its own.
#[derive(Debug)]
pub(crate) struct Up {
    process: Child,
    pub(crate) running: Running,
    output: PathBuf,
    /// The process group of the functions' environments.
    pub(crate) group: u32,
}

impl Up {
    /// Starts this repository's stack and waits until everything answers.
    pub(crate) async fn start(state: &Path, ports: Ports, arguments: &[&str]) -> Self {
        Self::start_project(&root(), state, ports, arguments).await
    }

    /// Starts the stack of the Pulumi program in `project`.
    pub(crate) async fn start_project(
        project: &Path,
        state: &Path,
        ports: Ports,
        arguments: &[&str],
    ) -> Self {
        let output = state.with_extension("output");
        let file = File::create(&output).unwrap();
        let mut process = cargo_outbox()
            .args(["up", "--port", &ports.aws.to_string()])
            .args(["--invoke-port", &ports.invoke.to_string()])
            .arg("--state")
            .arg(state)
            .arg("--directory")
            .arg(project)
            .args(arguments)
            .stdout(file.try_clone().unwrap())
            .stderr(file)
            .spawn()
            .unwrap();
        let id = process.id().unwrap();
        let found = until("`cargo outbox up` is up", BUILD, async || {
            if let Some(status) = process.try_wait().unwrap() {
                panic!(
                    "it ended with {status}:\n{}",
                    fs::read_to_string(&output).unwrap()
                );
            }
            Running::read(state)
                .ok()
                .filter(|running| running.process_id == id)
        });
        let running = found.await;
        Self {
            group: guard_of(id),
            process,
            running,
            output,
        }
    }

    /// A client with the user's key.
    pub(crate) fn client(&self) -> Client {
        Client::new(&self.running)
    }

    /// What it has printed so far: one line per delivery.
    pub(crate) fn narration(&self) -> String {
        fs::read_to_string(&self.output).unwrap()
    }

    /// SIGKILL.
    pub(crate) fn kill(&mut self) {
        self.process.start_kill().unwrap();
    }

    /// SIGKILL for it and, at once, for all its functions: it goes first, so that it sees none of them fail.
    pub(crate) fn cut_power(&mut self) {
        let all = format!("kill -9 {} -{}", self.running.process_id, self.group);
        let sent = std::process::Command::new("sh").args(["-c", &all]).status();
        assert!(sent.unwrap().success());
    }

    /// Ctrl-C, and waits for its clean end.
    pub(crate) async fn stop(mut self) {
        let interrupt = format!("kill -INT {}", self.running.process_id);
        let sent = std::process::Command::new("sh")
            .args(["-c", &interrupt])
            .status();
        assert!(sent.unwrap().success());
        let ended = tokio::time::timeout(PATIENCE, self.process.wait()).await;
        let status = ended.expect("it did not end").unwrap();
        assert!(status.success(), "{status}:\n{}", self.narration());
        assert!(living_in(self.group).is_empty(), "a function outlived it");
    }
}

/// The guard leads the group of all environments; it is the emulator's only child that leads one.
fn guard_of(emulator: u32) -> u32 {
    let guard = running()
        .into_iter()
        .find(|process| process.parent == emulator && process.id == process.group);
    guard.expect("no guard").id
}
