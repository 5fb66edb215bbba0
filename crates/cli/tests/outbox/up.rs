use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command};

use super::{Ended, command, ended};

/// A running stack with its state in `state`, on free ports.
pub(crate) struct Up {
    child: Child,
    pub(crate) overview: String,
}

impl Up {
    /// Starts it and waits until it says that it is up.
    pub(crate) fn start(state: &Path) -> Self {
        Self::start_with(&["--state", state.to_str().unwrap()])
    }

    /// The same with other words for where the state is.
    pub(crate) fn start_with(words: &[&str]) -> Self {
        let ports = ["up", "--port", "0", "--invoke-port", "0"];
        let mut child = command(&[&ports, words].concat()).spawn().unwrap();
        let mut output = BufReader::new(child.stdout.as_mut().unwrap());
        let mut overview = String::new();
        while !overview.contains("cargo outbox logs") {
            let read = output.read_line(&mut overview).unwrap();
            assert!(read > 0, "it ended:\n{overview}");
        }
        Self { child, overview }
    }

    /// The commands that it says to try next, without `cargo outbox`.
    pub(crate) fn next_commands(&self) -> Vec<Vec<&str>> {
        let commands = self
            .overview
            .lines()
            .filter_map(|line| line.strip_prefix("  cargo outbox "));
        commands
            .map(|command| command.split(' ').collect())
            .collect()
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    fn signal(&self, signal: &str) {
        let sent = Command::new("kill")
            .args([signal, &self.child.id().to_string()])
            .status();
        assert!(sent.unwrap().success());
    }

    /// Sends `signal`, for example `-INT`, and waits for the end.
    pub(crate) fn end(self, signal: &str) -> Ended {
        self.signal(signal);
        ended(self.child)
    }
}
