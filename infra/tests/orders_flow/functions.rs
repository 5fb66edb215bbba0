//! Real functions in the shop: their binaries, what they log, and time that passes at once.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use emulator::Logs;
use serde_json::Value;
use tokio::sync::OnceCell;
use workspace::{Profile, Workspace};

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

/// The binary of each of these functions. They are built once for all tests.
pub(crate) async fn binaries(packages: &[&str]) -> BTreeMap<String, PathBuf> {
    static BUILT: OnceCell<BTreeMap<String, PathBuf>> = OnceCell::const_new();
    let built = BUILT
        .get_or_init(|| async {
            let workspace = Workspace::read(root()).await.unwrap();
            let packages = PACKAGES.map(str::to_owned).into();
            workspace.build(&packages, Profile::Dev).await.unwrap()
        })
        .await;
    let binary = |package: &&str| ((*package).to_owned(), built[*package].clone());
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
