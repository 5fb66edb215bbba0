use serde_json::{Map, Value, json};

use super::Entry;
use crate::Time;

/// Where a bus is: what an envelope says about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// For example `us-east-1`.
    pub region: String,
    /// Twelve digits.
    pub account: String,
}

/// One event on a bus, in AWS's envelope.
///
/// See <https://docs.aws.amazon.com/eventbridge/latest/ref/events-structure.html>.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Made by the bus for each accepted entry; a repeated entry gets another one.
    pub id: String,
    /// What kind of event, for example `OrderPlaced`.
    pub detail_type: String,
    /// Who published it.
    pub source: String,
    /// When it happened, or when the bus took it.
    pub time: Time,
    /// ARNs of what it is about.
    pub resources: Vec<String>,
    /// What happened: a JSON object as it was published.
    pub detail: String,
    /// The bus's region and account.
    pub place: Place,
}

impl Event {
    /// The event that a bus at `place` makes of an entry that it takes `now`.
    #[must_use]
    pub fn of(entry: Entry, id: String, place: Place, now: Time) -> Self {
        Self {
            id,
            detail_type: entry.detail_type,
            source: entry.source,
            time: entry.time.unwrap_or(now),
            resources: entry.resources,
            detail: entry.detail,
            place,
        }
    }

    /// The envelope as the text that targets get: the detail stands in it as it was published, for
    /// a number that is read and written again may come out as another one.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = Value::Object(self.around_the_detail()).to_string();
        // The brace at the end.
        text.pop();
        text.push_str(",\"detail\":");
        text.push_str(self.detail.trim());
        text.push('}');
        text
    }

    fn around_the_detail(&self) -> Map<String, Value> {
        let texts = [
            ("version", "0"),
            ("id", &self.id),
            ("detail-type", &self.detail_type),
            ("source", &self.source),
            ("account", &self.place.account),
            ("time", &self.time.in_seconds()),
            ("region", &self.place.region),
        ];
        let texts = texts.map(|(name, text)| (name.to_owned(), json!(text)));
        let resources = ("resources".to_owned(), json!(self.resources));
        texts.into_iter().chain([resources]).collect()
    }
}
