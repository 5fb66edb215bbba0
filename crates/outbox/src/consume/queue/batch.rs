//! A batch as Lambda delivers it, sorted into what may run side by side.

use std::collections::HashMap;

use contract::Sequence;
use serde::Deserialize;
use serde_json::Value;

use crate::consume::event::{self, Failure};

/// One batch of SQS messages, as the event source mapping hands it to a function
/// (<https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html#example-standard-queue-message-event>). Of a message
/// the id and the body count; what else is there is ignored.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct QueueBatch {
    records: Vec<Record>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Record {
    message_id: String,
    body: String,
}

/// What logs and answers call a message.
#[derive(Debug, Clone)]
pub(super) struct Name {
    pub(super) message_id: String,
    /// Empty when the body has none.
    pub(super) event_id: String,
}

/// A message on its way to the handler.
#[derive(Debug)]
pub(super) struct Message {
    /// Its place in the batch.
    pub(super) position: usize,
    pub(super) name: Name,
    pub(super) event: Result<Value, Failure>,
}

/// The messages of a batch.
#[derive(Debug)]
pub(super) struct Lanes {
    /// Those of one lane are consumed one after the other.
    pub(super) lanes: Vec<Vec<Message>>,
    /// Every message, in the order of the batch.
    pub(super) names: Vec<Name>,
}

impl QueueBatch {
    /// How many messages it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// Whether it has no message.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// The id and the body of each message.
    pub(crate) fn into_messages(self) -> impl Iterator<Item = (String, String)> {
        let records = self.records.into_iter();
        records.map(|record| (record.message_id, record.body))
    }

    pub(super) fn into_lanes(self) -> Lanes {
        let mut names = Vec::with_capacity(self.records.len());
        let mut lanes: Vec<Vec<Message>> = Vec::new();
        let mut lane_of_key = HashMap::new();
        for (position, record) in self.records.into_iter().enumerate() {
            let message = Message::new(position, record);
            names.push(message.name.clone());
            match message.key() {
                None => lanes.push(vec![message]),
                Some(key) => {
                    let lane = *lane_of_key.entry(key.to_owned()).or_insert_with(|| {
                        lanes.push(Vec::new());
                        lanes.len() - 1
                    });
                    lanes[lane].push(message);
                }
            }
        }
        for lane in lanes.iter_mut().filter(|lane| lane.len() > 1) {
            lane.sort_by_cached_key(Message::sequence);
        }
        Lanes { lanes, names }
    }
}

impl Message {
    fn new(position: usize, record: Record) -> Self {
        let event = serde_json::from_str(&record.body).map_err(|error| Failure {
            kind: "BodyIsNotJson",
            message: format!("the body of the message is no JSON: {error}"),
        });
        let event_id = event.as_ref().map(event::id).unwrap_or_default().to_owned();
        let name = Name {
            message_id: record.message_id,
            event_id,
        };
        Self {
            position,
            name,
            event,
        }
    }

    fn metadata(&self) -> Option<&Value> {
        self.event.as_ref().ok()?.get("detail")?.get("metadata")
    }

    fn key(&self) -> Option<&str> {
        self.metadata()?.get("key")?.as_str()
    }

    /// Numbers of two kinds say nothing about each other.
    fn sequence(&self) -> Option<(String, Option<Sequence>)> {
        let metadata = self.metadata()?;
        let kind = metadata["sequenceKind"].as_str().unwrap_or_default();
        let sequence = metadata["sequence"].as_str().map(str::parse);
        Some((kind.to_owned(), sequence.and_then(Result::ok)))
    }
}
