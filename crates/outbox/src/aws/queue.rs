use aws_sdk_sqs::Client;
use aws_sdk_sqs::config::Builder;
use aws_sdk_sqs::types::MessageAttributeValue;
use aws_types::SdkConfig;

use super::call;
use crate::Quarantine;
use crate::publish::CallError;
use crate::quarantine::{Poison, QuarantineError};

/// An Amazon SQS queue as quarantine. The message attribute `reason` says why a record is there, `encoding` how to
/// read the body.
#[derive(Debug)]
pub struct QuarantineQueue {
    client: Client,
    url: String,
}

impl QuarantineQueue {
    /// The queue with this URL.
    #[must_use]
    pub fn new(settings: &SdkConfig, url: impl Into<String>) -> Self {
        let settings = Builder::from(settings)
            .retry_config(call::one_attempt())
            .timeout_config(call::time_outs())
            .build();
        Self {
            client: Client::from_conf(settings),
            url: url.into(),
        }
    }
}

impl Quarantine for QuarantineQueue {
    async fn store(&self, poison: &Poison<'_>) -> Result<(), QuarantineError> {
        let message = poison.message()?;
        self.client
            .send_message()
            .queue_url(&self.url)
            .message_body(message.body)
            .message_attributes("reason", text(poison.reason.kind.as_str())?)
            .message_attributes("encoding", text(message.encoding.as_str())?)
            .send()
            .await
            .map_err(call::error)?;
        Ok(())
    }
}

fn text(value: &str) -> Result<MessageAttributeValue, CallError> {
    MessageAttributeValue::builder()
        .data_type("String")
        .string_value(value)
        .build()
        .map_err(|error| CallError::NotSent(error.to_string()))
}
