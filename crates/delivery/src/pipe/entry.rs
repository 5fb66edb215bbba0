use jiff::Timestamp;
use serde_json::{Value, json};

use super::{BATCH_TO_A_BUS, BusParameters, InputTemplate};
use crate::Time;
use crate::bus::MAXIMUM_REQUEST_BYTES;
use crate::document::{Document, Kind, Node};

/// What a pipe does with each record: its template and how its events are addressed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What becomes the detail; the whole record without one.
    pub template: Option<InputTemplate>,
    /// How the events are addressed.
    pub parameters: BusParameters,
}

/// What is known about a run beside its records.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The pipe's ARN.
    pub pipe_arn: &'a str,
    /// The pipe's name.
    pub pipe_name: &'a str,
    /// The stream's ARN.
    pub source_arn: &'a str,
    /// The bus's ARN.
    pub target_arn: &'a str,
    /// When the records reached the template.
    pub received_at: Time,
}

/// An entry of `PutEvents`, made of one record. Whether the bus takes it is the bus's matter.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    source: String,
    detail_type: String,
    detail: String,
    resources: Vec<String>,
    /// Seconds since the Unix epoch, or what stood there instead.
    time: Option<Value>,
}

/// What an entry's time counts for.
const TIME_BYTES: usize = 14;

impl Step {
    /// The entry for a record, given as JSON text.
    #[must_use]
    pub fn entry(&self, record: &str, context: &Context<'_>) -> Entry {
        match Document::parse(record) {
            Ok(read) => self.of_document(record, &read, context),
            // No stream has such a record; the bus says what is wrong with it.
            Err(_) => Entry {
                source: String::new(),
                detail_type: String::new(),
                detail: record.to_owned(),
                resources: Vec::new(),
                time: None,
            },
        }
    }

    /// Paths of the parameters lead into the original record, not into what the template makes of it.
    fn of_document(&self, record: &str, read: &Document<'_>, context: &Context<'_>) -> Entry {
        let parameters = &self.parameters;
        Entry {
            source: parameters.source.of(read),
            detail_type: parameters.detail_type.of(read),
            detail: match &self.template {
                Some(template) => template.render(record, read, context),
                None => record.to_owned(),
            },
            resources: parameters.resources.iter().map(|it| it.of(read)).collect(),
            time: (parameters.time.as_ref())
                .map(|path| path.find(&read.root).map_or(Value::from(""), time)),
        }
    }
}

/// A time as `PutEvents` takes it: RFC 3339 and numbers become seconds; what is neither stays, and is refused.
fn time(node: &Node<'_>) -> Value {
    let text = match &node.kind {
        Kind::String(text) => text.as_ref(),
        _ => node.text,
    };
    match (text.parse::<Timestamp>(), text.parse::<f64>()) {
        (Ok(time), _) => json!(time.as_duration().as_secs_f64()),
        (_, Ok(seconds)) => json!(seconds),
        _ => Value::from(text),
    }
}

impl Entry {
    /// The bytes that AWS counts.
    fn bytes(&self) -> usize {
        let resources: usize = self.resources.iter().map(String::len).sum();
        let time = self.time.as_ref().map_or(0, |_| TIME_BYTES);
        self.source.len() + self.detail_type.len() + self.detail.len() + resources + time
    }

    fn into_json(self, bus_arn: &str) -> Value {
        let mut entry = json!({
            "EventBusName": bus_arn,
            "Source": self.source,
            "DetailType": self.detail_type,
            "Detail": self.detail,
            "Resources": self.resources,
        });
        if let Some(time) = self.time {
            entry["Time"] = time;
        }
        entry
    }
}

/// The requests of `PutEvents` that carry these entries in their order, each with at most 10 of them and less
/// than 1 MiB, with the number of its entries. An entry that is too large alone has a request of its own, and
/// is refused.
#[must_use]
pub fn requests(entries: Vec<Entry>, bus_arn: &str) -> Vec<(usize, Value)> {
    let mut requests: Vec<Vec<Value>> = Vec::new();
    let mut bytes = 0;
    for entry in entries {
        let more = entry.bytes();
        let entry = entry.into_json(bus_arn);
        match requests.last_mut() {
            Some(request)
                if request.len() < BATCH_TO_A_BUS && bytes + more < MAXIMUM_REQUEST_BYTES =>
            {
                bytes += more;
                request.push(entry);
            }
            _ => {
                bytes = more;
                requests.push(vec![entry]);
            }
        }
    }
    requests
        .into_iter()
        .map(|entries| (entries.len(), json!({ "Entries": entries })))
        .collect()
}
