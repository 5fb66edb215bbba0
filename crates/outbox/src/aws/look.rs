use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Value, json};

use super::QuarantineQueue;
use crate::publish::CallError;
use crate::quarantine::{Encoding, Message};

/// For how long a message is hidden from the look's own next calls: longer than the look at a whole queue takes.
const HIDDEN: Duration = Duration::from_mins(2);

/// A quarantine could not be looked through.
#[derive(Debug, thiserror::Error)]
pub enum LookError {
    /// A call failed.
    #[error(transparent)]
    Call(#[from] CallError),
    /// Messages that nobody can see now.
    #[error(
        "{count} of its messages are hidden: somebody else reads them, or a look was broken off; they come back within \
         minutes"
    )]
    Hidden {
        /// How many.
        count: u64,
    },
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Received {
    messages: Vec<ReceivedMessage>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ReceivedMessage {
    body: String,
    receipt_handle: String,
    #[serde(default)]
    message_attributes: BTreeMap<String, Value>,
}

impl QuarantineQueue {
    /// Shows each quarantined record to `seen`. They stay in the queue: they are hidden for the time of the look, so
    /// that each call brings others, and shown again at its end. It counts as a receive of each; the rights are
    /// `sqs:GetQueueAttributes`, `sqs:ReceiveMessage` and `sqs:ChangeMessageVisibility`.
    ///
    /// See <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html>.
    ///
    /// # Errors
    /// The queue could not be read, or holds messages that nobody can see now.
    pub async fn look(&self, mut seen: impl FnMut(Message)) -> Result<(), LookError> {
        match self.hidden().await? {
            0 => {}
            count => return Err(LookError::Hidden { count }),
        }
        let mut handles = Vec::new();
        let looked = loop {
            match self.receive().await {
                Ok(messages) if messages.is_empty() => break Ok(()),
                Ok(messages) => {
                    for message in messages {
                        handles.push(message.receipt_handle.clone());
                        seen(message.read());
                    }
                }
                Err(error) => break Err(error.into()),
            }
        };
        self.show_again(&handles).await;
        looked
    }

    async fn hidden(&self) -> Result<u64, CallError> {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Answer {
            attributes: BTreeMap<String, String>,
        }
        const NAME: &str = "ApproximateNumberOfMessagesNotVisible";
        let request = json!({ "QueueUrl": self.url, "AttributeNames": [NAME] });
        let answer: Answer = self.api.call("GetQueueAttributes", &request).await?;
        let count = answer.attributes.get(NAME).map(|count| count.parse());
        match count {
            Some(Ok(count)) => Ok(count),
            _ => Err(CallError::NoAnswer(format!("the answer has no {NAME}"))),
        }
    }

    async fn receive(&self) -> Result<Vec<ReceivedMessage>, CallError> {
        let request = json!({
            "QueueUrl": self.url,
            "MaxNumberOfMessages": 10,
            // A long poll asks all servers, so that an empty answer means an empty queue.
            "WaitTimeSeconds": 1,
            "VisibilityTimeout": HIDDEN.as_secs(),
            "MessageAttributeNames": ["encoding"],
        });
        let answer: Received = self.api.call("ReceiveMessage", &request).await?;
        Ok(answer.messages)
    }

    /// What can't be shown again comes back by itself.
    async fn show_again(&self, handles: &[String]) {
        for ten in handles.chunks(10) {
            let entry = |(nth, handle): (usize, &String)| json!({ "Id": nth.to_string(), "ReceiptHandle": handle, "VisibilityTimeout": 0 });
            let entries: Vec<_> = ten.iter().enumerate().map(entry).collect();
            let request = json!({ "QueueUrl": self.url, "Entries": entries });
            let answer = self
                .api
                .call::<IgnoredAny>("ChangeMessageVisibilityBatch", &request);
            if let Err(error) = answer.await {
                tracing::warn!(%error, "messages of the quarantine stay hidden for two minutes");
            }
        }
    }
}

impl ReceivedMessage {
    fn read(self) -> Message {
        let encoding = self.message_attributes.get("encoding");
        let encoding = encoding.and_then(|encoding| encoding["StringValue"].as_str());
        Message {
            body: self.body,
            encoding: if encoding == Some(Encoding::GzipBase64.as_str()) {
                Encoding::GzipBase64
            } else {
                Encoding::Json
            },
        }
    }
}
