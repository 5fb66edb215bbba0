//! Real functions in the shop: their binaries, what they log, and time that passes at once.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;
use std::sync::LazyLock;
use std::time::Duration;

use emulator::Logs;
use serde_json::Value;

use crate::declared::root;
use crate::shop::Shop;

/// The functions that tests of this program run.
const PACKAGES: [&str; 5] = [
    "notify-restaurant",
    "order-tracking",
    "orders-recovery",
    "orders-relay",
    "user-created-consumer",
];

/// How often something is looked at that comes by itself, and how often in vain.
const PAUSE: Duration = Duration::from_millis(20);
const PATIENCE: u32 = 3_000;

/// Built once for all tests, without `-p` and without what `cargo test` sets: nothing else is compiled again.
static BUILT: LazyLock<BTreeMap<String, PathBuf>> = LazyLock::new(|| {
    let mut cargo = Command::new("cargo");
    for (variable, _) in std::env::vars() {
        let of_the_user = ["CARGO_HOME", "CARGO_TARGET_DIR"].contains(&variable.as_str());
        if (variable.starts_with("CARGO") && !of_the_user)
            || ["LD_LIBRARY_PATH", "OUT_DIR"].contains(&variable.as_str())
        {
            cargo.env_remove(variable);
        }
    }
    cargo.arg("build").args(["--message-format", "json"]);
    for package in PACKAGES {
        cargo.args(["--bin", package]);
    }
    let output = cargo.current_dir(root()).output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    let messages = String::from_utf8(output.stdout).unwrap();
    let binaries = messages.lines().filter_map(|line| {
        let message: Value = serde_json::from_str(line).ok()?;
        let executable = PathBuf::from(message["executable"].as_str()?);
        Some((message["target"]["name"].as_str()?.to_owned(), executable))
    });
    binaries.collect()
});

/// The binary of each of these functions.
pub(crate) fn binaries(packages: &[&str]) -> BTreeMap<String, PathBuf> {
    let binary = |package: &&str| ((*package).to_owned(), BUILT[*package].clone());
    packages.iter().map(binary).collect()
}

/// Lets time pass on the emulator's clock, of which functions know nothing: what waits for a moment in between, or
/// gets too old, notices.
pub(crate) async fn pass(time: Duration) {
    tokio::time::pause();
    tokio::time::advance(time).await;
    tokio::time::resume();
}

/// Asks until there is an answer, for a minute.
pub(crate) async fn until<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    for _ in 0..PATIENCE {
        if let Some(answer) = ask().await {
            return answer;
        }
        tokio::time::sleep(PAUSE).await;
    }
    panic!("waited in vain: {what}")
}

impl Shop {
    /// The JSON lines that a function has logged.
    pub(crate) fn log(&self, package: &str) -> Vec<Value> {
        let logs = Logs::new(&self.emulating.state().logs());
        let text = std::fs::read_to_string(logs.file(&format!("outbox-dev-{package}")));
        let lines = text.unwrap_or_default();
        lines
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok())
            .collect()
    }
}
