//! The idempotency table: a record that is there, whatever its state, is not replaced.

#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::panic,
    reason = "each test file uses a part; a test fails by panicking"
)]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use sandbox::{Call, Function, Reply};
use serde_json::{Value, json};

/// The name that the function finds in `IDEMPOTENCY_TABLE_NAME`.
pub(crate) const TABLE: &str = "idempotency";

#[derive(Clone, Default)]
pub(crate) struct Records(Arc<Mutex<BTreeMap<String, Value>>>);

impl Records {
    /// A function whose only calls are to this table.
    pub(crate) async fn function(&self, binary: &str) -> Function {
        let records = self.clone();
        let variables = [("IDEMPOTENCY_TABLE_NAME", TABLE)];
        Function::start(binary, &variables, move |call| {
            std::future::ready(records.answer(&call))
        })
        .await
        .unwrap()
    }

    /// How far the run for an event is: `inProgress` or `completed`.
    pub(crate) fn state(&self, event_id: &Value) -> String {
        let records = self.0.lock().unwrap();
        let record = &records[event_id.as_str().unwrap()];
        record["runState"]["S"].as_str().unwrap().to_owned()
    }

    pub(crate) fn answer(&self, call: &Call) -> Reply {
        let request = call.json();
        assert_eq!(request["TableName"], TABLE);
        let mut records = self.0.lock().unwrap();
        match call.target.as_str() {
            "DynamoDB_20120810.PutItem" => {
                let item = request["Item"].clone();
                let id = item["eventId"]["S"].as_str().unwrap().to_owned();
                if let Some(record) = records.get(&id) {
                    let kind = "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException";
                    return Reply::with_status(400, &json!({ "__type": kind, "Item": record }));
                }
                records.insert(id, item);
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
