//! The stack is killed at random moments while users are written, and started again: whatever was
//! stored reaches the consumer, and nothing of a killed run goes on.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail so")]

mod outbox;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::time::Duration;

use emulator::state::Running;
use outbox::up::Up;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::Value;
use tokio::time::{Instant, sleep};

const USERS: usize = 1_000;
/// How long a run lives before it is killed, in ms.
const LIVES: std::ops::Range<u64> = 300..2_000;
/// Writes side by side.
const WRITERS: usize = 4;
/// How long the last user may be on its way.
const PATIENCE: Duration = Duration::from_mins(1);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_stored_user_reaches_the_consumer_through_kills_at_random_moments() {
    let seed: u64 = rand::random();
    println!("seed {seed}");
    let mut random = StdRng::seed_from_u64(seed);
    let directory = tempfile::tempdir().unwrap();
    let state = directory.path().join("state");
    let (mut written, mut kills) = (0, 0);

    while written < USERS {
        let up = Up::start(&state);
        let running = Running::read(&state).unwrap();
        let life = Duration::from_millis(random.random_range(LIVES));
        written += write_for(&running, life, USERS - written).await;
        let processes = functions_of(up.id());
        up.end("-KILL");
        kills += 1;
        gone_within(Duration::from_secs(5), &processes).await;
    }

    let up = Up::start(&state);
    let stored = stored(&Running::read(&state).unwrap()).await;
    assert!(
        stored.len() >= USERS,
        "{} of {USERS} answered writes are stored",
        stored.len()
    );
    let since = Instant::now();
    let missing = loop {
        let consumed = consumed(&state);
        let missing: Vec<_> = stored.difference(&consumed).cloned().collect();
        if missing.is_empty() || since.elapsed() > PATIENCE {
            break missing;
        }
        sleep(Duration::from_millis(100)).await;
    };
    up.end("-TERM");
    println!("{} users stored, {kills} kills", stored.len());
    assert_eq!(missing, Vec::<String>::new(), "seed {seed}, {kills} kills");
}

/// Writes users until `life` is over or `most` were answered; says how many.
async fn write_for(running: &Running, life: Duration, most: usize) -> usize {
    let address = format!(
        "{}/2015-03-31/functions/writer/invocations",
        running.invoke_endpoint
    );
    let end = Instant::now() + life;
    let mut answered = 0;
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    while answered < most && Instant::now() < end {
        let calls = (0..WRITERS).map(|_| http.post(&address).body("{}").send());
        for answer in futures::future::join_all(calls).await {
            answered += usize::from(answer.is_ok_and(|answer| answer.status().is_success()));
        }
    }
    answered
}

/// The ids of all users in the table, through the endpoint that any client uses.
async fn stored(running: &Running) -> BTreeSet<String> {
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let credential = format!("AWS4-HMAC-SHA256 Credential={}/x", running.access_key_id);
    let mut ids = BTreeSet::new();
    let mut start = Value::Null;
    loop {
        let mut request =
            serde_json::json!({"TableName": "outbox-dev-users", "ConsistentRead": true});
        if !start.is_null() {
            request["ExclusiveStartKey"] = start;
        }
        let answer = http
            .post(&running.endpoint)
            .header("x-amz-target", "DynamoDB_20120810.Scan")
            .header("content-type", "application/x-amz-json-1.0")
            .header("authorization", &credential)
            .body(request.to_string())
            .send()
            .await
            .unwrap();
        let page: Value = answer.json().await.unwrap();
        for item in page["Items"].as_array().unwrap() {
            ids.insert(item["id"]["S"].as_str().unwrap().to_owned());
        }
        start = page["LastEvaluatedKey"].clone();
        if start.is_null() {
            return ids;
        }
    }
}

/// The ids of all users that the consumer took note of, in any run.
fn consumed(state: &Path) -> BTreeSet<String> {
    let log = state.join("logs/outbox-dev-user-created-consumer.log");
    let text = fs::read_to_string(log).unwrap_or_default();
    let id = |line: &str| {
        let line: Value = serde_json::from_str(line).ok()?;
        line["user_id"].as_str().map(str::to_owned)
    };
    text.lines().filter_map(id).collect()
}

/// The processes that run as children of `parent`.
fn functions_of(parent: u32) -> Vec<u32> {
    let processes = fs::read_dir("/proc").unwrap().flatten();
    let id = |entry: fs::DirEntry| {
        let id: u32 = entry.file_name().to_str()?.parse().ok()?;
        let stat = fs::read_to_string(entry.path().join("stat")).ok()?;
        // The name in brackets may hold spaces; the parent's id is the second word behind it.
        let behind = stat.rsplit_once(')')?.1;
        let its_parent: u32 = behind.split_whitespace().nth(1)?.parse().ok()?;
        (its_parent == parent).then_some(id)
    };
    processes.filter_map(id).collect()
}

async fn gone_within(limit: Duration, processes: &[u32]) {
    let since = Instant::now();
    let lives = |id: &&u32| {
        let stat = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
        // A zombie has ended and only waits to be noticed.
        !stat.is_empty() && !stat.contains(") Z ")
    };
    while processes.iter().any(|id| lives(&id)) {
        assert!(
            since.elapsed() < limit,
            "of {processes:?} some live after {limit:?}"
        );
        sleep(Duration::from_millis(20)).await;
    }
}
