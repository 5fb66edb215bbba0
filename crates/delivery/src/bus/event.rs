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
#[derive(Clone, Debug, PartialEq)]
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
    /// What happened.
    pub detail: Map<String, Value>,
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

    /// The envelope that patterns are matched against and that targets get.
    #[must_use]
    pub fn into_json(self) -> Value {
        json!({
            "version": "0",
            "id": self.id,
            "detail-type": self.detail_type,
            "source": self.source,
            "account": self.place.account,
            "time": self.time.in_seconds(),
            "region": self.place.region,
            "resources": self.resources,
            "detail": self.detail,
        })
    }
}
