use serde_json::{Map, Value, json};

use super::table::ViewType;

/// Added to a stored number to make it look like DynamoDB's: 21 digits, all of the same length, so
/// that they also sort as text.
const SEQUENCE_OFFSET: u128 = 100_000_000_000_000_000_000;

/// The sequence number that clients see.
pub(super) fn public_sequence_number(position: i64) -> String {
    (SEQUENCE_OFFSET + u128::from(position.unsigned_abs())).to_string()
}

/// The stored position of a sequence number; `None` if none like it was ever given out.
pub(super) fn stored_position(sequence_number: &str) -> Option<i64> {
    let number: u128 = sequence_number.parse().ok()?;
    i64::try_from(number.checked_sub(SEQUENCE_OFFSET)?).ok()
}

/// A stream record as it is stored: always with both images, whatever the stream's view type is.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct StoredRecord {
    /// Where it stands in its shard; larger is later.
    pub(super) position: i64,
    pub(super) event_id: String,
    pub(super) event_name: String,
    pub(super) keys: Value,
    pub(super) new_image: Option<Value>,
    pub(super) old_image: Option<Value>,
    /// Whole seconds since the epoch.
    pub(super) created_at: i64,
    /// Who made the change, if not a caller: `{"type": …, "principalId": …}`.
    pub(super) user_identity: Option<Value>,
}

/// One change of an item, as a stream hands it out.
#[derive(Clone, Debug, PartialEq)]
pub struct StreamRecord {
    /// Decimal, 21 digits; compare by length, then as text.
    pub sequence_number: String,
    /// When the change was made: whole seconds since the epoch.
    pub created_at: u64,
    /// The item's full primary key, in DynamoDB's JSON.
    pub keys: Value,
    /// The record as a function receives it: with lower-camel `userIdentity`, without
    /// `eventSourceARN`, which the mapping adds.
    pub body: Map<String, Value>,
}

impl StoredRecord {
    /// Whether the item was the same before and after: DynamoDB writes no record then.
    ///
    /// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html>
    pub(super) fn changes_nothing(&self) -> bool {
        match (&self.old_image, &self.new_image) {
            (Some(Value::Object(old)), Some(Value::Object(new))) => {
                old.len() == new.len()
                    && old
                        .iter()
                        .all(|(name, value)| new.get(name).is_some_and(|other| same(value, other)))
            }
            _ => false,
        }
    }

    /// The record that a stream of this view type holds.
    pub(super) fn seen_as(self, view: ViewType, region: &str) -> StreamRecord {
        let sequence_number = public_sequence_number(self.position);
        let mut size = size_of(&self.keys);
        let mut change = Map::new();
        change.insert(
            "ApproximateCreationDateTime".to_owned(),
            json!(self.created_at),
        );
        change.insert("Keys".to_owned(), self.keys.clone());
        let images = [
            (
                "NewImage",
                self.new_image,
                matches!(view, ViewType::NewImage | ViewType::NewAndOldImages),
            ),
            (
                "OldImage",
                self.old_image,
                matches!(view, ViewType::OldImage | ViewType::NewAndOldImages),
            ),
        ];
        for (name, image, wanted) in images {
            if let Some(image) = image.filter(|_| wanted) {
                size += size_of(&image);
                change.insert(name.to_owned(), image);
            }
        }
        change.insert("SequenceNumber".to_owned(), json!(sequence_number));
        change.insert("SizeBytes".to_owned(), json!(size));
        change.insert("StreamViewType".to_owned(), json!(view.name()));

        let mut body = Map::new();
        body.insert("eventID".to_owned(), json!(self.event_id));
        body.insert("eventName".to_owned(), json!(self.event_name));
        body.insert("eventVersion".to_owned(), json!("1.1"));
        body.insert("eventSource".to_owned(), json!("aws:dynamodb"));
        body.insert("awsRegion".to_owned(), json!(region));
        body.insert("dynamodb".to_owned(), Value::Object(change));
        if let Some(identity) = self.user_identity {
            body.insert("userIdentity".to_owned(), identity);
        }
        StreamRecord {
            sequence_number,
            created_at: u64::try_from(self.created_at).unwrap_or_default(),
            keys: self.keys,
            body,
        }
    }
}

/// Equality of two attribute values: the members of a set have no order.
fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one.iter().all(|(name, value)| {
                    other.get(name).is_some_and(|other| {
                        if matches!(name.as_str(), "SS" | "NS" | "BS") {
                            same_members(value, other)
                        } else {
                            same(value, other)
                        }
                    })
                })
        }
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        _ => one == other,
    }
}

fn same_members(one: &Value, other: &Value) -> bool {
    match (one.as_array(), other.as_array()) {
        (Some(one), Some(other)) => {
            one.len() == other.len() && one.iter().all(|member| other.contains(member))
        }
        // A map attribute may be called `SS` too.
        _ => same(one, other),
    }
}

/// About what DynamoDB counts: names and values without the JSON around them.
fn size_of(value: &Value) -> usize {
    match value {
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| name.len() + size_of(value))
            .sum(),
        Value::Array(members) => members.iter().map(size_of).sum(),
        Value::String(text) => text.len(),
        _ => 1,
    }
}
