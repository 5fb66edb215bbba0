//! Targets that refuse events.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use delivery::Time;
use delivery::bus::Place;
use delivery::target::Refusal;
use rusqlite::Transaction;
use serde_json::{Value, json};
use stack::Resource;

use super::super::{Buses, Settings, Surroundings, Targets, declared};
use super::{bus, entry, pending, placed, queue_arn, target};
use crate::background::Background;
use crate::front::Service;
use crate::sqs::Outgoing;
use crate::testing::stack;
use crate::{Chance, Clock, Journal, Store, StoreError};

/// Targets that are throttled so many times before they take an event.
struct Throttled {
    clock: Clock,
    times: Mutex<usize>,
    attempts: Mutex<Vec<Time>>,
    taken: Mutex<Vec<String>>,
    dead: Mutex<Vec<Outgoing>>,
}

impl Targets for Throttled {
    fn take(
        &self,
        _: &Transaction<'_>,
        _: &str,
        event: &str,
    ) -> Result<Result<(), Refusal>, StoreError> {
        self.attempts.lock().unwrap().push(self.clock.now());
        let mut times = self.times.lock().unwrap();
        if *times == 0 {
            self.taken.lock().unwrap().push(event.to_owned());
            return Ok(Ok(()));
        }
        *times -= 1;
        Ok(Err(Refusal {
            code: "THROTTLING",
            message: "too many".to_owned(),
            retryable: true,
        }))
    }

    fn dead_letter(
        &self,
        _: &Transaction<'_>,
        _: &str,
        message: &Outgoing,
    ) -> Result<Result<(), Refusal>, StoreError> {
        self.dead.lock().unwrap().push(message.clone());
        Ok(Ok(()))
    }

    fn committed(&self) {}
}

fn throttled(times: usize) -> Arc<Throttled> {
    Arc::new(Throttled {
        clock: Clock::system(),
        times: Mutex::new(times),
        attempts: Mutex::default(),
        taken: Mutex::default(),
        dead: Mutex::default(),
    })
}

fn run(store: &Store, target: Resource, targets: Arc<Throttled>) -> (Buses, Background) {
    let buses = Buses::new(
        declared(&stack(vec![bus(), placed(), target])).unwrap(),
        Place {
            region: "us-east-1".to_owned(),
            account: "000000000000".to_owned(),
        },
        Surroundings {
            store: store.clone(),
            clock: Clock::system(),
            chance: Chance::seeded(7),
            journal: Journal::new(100),
            targets,
        },
        Settings::default(),
    )
    .unwrap();
    let background = buses.start();
    (buses, background)
}

async fn put(buses: &Buses) {
    let body = json!({"Entries": [entry(1)]});
    buses.call("PutEvents", body).await.unwrap();
}

fn queue_target(policy: &Value) -> Resource {
    let more = json!({"retryPolicy": policy, "deadLetterConfig": {"arn": queue_arn("dead")}});
    target("t", &queue_arn("q"), &more)
}

#[tokio::test(start_paused = true)]
async fn row_3_3_retry_policy_tries_a_throttled_target_again_with_growing_pauses() {
    let store = Store::in_memory().unwrap();
    let targets = throttled(5);
    let (buses, _background) = run(&store, queue_target(&json!({})), targets.clone());

    put(&buses).await;
    tokio::time::sleep(Duration::from_mins(5)).await;

    assert_eq!(targets.taken.lock().unwrap().len(), 1);
    assert_eq!(pending(&store), (0, 0));
    let attempts = targets.attempts.lock().unwrap().clone();
    assert_eq!(attempts.len(), 6);
    for (n, pair) in attempts.windows(2).enumerate() {
        let (pause, longest) = (pair[1].since(pair[0]), Duration::from_secs(1 << n));
        assert!(pause >= longest / 2 && pause <= longest, "{n}: {pause:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn row_3_3_retry_policy_of_attempts_ends_in_the_dead_letter_queue() {
    let store = Store::in_memory().unwrap();
    let targets = throttled(usize::MAX);
    let policy = json!({"maximumRetryAttempts": 2});
    let (buses, _background) = run(&store, queue_target(&policy), targets.clone());

    put(&buses).await;
    tokio::time::sleep(Duration::from_mins(5)).await;

    let dead = targets.dead.lock().unwrap().pop().unwrap();
    let attribute = |name: &str| String::from_utf8(dead.attributes[name].value.clone()).unwrap();
    assert_eq!(
        attribute("EXHAUSTED_RETRY_CONDITION"),
        "MaximumRetryAttempts"
    );
    assert_eq!(attribute("RETRY_ATTEMPTS"), "2");
    assert_eq!(attribute("ERROR_CODE"), "THROTTLING");
    let event: Value = serde_json::from_str(&dead.body).unwrap();
    assert_eq!(event["detail"]["order"], 1);
    assert_eq!(targets.attempts.lock().unwrap().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn row_3_3_retry_policy_of_an_age_ends_in_the_dead_letter_queue() {
    let store = Store::in_memory().unwrap();
    let targets = throttled(usize::MAX);
    let policy = json!({"maximumEventAgeInSeconds": 60});
    let (buses, _background) = run(&store, queue_target(&policy), targets.clone());

    put(&buses).await;
    tokio::time::sleep(Duration::from_secs(61)).await;

    let dead = targets.dead.lock().unwrap().pop().unwrap();
    let condition = &dead.attributes["EXHAUSTED_RETRY_CONDITION"].value;
    assert_eq!(condition, b"MaximumEventAgeInSeconds");
}

#[tokio::test(start_paused = true)]
async fn row_3_3_put_rule_and_targets_of_a_new_start_act_on_new_events_only() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("state.db");
    let policy = json!({"maximumRetryAttempts": 3});
    {
        let store = Store::open(&file).unwrap();
        let targets = throttled(usize::MAX);
        let (buses, _background) = run(&store, queue_target(&policy), targets.clone());
        put(&buses).await;
        while targets.attempts.lock().unwrap().len() < 2 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    // WHEN the target is declared with another policy before the next start
    let store = Store::open(&file).unwrap();
    let targets = throttled(usize::MAX);
    let _run = run(
        &store,
        queue_target(&json!({"maximumRetryAttempts": 185})),
        targets.clone(),
    );
    tokio::time::sleep(Duration::from_mins(5)).await;

    // THEN the event has the attempts that are left of its own policy
    assert_eq!(targets.attempts.lock().unwrap().len(), 2);
    assert_eq!(targets.dead.lock().unwrap().len(), 1);
    assert_eq!(pending(&store), (0, 0));
}
