//! The idempotency table: a record that is there, whatever its state, is not replaced. And what two deliveries of one
//! event at the same time do to a function.

#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::panic,
    reason = "each test file uses a part; a test fails by panicking"
)]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use sandbox::{Answer, Call, Function, Reply};
use serde_json::{Value, json};
use tokio::sync::watch;

/// The name that the function finds in `IDEMPOTENCY_TABLE_NAME`.
pub(crate) const TABLE: &str = "idempotency";

const TIME_LEFT: Duration = Duration::from_secs(30);

#[derive(Clone, Default)]
pub(crate) struct Records {
    kept: Arc<Mutex<BTreeMap<String, Value>>>,
    claims: Arc<watch::Sender<usize>>,
    /// Nobody hears that a run is completed meanwhile.
    holds_completions: Arc<watch::Sender<bool>>,
}

impl Records {
    /// A function whose only calls are to this table.
    pub(crate) async fn function(&self, binary: &str) -> Function {
        let records = self.clone();
        let variables = [("IDEMPOTENCY_TABLE_NAME", TABLE)];
        Function::start(binary, &variables, move |call| {
            let records = records.clone();
            async move { records.answer(&call).await }
        })
        .await
        .unwrap()
    }

    /// What two environments answer to one event, of which the second gets it while the first is at work.
    pub(crate) async fn two_at_a_time(
        &self,
        [first, second]: [&Function; 2],
        payload: &str,
    ) -> [Answer; 2] {
        self.holds_completions.send_replace(true);
        let mut claims = self.claims.subscribe();
        let second = async {
            claims.wait_for(|claims| *claims > 0).await.unwrap();
            let answer = second.invoke(payload.to_owned(), TIME_LEFT).await;
            self.holds_completions.send_replace(false);
            answer
        };
        let first = first.invoke(payload.to_owned(), TIME_LEFT);
        tokio::join!(first, second).into()
    }

    /// How far the run for an event is: `inProgress` or `completed`.
    pub(crate) fn state(&self, event_id: &Value) -> String {
        let records = self.kept.lock().unwrap();
        let record = &records[event_id.as_str().unwrap()];
        record["runState"]["S"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn answer(&self, call: &Call) -> Reply {
        if call.operation() == "UpdateItem" {
            let mut holds = self.holds_completions.subscribe();
            holds.wait_for(|holds| !holds).await.unwrap();
        }
        let request = call.json();
        assert_eq!(request["TableName"], TABLE);
        let mut records = self.kept.lock().unwrap();
        match call.target.as_str() {
            "DynamoDB_20120810.PutItem" => {
                let item = request["Item"].clone();
                let id = item["eventId"]["S"].as_str().unwrap().to_owned();
                if let Some(record) = records.get(&id) {
                    let kind = "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException";
                    return Reply::with_status(400, &json!({ "__type": kind, "Item": record }));
                }
                records.insert(id, item);
                self.claims.send_modify(|claims| *claims += 1);
            }
            "DynamoDB_20120810.UpdateItem" => {
                let values = &request["ExpressionAttributeValues"];
                let id = request["Key"]["eventId"]["S"].as_str().unwrap();
                let record = records.get_mut(id).unwrap();
                assert_eq!(record["leaseOwner"], values[":owner"]);
                record["runState"] = values[":completed"].clone();
                record["handlerResult"] = values[":result"].clone();
            }
            other => panic!("{other} is not among the rights"),
        }
        Reply::ok(&json!({}))
    }
}
