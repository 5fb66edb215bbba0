use std::collections::BTreeSet;

use bytes::Bytes;
use dynoxide::Database;
use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::{Value, json};

use super::failure::{NOT_FOUND, VALIDATION, perform};
use super::names;
use super::tables::Tables;
use crate::Outage;
use crate::front::{Service, ServiceError, parse};

const SUPPORTED: [&str; 13] = [
    "BatchGetItem",
    "BatchWriteItem",
    "DeleteItem",
    "DescribeTable",
    "DescribeTimeToLive",
    "GetItem",
    "ListTables",
    "PutItem",
    "Query",
    "Scan",
    "TransactGetItems",
    "TransactWriteItems",
    "UpdateItem",
];

/// What AWS has and the stack decides here.
const DECLARED_ONLY: [&str; 4] = [
    "CreateTable",
    "DeleteTable",
    "UpdateTable",
    "UpdateTimeToLive",
];

/// DynamoDB: items of the declared tables.
#[derive(Clone)]
pub struct DynamoDb(pub(super) Tables, pub(super) Outage);

impl DynamoDb {
    /// The service over these tables.
    #[must_use]
    pub fn new(tables: Tables) -> Self {
        Self(tables, Outage::default())
    }

    /// How to make it fail or throttle: all operations, while its streams go on.
    #[must_use]
    pub fn outage(&self) -> &Outage {
        &self.1
    }

    /// Whether an operation is done here.
    #[must_use]
    pub fn supports(operation: &str) -> bool {
        SUPPORTED.contains(&operation)
    }

    fn answer(&self, operation: &str, mut body: Value) -> Result<Value, ServiceError> {
        if DECLARED_ONLY.contains(&operation) {
            return Err(ServiceError::bad_request(
                VALIDATION,
                format!(
                    "{operation} is not done here, and nothing was changed: the tables are those \
                     that the stack declares; change the declaration and start again"
                ),
            ));
        }
        if !SUPPORTED.contains(&operation) {
            return Err(ServiceError::unknown_operation(operation, &SUPPORTED));
        }
        if operation == "ListTables" {
            return self.list_tables(&body);
        }
        self.available()?;
        let named = self.resolve(operation, &mut body)?;
        self.on_store(operation, &named, |database| match operation {
            "BatchGetItem" => perform(operation, body, |it| database.batch_get_item(it)),
            "BatchWriteItem" => perform(operation, body, |it| database.batch_write_item(it)),
            "DeleteItem" => perform(operation, body, |it| database.delete_item(it)),
            "DescribeTable" => perform(operation, body, |it| database.describe_table(it))
                .map(|answer| self.described(answer)),
            "DescribeTimeToLive" => {
                perform(operation, body, |it| database.describe_time_to_live(it))
            }
            "GetItem" => perform(operation, body, |it| database.get_item(it)),
            "PutItem" => perform(operation, body, |it| database.put_item(it)),
            "Query" => perform(operation, body, |it| database.query(it)),
            "Scan" => perform(operation, body, |it| database.scan(it)),
            "TransactGetItems" => perform(operation, body, |it| database.transact_get_items(it)),
            "TransactWriteItems" => {
                perform(operation, body, |it| database.transact_write_items(it))
            }
            _ => perform(operation, body, |it| database.update_item(it)),
        })
    }

    /// What is answered while there is an outage.
    pub(super) fn available(&self) -> Result<(), ServiceError> {
        match self.1.error(self.0.0.clock.now()) {
            Some(error) => Err(error),
            None => Ok(()),
        }
    }

    /// The name of a table that a request names, by name or by ARN; a table that is not declared is refused.
    pub(super) fn table(&self, operation: &str, given: &str) -> Result<String, ServiceError> {
        let table = self.0.0.names.table(given);
        if is_name(table) && !self.0.declared().contains_key(table) {
            return Err(not_found(operation, table));
        }
        Ok(table.to_owned())
    }

    /// Does the work of an operation, then announces what it wrote into the tables it names.
    pub(super) fn on_store<'a, Answer>(
        &self,
        operation: &str,
        named: impl IntoIterator<Item = &'a String>,
        work: impl FnOnce(&Database) -> Result<Answer, ServiceError>,
    ) -> Result<Answer, ServiceError> {
        let mut engine = self.0.engine();
        let answer = work(&engine.database)?;
        if is_write(operation) {
            for table in named {
                self.0.announce(&mut engine, table)?;
            }
        }
        Ok(answer)
    }

    /// Replaces the ARNs of tables by their names and refuses tables that are not declared.
    fn resolve(&self, operation: &str, body: &mut Value) -> Result<BTreeSet<String>, ServiceError> {
        let mut named = BTreeSet::new();
        let mut resolve = |name: &mut Value| -> Result<(), ServiceError> {
            let Some(given) = name.as_str() else {
                // Not there or of another type: the store words the refusal.
                return Ok(());
            };
            let table = self.table(operation, given)?;
            *name = json!(table);
            named.insert(table);
            Ok(())
        };
        if let Some(requests) = body.get_mut("RequestItems").and_then(Value::as_object_mut) {
            for (name, request) in std::mem::take(requests) {
                let mut name = json!(name);
                resolve(&mut name)?;
                requests.insert(name.as_str().unwrap_or_default().to_owned(), request);
            }
        }
        if let Some(actions) = body.get_mut("TransactItems").and_then(Value::as_array_mut) {
            for action in actions.iter_mut().filter_map(Value::as_object_mut) {
                for (_, action) in action.iter_mut() {
                    if let Some(name) = action.get_mut("TableName") {
                        resolve(name)?;
                    }
                }
            }
        }
        if let Some(name) = body.get_mut("TableName") {
            resolve(name)?;
        }
        Ok(named)
    }

    /// Only the declared tables, though the file may hold others.
    fn list_tables(&self, body: &Value) -> Result<Value, ServiceError> {
        let limit = match body.get("Limit").filter(|limit| !limit.is_null()) {
            None => 100,
            Some(limit) => limit
                .as_u64()
                .and_then(|limit| usize::try_from(limit).ok())
                .filter(|limit| (1..=100).contains(limit))
                .ok_or_else(|| {
                    ServiceError::bad_request(
                        VALIDATION,
                        format!(
                            "1 validation error detected: Value '{limit}' at 'limit' failed to \
                             satisfy constraint: Member must have value between 1 and 100"
                        ),
                    )
                })?,
        };
        let after = body.get("ExclusiveStartTableName").and_then(Value::as_str);
        let mut names: Vec<_> = self
            .0
            .declared()
            .keys()
            .filter(|name| after.is_none_or(|after| name.as_str() > after))
            .collect();
        let more = names.len() > limit;
        names.truncate(limit);
        let mut answer = json!({ "TableNames": names });
        if more {
            answer["LastEvaluatedTableName"] = json!(names.last());
        }
        Ok(answer)
    }

    /// The declared ARNs and the declared view type in place of the store's.
    fn described(&self, mut answer: Value) -> Value {
        self.0.0.names.rewrite(&mut answer);
        let description = &mut answer["Table"];
        let declared = description["TableName"]
            .as_str()
            .and_then(|name| self.0.declared().get(name));
        if let Some(table) = declared {
            description["TableArn"] = json!(table.arn);
            if let Some(stream) = &table.stream {
                description["LatestStreamArn"] = json!(stream.arn);
                description["LatestStreamLabel"] = json!(names::stream_label(&stream.arn));
                description["StreamSpecification"]["StreamViewType"] = json!(stream.view.name());
            }
        }
        answer
    }
}

impl Service for DynamoDb {
    fn call<'a>(
        &'a self,
        operation: &'a str,
        body: Value,
    ) -> BoxFuture<'a, Result<Value, ServiceError>> {
        async move { self.answer(operation, body) }.boxed()
    }

    fn call_text<'a>(
        &'a self,
        operation: &'a str,
        body: &'a Bytes,
    ) -> BoxFuture<'a, Result<Bytes, ServiceError>> {
        async move {
            if let Some(answer) = self.single(operation, body) {
                return answer;
            }
            let answer = self.answer(operation, parse(body)?)?;
            Ok(answer.to_string().into())
        }
        .boxed()
    }
}

fn is_write(operation: &str) -> bool {
    matches!(
        operation,
        "BatchWriteItem" | "DeleteItem" | "PutItem" | "TransactWriteItems" | "UpdateItem"
    )
}

/// Whether it could be a table's name; if not, the store words the refusal.
fn is_name(text: &str) -> bool {
    (3..=255).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte))
}

fn not_found(operation: &str, table: &str) -> ServiceError {
    let message = match operation {
        "DescribeTable" => format!("Requested resource not found: Table: {table} not found"),
        _ => "Requested resource not found".to_owned(),
    };
    ServiceError::bad_request(NOT_FOUND, message)
}
