//! A batch as Lambda delivers it, and the way to its records that looks at each byte once.

use std::sync::OnceLock;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::record::{Remains, StreamRecord, remains};

/// One batch of DynamoDB stream records, as the event source mapping hands it to a function
/// (<https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html>). It is kept as it came: a record that can't be read
/// must not fail the others, and goes to the quarantine unchanged.
#[derive(Debug, Clone)]
pub struct Batch {
    json: String,
}

/// A record that is not what a stream delivers.
pub(crate) struct Unreadable {
    pub(crate) message: String,
    pub(crate) remains: Remains,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Event<R> {
    records: Vec<R>,
}

impl Batch {
    /// The event of an invocation; whether it is a batch shows when its records are read.
    #[cfg(feature = "aws")]
    pub(crate) fn new(event: Vec<u8>) -> Result<Self, std::string::FromUtf8Error> {
        String::from_utf8(event).map(|json| Self { json })
    }

    /// How many records it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.as_they_came().map_or(0, |records| records.len())
    }

    /// Whether it has no record.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The records, or the error of an event that is no batch.
    pub(crate) fn records(&self) -> serde_json::Result<Vec<Result<StreamRecord<'_>, Unreadable>>> {
        if let Ok(Event { records }) = serde_json::from_str(&self.json) {
            return Ok(records.into_iter().map(Ok).collect());
        }
        // Some can't be read, so each is read by itself.
        let records = self.as_they_came()?.into_iter();
        Ok(records.map(read).collect())
    }

    fn as_they_came(&self) -> serde_json::Result<Vec<&RawValue>> {
        serde_json::from_str(&self.json).map(|Event { records }| records)
    }
}

fn read(record: &RawValue) -> Result<StreamRecord<'_>, Unreadable> {
    serde_json::from_str(record.get()).map_err(|error| Unreadable {
        message: format!("the stream record can't be read: {error}"),
        remains: remains(record),
    })
}

/// The records of a batch as they came, found when the first is asked for: only the quarantine wants one.
pub(crate) struct AsTheyCame<'a> {
    batch: &'a Batch,
    records: OnceLock<Vec<&'a RawValue>>,
}

impl<'a> AsTheyCame<'a> {
    pub(crate) fn of(batch: &'a Batch) -> Self {
        Self {
            batch,
            records: OnceLock::new(),
        }
    }

    pub(crate) fn record(&self, position: usize) -> Option<&'a RawValue> {
        let find = || self.batch.as_they_came().unwrap_or_default();
        self.records.get_or_init(find).get(position).copied()
    }
}

impl Default for Batch {
    fn default() -> Self {
        Vec::new().into()
    }
}

impl From<Vec<Box<RawValue>>> for Batch {
    fn from(records: Vec<Box<RawValue>>) -> Self {
        let records: Vec<&str> = records.iter().map(|record| record.get()).collect();
        Self {
            json: format!("{{\"Records\":[{}]}}", records.join(",")),
        }
    }
}

impl<'de> Deserialize<'de> for Batch {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json: Box<str> = Box::<RawValue>::deserialize(deserializer)?.into();
        let batch = Self { json: json.into() };
        batch.as_they_came().map_err(D::Error::custom)?;
        Ok(batch)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed step is a failed test")]

    use serde_json::json;

    use super::*;
    use crate::testing::Record;

    fn record(number: u32) -> Record {
        Record::insert(number, &json!({ "id": number.to_string() }))
    }

    fn ids(batch: &Batch) -> Vec<Option<String>> {
        let records = batch.records().unwrap().into_iter();
        records
            .map(|record| record.ok().map(|record| record.event_id.into_owned()))
            .collect()
    }

    #[test]
    fn records_that_can_be_read_are_the_same_beside_one_that_can_not() {
        let unreadable = record(2).with("/dynamodb/SequenceNumber", json!(2));
        let id = |number: u32| Some(format!("event-{number}"));
        assert_eq!(
            ids(&Batch::from_iter([record(1), record(2), record(3)])),
            [id(1), id(2), id(3)]
        );
        assert_eq!(
            ids(&Batch::from_iter([record(1), unreadable, record(3)])),
            [id(1), None, id(3)]
        );
    }

    #[test]
    fn a_record_is_found_as_it_came() {
        let text = r#"{ "eventID" : "a" , "1.0":1.0 }"#;
        let event = format!(r#"{{"Records" : [ 5, {text} ], "more": [] }}"#);
        for batch in [
            serde_json::from_str::<Batch>(&event).unwrap(),
            vec![RawValue::from_string(text.to_owned()).unwrap(); 2].into(),
        ] {
            assert_eq!(batch.len(), 2);
            let as_they_came = AsTheyCame::of(&batch);
            assert_eq!(as_they_came.record(1).unwrap().get(), text);
            assert!(as_they_came.record(2).is_none());
        }
    }

    #[test]
    fn what_is_no_batch_is_refused() {
        for event in ["{}", "[]", r#"{"Records": null}"#, r#"{"Records": [}"#] {
            assert!(serde_json::from_str::<Batch>(event).is_err(), "{event}");
        }
        assert!(Batch::default().is_empty());
    }
}
