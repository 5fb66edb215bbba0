use emulator::state::Running;
use serde_json::{Map, Value, json};

use crate::attribute::plain_item;
use crate::error::Error;

/// Speaks to a running stack over HTTP, as any client would.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    http: reqwest::Client,
    running: Running,
}

/// How a function answered an invocation.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Answer {
    /// It answered with this text, JSON unless the function says otherwise.
    Returned(String),
    /// It failed, or could not be run; the text is Lambda's error object.
    Failed(String),
}

impl Client {
    /// A client of a running stack, which never goes through a proxy.
    pub(crate) fn of(running: &Running) -> Result<Self, Error> {
        let http = reqwest::Client::builder().no_proxy().build();
        let http = http.map_err(|source| unreachable(&running.endpoint, source))?;
        Ok(Self {
            http,
            running: running.clone(),
        })
    }

    /// Invokes a function and waits for its answer.
    ///
    /// <https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html>
    pub(crate) async fn invoke(&self, function: &str, event: String) -> Result<Answer, Error> {
        let address = format!(
            "{}/2015-03-31/functions/{function}/invocations",
            self.running.invoke_endpoint
        );
        let (status, body) = self.post(&address, &[], event).await?;
        if (200..300).contains(&status) {
            Ok(Answer::Returned(body))
        } else if body.is_empty() {
            // Lambda always says what is wrong: this address is none of its own, as the name made it so.
            Err(Error::NoFunctionName {
                name: function.to_owned(),
                status,
            })
        } else {
            Ok(Answer::Failed(body))
        }
    }

    /// Reads one item with `GetItem`, as any client of `DynamoDB` would, and takes its type letters
    /// off; None if there is no such item.
    ///
    /// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_GetItem.html>
    pub(crate) async fn item(
        &self,
        table: &str,
        key: &str,
        value: &str,
    ) -> Result<Option<Map<String, Value>>, Error> {
        let request =
            json!({"TableName": table, "Key": {key: {"S": value}}, "ConsistentRead": true});
        let answer = self.dynamodb("GetItem", &request).await?;
        match answer.get("Item").and_then(Value::as_object) {
            Some(item) => {
                let plain = plain_item(item).map(Some);
                plain.ok_or_else(|| self.answered(200, &answer.to_string()))
            }
            None => Ok(None),
        }
    }

    /// Reads all items of a table with `Scan`, page by page, and takes their type letters off.
    ///
    /// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Scan.html>
    pub(crate) async fn items(&self, table: &str) -> Result<Vec<Map<String, Value>>, Error> {
        let mut items = Vec::new();
        let mut request = json!({"TableName": table, "ConsistentRead": true});
        loop {
            let page = self.dynamodb("Scan", &request).await?;
            let found = page.get("Items").and_then(Value::as_array);
            for item in found.into_iter().flatten() {
                let plain = item.as_object().and_then(plain_item);
                items.push(plain.ok_or_else(|| self.answered(200, &item.to_string()))?);
            }
            match page.get("LastEvaluatedKey") {
                Some(key) => request["ExclusiveStartKey"] = key.clone(),
                None => return Ok(items),
            }
        }
    }

    /// Sends a JSON body to a REST API, signed in name only, and answers the status and the body.
    pub(crate) async fn request(
        &self,
        method: &str,
        address: &str,
        body: String,
    ) -> Result<(u16, String), Error> {
        let credential = self.credential("execute-api");
        let headers = [
            ("content-type", "application/json"),
            ("authorization", credential.as_str()),
        ];
        self.send(method, address, &headers, body).await
    }

    async fn dynamodb(&self, operation: &str, request: &Value) -> Result<Value, Error> {
        let credential = self.credential("dynamodb");
        let target = format!("DynamoDB_20120810.{operation}");
        let headers = [
            ("content-type", "application/x-amz-json-1.0"),
            ("x-amz-target", target.as_str()),
            ("authorization", credential.as_str()),
        ];
        let (status, body) = self
            .post(&self.running.endpoint, &headers, request.to_string())
            .await?;
        if status != 200 {
            return Err(self.answered(status, &body));
        }
        serde_json::from_str(&body).map_err(|_| self.answered(status, &body))
    }

    /// The emulator looks at the key and leaves the signature unverified.
    fn credential(&self, service: &str) -> String {
        format!(
            "AWS4-HMAC-SHA256 Credential={}/19700101/{}/{service}/aws4_request, SignedHeaders=host, Signature=0",
            self.running.access_key_id, self.running.region
        )
    }

    fn answered(&self, status: u16, body: &str) -> Error {
        Error::Answer {
            address: self.running.endpoint.clone(),
            status,
            body: body.to_owned(),
        }
    }

    async fn post(
        &self,
        address: &str,
        headers: &[(&str, &str)],
        body: String,
    ) -> Result<(u16, String), Error> {
        self.send("POST", address, headers, body).await
    }

    async fn send(
        &self,
        method: &str,
        address: &str,
        headers: &[(&str, &str)],
        body: String,
    ) -> Result<(u16, String), Error> {
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap_or_default();
        let mut request = self.http.request(method, address).body(body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = request
            .send()
            .await
            .map_err(|source| unreachable(address, source))?;
        let status = response.status().as_u16();
        let body = response
            .text()
            .await
            .map_err(|source| unreachable(address, source))?;
        Ok((status, body))
    }
}

fn unreachable(address: &str, source: reqwest::Error) -> Error {
    Error::Unreachable {
        address: address.to_owned(),
        source,
    }
}
