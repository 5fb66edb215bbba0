//! A table that knows the one update that the function makes.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use order_tracking::dynamodb::{CONDITION, UPDATE};
use sandbox::{Call, Function, Reply};
use serde_json::{Value, json};
use tokio::sync::Barrier;

use super::records::{self, Records};

#[derive(Clone, Default)]
pub(crate) struct Table {
    items: Arc<Mutex<HashMap<String, Value>>>,
    records: Records,
    updates: Arc<AtomicUsize>,
    throttled: Arc<Mutex<bool>>,
    group: Option<Arc<Barrier>>,
}

impl Table {
    /// Nobody is answered before as many have asked.
    pub(crate) fn answers_in_groups_of(mut self, calls: usize) -> Self {
        self.group = Some(Arc::new(Barrier::new(calls)));
        self
    }

    pub(crate) async fn function(&self) -> Function {
        let table = self.clone();
        let variables = [
            ("TABLE_NAME", "tracking"),
            ("IDEMPOTENCY_TABLE_NAME", records::TABLE),
        ];
        Function::start(
            env!("CARGO_BIN_EXE_order-tracking"),
            &variables,
            move |call| {
                let table = table.clone();
                async move {
                    if let Some(group) = &table.group {
                        group.wait().await;
                    }
                    if call.json()["TableName"] == records::TABLE {
                        return table.records.answer(&call).await;
                    }
                    table.answer(&call)
                }
            },
        )
        .await
        .unwrap()
    }

    /// What has been consumed.
    pub(crate) fn records(&self) -> &Records {
        &self.records
    }

    /// How often the table was written, whatever came of it.
    pub(crate) fn updates(&self) -> usize {
        self.updates.load(Ordering::Relaxed)
    }

    /// The item of an order, as DynamoDB JSON.
    pub(crate) fn item(&self, id: &str) -> Value {
        self.items.lock().unwrap()[id].clone()
    }

    fn answer(&self, call: &Call) -> Reply {
        assert_eq!(call.target, "DynamoDB_20120810.UpdateItem");
        let request = call.json();
        assert_eq!(request["TableName"], "tracking");
        assert_eq!(request["UpdateExpression"], UPDATE);
        assert_eq!(request["ConditionExpression"], CONDITION);
        self.updates.fetch_add(1, Ordering::Relaxed);
        let id = request["Key"]["id"]["S"].as_str().unwrap();
        if id == "forbidden" {
            return refused("AccessDeniedException", "not authorized");
        }
        let first = !std::mem::replace(&mut *self.throttled.lock().unwrap(), true);
        if id == "throttled" && first {
            return refused("ThrottlingException", "slow down");
        }
        let mut items = self.items.lock().unwrap();
        let newer = &request["ExpressionAttributeValues"][":sequence"]["S"];
        if let Some(item) = items.get(id)
            && item["sequence"]["S"].as_str() >= newer.as_str()
        {
            return refused(
                "ConditionalCheckFailedException",
                "The conditional request failed",
            );
        }
        let mut item = json!({ "id": request["Key"]["id"] });
        for (placeholder, name) in request["ExpressionAttributeNames"].as_object().unwrap() {
            let value = placeholder.replace('#', ":");
            item[name.as_str().unwrap()] = request["ExpressionAttributeValues"][value].clone();
        }
        items.insert(id.to_owned(), item);
        Reply::ok(&json!({}))
    }
}

fn refused(code: &str, message: &str) -> Reply {
    let kind = format!("com.amazonaws.dynamodb.v20120810#{code}");
    Reply::with_status(400, &json!({ "__type": kind, "message": message }))
}
