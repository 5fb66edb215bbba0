use std::collections::BTreeMap;

use aws_types::SdkConfig;
use serde::Serialize;
use serde::de::IgnoredAny;

use super::api::Api;
use super::endpoint::Service;
use crate::Quarantine;
use crate::quarantine::{Poison, QuarantineError};

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
    pub(super) api: Api,
    pub(super) url: String,
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
