use std::collections::BTreeMap;

use emulator::state::Running;
use serde_json::{Value, json};

/// How a call came out: the HTTP status and the body, or nothing if there was no answer.
pub(crate) type Answer = Option<(u16, Value)>;

/// Calls a stack over HTTP, as the AWS CLI and `cargo lambda invoke` do.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    http: reqwest::Client,
    endpoint: String,
    invoke_endpoint: String,
    access_key_id: String,
}

impl Client {
    pub(crate) fn new(running: &Running) -> Self {
        Self {
            http: reqwest::Client::builder().no_proxy().build().unwrap(),
            endpoint: running.endpoint.clone(),
            invoke_endpoint: running.invoke_endpoint.clone(),
            access_key_id: running.access_key_id.clone(),
        }
    }

    /// The same client with another access key.
    pub(crate) fn with_key(&self, access_key_id: &str) -> Self {
        Self {
            access_key_id: access_key_id.to_owned(),
            ..self.clone()
        }
    }

    /// One AWS call, for example `DynamoDB_20120810.PutItem`.
    pub(crate) async fn call(&self, target: &str, request: &Value) -> Answer {
        let credential = format!(
            "AWS4-HMAC-SHA256 Credential={}/20261121/us-east-1/service/aws4_request, \
             SignedHeaders=host;x-amz-date;x-amz-target, Signature=00",
            self.access_key_id
        );
        let request = self
            .http
            .post(&self.endpoint)
            .header("x-amz-target", target)
            .header("content-type", "application/x-amz-json-1.0")
            .header("authorization", credential)
            .body(request.to_string());
        answer(request).await
    }

    /// A call that must succeed.
    pub(crate) async fn ask(&self, target: &str, request: &Value) -> Value {
        match self.call(target, request).await {
            Some((200, body)) => body,
            other => panic!("{target} was answered {other:?}"),
        }
    }

    /// Invokes a function by its name in the program.
    pub(crate) async fn invoke(&self, function: &str, event: &Value) -> Answer {
        let address = format!(
            "{}/2015-03-31/functions/{function}/invocations",
            self.invoke_endpoint
        );
        answer(self.http.post(address).body(event.to_string())).await
    }

    /// Posts to the Runtime API's address that an environment was given.
    pub(crate) async fn runtime_api(&self, environment: &str, path: &str) -> Answer {
        let address = format!("{environment}/2018-06-01/runtime/{path}");
        answer(self.http.post(address).body("{}")).await
    }

    /// Every item of a table whose attributes are all strings, by this attribute.
    pub(crate) async fn items(&self, table: &str, by: &str) -> BTreeMap<String, Value> {
        let mut items = BTreeMap::new();
        let mut request = json!({ "TableName": table, "ConsistentRead": true });
        loop {
            let page = self.ask("DynamoDB_20120810.Scan", &request).await;
            for item in page["Items"].as_array().unwrap() {
                let key = item[by]["S"].as_str().unwrap().to_owned();
                items.insert(key, item.clone());
            }
            match page.get("LastEvaluatedKey") {
                Some(key) => request["ExclusiveStartKey"] = key.clone(),
                None => return items,
            }
        }
    }

    /// Takes all messages that a queue has now, until `wanted` are there or none comes for a second.
    pub(crate) async fn messages(&self, queue: &str, wanted: usize) -> Vec<Value> {
        let url = self
            .ask("AmazonSQS.GetQueueUrl", &json!({ "QueueName": queue }))
            .await;
        let request = json!({
            "QueueUrl": url["QueueUrl"], "MaxNumberOfMessages": 10, "WaitTimeSeconds": 1,
        });
        let mut bodies = Vec::new();
        while bodies.len() < wanted {
            let answer = self.ask("AmazonSQS.ReceiveMessage", &request).await;
            let Some(messages) = answer["Messages"].as_array().filter(|all| !all.is_empty()) else {
                return bodies;
            };
            let body = |message: &Value| serde_json::from_str(message["Body"].as_str()?).ok();
            bodies.extend(messages.iter().map(|message| body(message).unwrap()));
        }
        bodies
    }
}

/// An item of strings in `DynamoDB`'s JSON.
pub(crate) fn item_of(fields: &Value) -> Value {
    let fields = fields.as_object().unwrap().iter();
    fields
        .map(|(name, value)| (name.clone(), json!({ "S": value })))
        .collect()
}

async fn answer(request: reqwest::RequestBuilder) -> Answer {
    let response = request.send().await.ok()?;
    let status = response.status().as_u16();
    let body = response.bytes().await.ok()?;
    Some((status, serde_json::from_slice(&body).unwrap_or_default()))
}
