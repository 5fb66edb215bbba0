use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Value, json};

use crate::Batch;

/// A stream record to be shaped for a test. Its event id is `event-<number>`, its sequence number 21 digits that end
/// in the number.
#[derive(Debug, Clone)]
pub struct Record(Value);

impl Record {
    /// An `INSERT` of an item whose key is its attribute `id`.
    ///
    /// # Panics
    /// If the item is not one that DynamoDB can hold.
    #[must_use]
    pub fn insert(number: u32, item: &impl Serialize) -> Self {
        Self::new(number, "INSERT", item, true)
    }

    /// A `MODIFY` that leaves the item as given.
    ///
    /// # Panics
    /// If the item is not one that DynamoDB can hold.
    #[must_use]
    pub fn modify(number: u32, item: &impl Serialize) -> Self {
        Self::new(number, "MODIFY", item, true)
    }

    /// A `REMOVE` of the item by a request.
    ///
    /// # Panics
    /// If the item is not one that DynamoDB can hold.
    #[must_use]
    pub fn remove(number: u32, item: &impl Serialize) -> Self {
        Self::new(number, "REMOVE", item, false)
    }

    /// A `REMOVE` of the item because its time to live ran out.
    ///
    /// # Panics
    /// If the item is not one that DynamoDB can hold.
    #[must_use]
    pub fn expire(number: u32, item: &impl Serialize) -> Self {
        Self::remove(number, item).with(
            "/userIdentity",
            json!({ "type": "Service", "principalId": "dynamodb.amazonaws.com" }),
        )
    }

    /// The record with another value at a place (a JSON pointer whose parent exists).
    #[must_use]
    pub fn with(mut self, place: &str, value: Value) -> Self {
        if let Some((parent, field)) = place.rsplit_once('/')
            && let Some(fields) = self.0.pointer_mut(parent).and_then(Value::as_object_mut)
        {
            fields.insert(field.to_owned(), value);
        }
        self
    }

    /// The record as JSON.
    #[must_use]
    pub fn value(&self) -> &Value {
        &self.0
    }

    #[allow(
        clippy::expect_used,
        reason = "for tests, where a wrong item is a wrong test"
    )]
    fn new(number: u32, name: &str, item: &impl Serialize, image: bool) -> Self {
        let item: serde_dynamo::Item =
            serde_dynamo::to_item(item).expect("an item that DynamoDB can hold");
        let id = item.inner().get("id").expect("an attribute `id`, the key");
        let mut record = json!({
            "eventID": format!("event-{number}"),
            "eventName": name,
            "eventVersion": "1.1",
            "eventSource": "aws:dynamodb",
            "awsRegion": "us-east-1",
            "dynamodb": {
                "ApproximateCreationDateTime": 1_763_702_220_i64,
                "Keys": { "id": id },
                "SequenceNumber": format!("1{number:020}"),
                "SizeBytes": 100,
                "StreamViewType": "NEW_IMAGE",
            },
            "eventSourceARN":
                "arn:aws:dynamodb:us-east-1:000000000000:table/items/stream/2026-11-21T05:17:00.000",
        });
        if image {
            record["dynamodb"]["NewImage"] = json!(item);
        }
        Self(record)
    }
}

impl FromIterator<Record> for Batch {
    #[allow(clippy::expect_used, reason = "JSON that was a value a moment ago")]
    fn from_iter<I: IntoIterator<Item = Record>>(records: I) -> Self {
        let records: Vec<Box<RawValue>> = records
            .into_iter()
            .map(|record| to_raw_value(&record.0).expect("JSON"))
            .collect();
        records.into()
    }
}

/// One `INSERT` per item.
#[must_use]
pub fn inserts<T: Serialize>(items: impl IntoIterator<Item = T>) -> Batch {
    (1..)
        .zip(items)
        .map(|(number, item)| Record::insert(number, &item))
        .collect()
}

/// One `MODIFY` per item.
#[must_use]
pub fn modifications<T: Serialize>(items: impl IntoIterator<Item = T>) -> Batch {
    (1..)
        .zip(items)
        .map(|(number, item)| Record::modify(number, &item))
        .collect()
}

/// One `REMOVE` by request per item.
#[must_use]
pub fn removals<T: Serialize>(items: impl IntoIterator<Item = T>) -> Batch {
    (1..)
        .zip(items)
        .map(|(number, item)| Record::remove(number, &item))
        .collect()
}

/// One `REMOVE` by time to live per item.
#[must_use]
pub fn expiries<T: Serialize>(items: impl IntoIterator<Item = T>) -> Batch {
    (1..)
        .zip(items)
        .map(|(number, item)| Record::expire(number, &item))
        .collect()
}
