//! `kill -9` of the relay while it publishes a batch.

use std::collections::BTreeSet;

use futures::future::join_all;
use rand::RngExt as _;
use serde_json::{Value, json};

use crate::support::{PATIENCE, Ports, Up, chance, item_of, kill, living_in, until, users};

const TABLE: &str = "outbox-dev-users";
const CONSUMER: &str = "outbox-dev-user-created-consumer";

/// So many batches must have been cut off.
const CUT_OFF: usize = 3;

/// Written at once, so that a batch takes several `PutEvents` calls.
const AT_ONCE: usize = 60;

#[tokio::test(flavor = "multi_thread")]
async fn a_relay_killed_in_the_middle_of_a_batch_loses_nothing() {
    let mut chance = chance();
    let place = tempfile::tempdir().unwrap();
    let state = place.path().join("state");
    // GIVEN a stack whose streams are read as on AWS, so that batches are large
    let up = Up::start(&state, Ports::free(), &["--poll", "aws"]).await;
    let client = up.client();
    let mut written = BTreeSet::new();

    // WHEN the relay is killed after the first of a batch's calls, until that has cut off some batches
    let mut round = 0;
    let cut_off = |text: &str| {
        let failed = |line: &&str| line.contains("users-relay") && line.contains("signal: killed");
        text.lines().filter(failed).count()
    };
    while cut_off(&up.narration()) < CUT_OFF {
        round += 1;
        assert!(round < 100, "no batch was cut off:\n{}", up.narration());
        let users = users(&format!("round{round}"), AT_ONCE);
        let puts = users.iter().map(async |user| {
            let request = json!({ "TableName": TABLE, "Item": item_of(user) });
            client.ask("DynamoDB_20120810.PutItem", &request).await;
        });
        let calls = |text: &str| {
            text.lines()
                .filter(|line| line.contains("PutEvents"))
                .count()
        };
        let before = calls(&up.narration());
        join_all(puts).await;
        written.extend(
            users
                .iter()
                .map(|user| user["id"].as_str().unwrap().to_owned()),
        );
        let wanted = before + chance.random_range(1..4);
        until("the relay publishes", PATIENCE, async || {
            (calls(&up.narration()) >= wanted).then_some(())
        })
        .await;
        for process in living_in(up.group) {
            if process.runs("users-relay") {
                kill(&process);
            }
        }
    }

    // THEN every user's event reaches the consumer all the same
    let log = state.join(format!("logs/{CONSUMER}.log"));
    until("every user is consumed", PATIENCE, async || {
        let text = std::fs::read_to_string(&log).unwrap_or_default();
        let user = |line: &str| {
            let line: Value = serde_json::from_str(line).ok()?;
            Some(line["user_id"].as_str()?.to_owned())
        };
        let consumed: BTreeSet<String> = text.lines().filter_map(user).collect();
        written.is_subset(&consumed).then_some(())
    })
    .await;
    let quarantined = client
        .messages("outbox-dev-users-relay-quarantine", 1)
        .await;
    assert_eq!(quarantined, Vec::<Value>::new());
    up.stop().await;
}
