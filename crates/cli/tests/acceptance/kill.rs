//! SIGKILL at any moment: what was stored is delivered, and the killed run is over.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use rand::RngExt as _;
use serde_json::{Value, json};
use tokio::process::Command;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

use crate::support::{
    Client, PATIENCE, Ports, Process, Up, chance, item_of, living_in, until, users,
};

const TABLE: &str = "outbox-dev-users";
const CONSUMER: &str = "outbox-dev-user-created-consumer";
const WRITES: usize = 1_000;
const WRITERS: usize = 16;
const KILLS: usize = 5;

/// A run that sees a function killed beside it waits this long before it tries again, not minutes, but longer than the
/// lease of an event that the function had in hand: its 10 s and 5 s more.
const RETRIES: [&str; 2] = ["--retry-waits", "16s,16s"];

/// How long a killed run's processes may live on.
const AFTERLIFE: Duration = Duration::from_secs(5);

/// A client that is refused or gets no answer tries again after this.
const RETRY: Duration = Duration::from_millis(20);

#[tokio::test(flavor = "multi_thread")]
async fn what_was_stored_reaches_the_consumer_however_often_the_emulator_is_killed() {
    let mut chance = chance();
    let place = tempfile::tempdir().unwrap();
    let state = place.path().join("state");
    let ports = Ports::free();

    // GIVEN a running stack and clients that write 1,000 users and repeat what was not acknowledged
    let mut up = Up::start(&state, ports, &RETRIES).await;
    let (clients, client) = watch::channel(up.client());
    let acknowledged = Arc::new(AtomicUsize::new(0));
    let mut writers = write_all(&client, &acknowledged);

    // WHEN the emulator is killed again and again while they write, and started again each time
    let mut orphans = Vec::new();
    for number in 0..KILLS {
        let share = WRITES / KILLS;
        let moment = number * share + chance.random_range(share / 4..share);
        until("the writes go on", PATIENCE, async || {
            (acknowledged.load(Ordering::Relaxed) >= moment).then_some(())
        })
        .await;
        sleep(Duration::from_micros(chance.random_range(0..20_000))).await;
        let processes = living_in(up.group);
        assert!(processes.len() > 1, "no function runs: {processes:?}");
        orphans = processes.iter().filter_map(Orphan::of).collect();
        // Every other time its functions go with it, as in a power cut: what they had in hand was not
        // acknowledged. Otherwise they have a moment to finish it.
        if number % 2 == 0 {
            up.cut_power();
        } else {
            up.kill();
        }

        let group = up.group;
        until("its functions end", AFTERLIFE, async || {
            living_in(group).is_empty().then_some(())
        })
        .await;
        up = Up::start(&state, ports, &RETRIES).await;
        clients.send_replace(up.client());
    }
    while let Some(ended) = writers.join_next().await {
        ended.unwrap();
    }

    // THEN the event of every stored user reaches the consumer
    let client = up.client();
    let stored: BTreeSet<String> = client.items(TABLE, "id").await.into_keys().collect();
    assert_eq!(stored.len(), WRITES);
    let log = state.join(format!("logs/{CONSUMER}.log"));
    until("every stored user is consumed", PATIENCE, async || {
        stored.is_subset(&consumed(&log)).then_some(())
    })
    .await;
    // AND nothing went astray on the way
    for queue in [
        "users-relay-quarantine",
        "user-created-dead-letters",
        "user-created-consumer-failures",
    ] {
        let messages = client.messages(&format!("outbox-dev-{queue}"), 1).await;
        assert_eq!(messages, Vec::<Value>::new(), "{queue}");
    }
    // AND what is left of a killed run changes nothing
    assert!(!orphans.is_empty());
    for orphan in orphans {
        orphan.changes_nothing(&client).await;
    }
    up.stop().await;
}

/// Starts the clients: half of the users go through the function, half to the table.
fn write_all(client: &watch::Receiver<Client>, acknowledged: &Arc<AtomicUsize>) -> JoinSet<()> {
    let users = Arc::new(users("killed", WRITES));
    let next = Arc::new(AtomicUsize::new(0));
    let mut writers = JoinSet::new();
    for _ in 0..WRITERS {
        let (users, next) = (Arc::clone(&users), Arc::clone(&next));
        let (client, acknowledged) = (client.clone(), Arc::clone(acknowledged));
        writers.spawn(async move {
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                let Some(user) = users.get(number) else {
                    return;
                };
                let deadline = Instant::now() + PATIENCE;
                loop {
                    let current = client.borrow().clone();
                    if write(&current, user, number % 2 == 0).await {
                        break;
                    }
                    assert!(Instant::now() < deadline, "{user} is not acknowledged");
                    sleep(RETRY).await;
                }
                acknowledged.fetch_add(1, Ordering::Relaxed);
            }
        });
    }
    writers
}

async fn write(client: &Client, user: &Value, through_function: bool) -> bool {
    let answer = if through_function {
        client.invoke("writer", user).await
    } else {
        let request = json!({ "TableName": TABLE, "Item": item_of(user) });
        client.call("DynamoDB_20120810.PutItem", &request).await
    };
    matches!(answer, Some((200, _)))
}

/// The users that the consumer logged.
fn consumed(log: &Path) -> BTreeSet<String> {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let user = |line: &str| {
        let line: Value = serde_json::from_str(line).ok()?;
        Some(line["user_id"].as_str()?.to_owned())
    };
    text.lines().filter_map(user).collect()
}

/// What a function's environment of a killed run held: enough to go on with, if it had lived on.
#[derive(Debug)]
struct Orphan {
    executable: PathBuf,
    variables: BTreeMap<String, String>,
}

impl Orphan {
    /// None for the guard, and for a process that is only just being started.
    fn of(process: &Process) -> Option<Self> {
        let variables = process.variables();
        variables.get("AWS_LAMBDA_RUNTIME_API")?;
        Some(Self {
            executable: process.executable()?,
            variables,
        })
    }

    async fn changes_nothing(&self, client: &Client) {
        // A late write with the key of its environment is refused.
        let user = users("late", 1).remove(0);
        let late = client.with_key(&self.variables["AWS_ACCESS_KEY_ID"]);
        let request = json!({ "TableName": TABLE, "Item": item_of(&user) });
        let (status, refusal) = late
            .call("DynamoDB_20120810.PutItem", &request)
            .await
            .unwrap();
        assert_eq!(status, 400, "{refusal}");
        let code = refusal["__type"].as_str().unwrap();
        assert!(code.ends_with("UnrecognizedClientException"), "{refusal}");
        let key = json!({ "TableName": TABLE, "Key": { "id": { "S": user["id"] } } });
        let found = client.ask("DynamoDB_20120810.GetItem", &key).await;
        assert_eq!(found.get("Item"), None);

        // A late answer is refused.
        let environment = &self.variables["AWS_LAMBDA_RUNTIME_API"];
        let answer = client
            .runtime_api(environment, "invocation/late/response")
            .await;
        assert_eq!(answer.map(|(status, _)| status), Some(410));

        // The process itself, were it still there, would end.
        let process = Command::new(&self.executable)
            .env_clear()
            .envs(&self.variables)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .status();
        let ended = tokio::time::timeout(AFTERLIFE, process).await;
        assert!(ended.is_ok(), "{} goes on", self.executable.display());
    }
}
