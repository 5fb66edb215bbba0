//! What the tests of the binaries share: the bus and the queue that they play, and a batch.

#![allow(dead_code, reason = "each test file uses a part")]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use events::User;
use outbox::testing::Record;
use sandbox::{Call, Function, Reply};
use serde_json::{Value, json};

/// A bus and a quarantine queue that take everything, and keep what they were asked.
#[derive(Clone, Default)]
pub(crate) struct Aws {
    calls: Arc<Mutex<Vec<Call>>>,
}

impl Aws {
    /// Starts a relay against this AWS.
    pub(crate) async fn start(&self, relay: &str) -> Function {
        let aws = self.clone();
        let variables = [
            ("EVENT_BUS_NAME", "events"),
            (
                "QUARANTINE_QUEUE_URL",
                "https://sqs.us-east-1.amazonaws.com/000000000000/quarantine",
            ),
        ];
        Function::start(relay, &variables, move |call| {
            std::future::ready(aws.answer(call))
        })
        .await
        .unwrap()
    }

    fn answer(&self, call: Call) -> Reply {
        let entries = call.json()["Entries"].as_array().map_or(0, Vec::len);
        let reply = match call.operation() {
            "PutEvents" => json!({
                "FailedEntryCount": 0,
                "Entries": vec![json!({"EventId": "11710aed-b79e-4468-a20b-bb3c0c3b4860"}); entries],
            }),
            "DescribeEventBus" => json!({"Name": "events"}),
            _ => json!({"MessageId": "5fea7756-0ea4-451a-a703-a558b933e274"}),
        };
        self.calls.lock().unwrap().push(call);
        Reply::ok(&reply)
    }

    /// The ids of the users whose events reached the bus, in order.
    pub(crate) fn published_users(&self) -> Vec<String> {
        self.published("/id")
    }

    /// The ids of the events that reached the bus, in order.
    pub(crate) fn published_event_ids(&self) -> Vec<String> {
        self.published("/metadata/eventId")
    }

    /// The texts at one place of all published details, in order.
    fn published(&self, place: &str) -> Vec<String> {
        let calls = self.calls.lock().unwrap();
        let entries = calls
            .iter()
            .filter(|call| call.operation() == "PutEvents")
            .flat_map(|call| call.json()["Entries"].as_array().cloned().unwrap());
        let mut texts: Vec<String> = entries
            .map(|entry| {
                let detail: Value =
                    serde_json::from_str(entry["Detail"].as_str().unwrap()).unwrap();
                detail.pointer(place).unwrap().as_str().unwrap().to_owned()
            })
            .collect();
        texts.sort();
        texts
    }

    /// The bodies of the quarantined messages.
    pub(crate) fn quarantined(&self) -> Vec<String> {
        let calls = self.calls.lock().unwrap();
        calls
            .iter()
            .filter(|call| call.operation() == "SendMessage")
            .map(|call| call.json()["MessageBody"].as_str().unwrap().to_owned())
            .collect()
    }
}

/// Insertions of users with these ids, as Lambda hands them to the relay.
pub(crate) fn insertions(ids: &[&str]) -> String {
    let records: Vec<Value> = (1..)
        .zip(ids)
        .map(|(number, id)| {
            let user = User {
                id: (*id).to_owned(),
                ..User::sample()
            };
            Record::insert(number, &user).value().clone()
        })
        .collect();
    json!({"Records": records}).to_string()
}

/// Long enough that no test meets it.
pub(crate) const TIME_LEFT: Duration = Duration::from_secs(30);
