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
        let credential = format!(
            "AWS4-HMAC-SHA256 Credential={}/19700101/{}/dynamodb/aws4_request, SignedHeaders=host, Signature=0",
            self.running.access_key_id, self.running.region
        );
        let headers = [
            ("content-type", "application/x-amz-json-1.0"),
            ("x-amz-target", "DynamoDB_20120810.GetItem"),
            ("authorization", credential.as_str()),
        ];
        let (status, body) = self
            .post(&self.running.endpoint, &headers, request.to_string())
            .await?;
        let answer = || Error::Answer {
            address: self.running.endpoint.clone(),
            status,
            body: body.clone(),
        };
        if status != 200 {
            return Err(answer());
        }
        let parsed: Value = serde_json::from_str(&body).map_err(|_| answer())?;
        match parsed.get("Item").and_then(Value::as_object) {
            Some(item) => plain_item(item).map(Some).ok_or_else(answer),
            None => Ok(None),
        }
    }

    async fn post(
        &self,
        address: &str,
        headers: &[(&str, &str)],
        body: String,
    ) -> Result<(u16, String), Error> {
        let mut request = self.http.post(address).body(body);
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
