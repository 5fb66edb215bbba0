use std::collections::BTreeMap;
use std::time::Duration;

use aws_types::SdkConfig;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::api::Api;
use super::endpoint::Service;
use crate::Quarantine;
use crate::publish::CallError;
use crate::quarantine::{Encoding, Message, Poison, QuarantineError};

const SQS: Service = Service {
    name: "sqs",
    host: "sqs",
    id: "SQS",
    target: "AmazonSQS",
    content_type: "application/x-amz-json-1.0",
};

/// An Amazon SQS queue as quarantine. The message attribute `reason` says why a record is there, `encoding` how to
/// read the body.
#[derive(Debug)]
pub struct QuarantineQueue {
    api: Api,
    url: String,
}

/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html>
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct SendMessage<'a> {
    queue_url: &'a str,
    message_body: String,
    message_attributes: BTreeMap<&'static str, Attribute>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Attribute {
    data_type: &'static str,
    string_value: &'static str,
}

impl QuarantineQueue {
    /// The queue with this URL.
    #[must_use]
    pub fn new(settings: &SdkConfig, url: impl Into<String>) -> Self {
        Self {
            api: Api::new(settings, &SQS),
            url: url.into(),
        }
    }
}

impl QuarantineQueue {
    /// Up to ten of the quarantined records, which stay in the queue but are hidden for as long as told, so that the
    /// next call brings others; none when there is nothing else to see. It counts as a receive of each; the right is
    /// `sqs:ReceiveMessage`.
    ///
    /// See <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html>.
    ///
    /// # Errors
    /// The queue could not be read.
    pub async fn look(&self, hidden_for: Duration) -> Result<Vec<Message>, CallError> {
        #[derive(Default, Deserialize)]
        #[serde(default, rename_all = "PascalCase")]
        struct Answer {
            messages: Vec<Received>,
        }
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Received {
            body: String,
            #[serde(default)]
            message_attributes: BTreeMap<String, Value>,
        }
        let request = json!({
            "QueueUrl": self.url,
            "MaxNumberOfMessages": 10,
            // A long poll asks all servers, so that an empty answer means an empty queue.
            "WaitTimeSeconds": 1,
            "VisibilityTimeout": hidden_for.as_secs(),
            "MessageAttributeNames": ["encoding"],
        });
        let answer: Answer = self.api.call("ReceiveMessage", &request).await?;
        let message = |received: Received| {
            let encoding = received.message_attributes.get("encoding");
            let encoding = encoding.and_then(|encoding| encoding["StringValue"].as_str());
            Message {
                body: received.body,
                encoding: if encoding == Some(Encoding::GzipBase64.as_str()) {
                    Encoding::GzipBase64
                } else {
                    Encoding::Json
                },
            }
        };
        Ok(answer.messages.into_iter().map(message).collect())
    }
}

impl Quarantine for QuarantineQueue {
    async fn store(&self, poison: &Poison<'_>) -> Result<(), QuarantineError> {
        let message = poison.message()?;
        let request = SendMessage {
            queue_url: &self.url,
            message_body: message.body,
            message_attributes: BTreeMap::from([
                ("reason", text(poison.reason.kind.as_str())),
                ("encoding", text(message.encoding.as_str())),
            ]),
        };
        self.api.call::<IgnoredAny>("SendMessage", &request).await?;
        Ok(())
    }
}

fn text(string_value: &'static str) -> Attribute {
    Attribute {
        data_type: "String",
        string_value,
    }
}
