use aws_types::SdkConfig;
use contract::Sequence;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::dynamodb::{DynamoDb, from_item, number, text};
use crate::consume::order::{Lane, LaneKey, LaneStore, Overdue, SeenStore, Versioned};
use crate::publish::CallError;

/// A DynamoDB table that keeps the order of keys: partition key `orderingKey` and sort key `consumer`, both strings,
/// without time to live, for a key that is forgotten begins anew.
///
/// It needs the right `dynamodb:UpdateItem` for [`Newest`](crate::consume::order::Newest), and `dynamodb:GetItem`,
/// `dynamodb:PutItem` and, to release what is overdue, `dynamodb:Scan` for
/// [`Gapless`](crate::consume::order::Gapless). An event costs the former one write, the latter one read and two
/// writes, each of the size of what is parked for its key.
#[derive(Debug)]
pub struct OrderTable {
    dynamodb: DynamoDb,
    name: String,
}

impl OrderTable {
    /// The table with this name or ARN.
    #[must_use]
    pub fn new(settings: &SdkConfig, name: impl Into<String>) -> Self {
        Self {
            dynamodb: DynamoDb::new(settings),
            name: name.into(),
        }
    }
}

impl SeenStore for OrderTable {
    async fn see(&self, lane: LaneKey<'_>, sequence: &Sequence) -> Result<bool, CallError> {
        // Padded, so that they compare as numbers.
        let update = json!({
            "TableName": self.name,
            "Key": key(lane),
            "UpdateExpression": "SET seenSequence = :sequence",
            "ConditionExpression": "attribute_not_exists(seenSequence) OR seenSequence <= :sequence",
            "ExpressionAttributeValues": { ":sequence": text(&sequence.padded()) },
        });
        Ok(self.dynamodb.write("UpdateItem", &update).await?.is_ok())
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Got {
    item: Option<serde_dynamo::Item>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    lane_version: u64,
    lane: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Scanned {
    #[serde(default)]
    items: Vec<serde_dynamo::Item>,
    last_evaluated_key: Option<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OverdueRow {
    ordering_key: String,
}

impl LaneStore for OrderTable {
    async fn load(&self, lane: LaneKey<'_>) -> Result<Versioned, CallError> {
        let get = json!({ "TableName": self.name, "Key": key(lane), "ConsistentRead": true });
        let got: Got = self.dynamodb.read("GetItem", &get).await?;
        let Some(item) = got.item else {
            return Ok(Versioned::default());
        };
        let row: Row = from_item(item)?;
        let lane = serde_json::from_str(&row.lane)
            .map_err(|error| CallError::NoAnswer(format!("the lane can't be read: {error}")))?;
        Ok(Versioned {
            lane,
            version: row.lane_version,
        })
    }

    async fn save(&self, at: LaneKey<'_>, lane: &Lane, version: u64) -> Result<bool, CallError> {
        let written =
            serde_json::to_string(lane).map_err(|error| CallError::NotSent(error.to_string()))?;
        let mut item = key(at);
        item["lane"] = text(&written);
        item["laneVersion"] = json!({ "N": (version + 1).to_string() });
        if let Some(since) = lane.parked_since() {
            item["parkedSince"] = number(since.as_millisecond());
        }
        let mut put = json!({ "TableName": self.name, "Item": item });
        if version == 0 {
            put["ConditionExpression"] = json!("attribute_not_exists(orderingKey)");
        } else {
            put["ConditionExpression"] = json!("laneVersion = :version");
            put["ExpressionAttributeValues"] = json!({ ":version": { "N": version.to_string() } });
        }
        Ok(self.dynamodb.write("PutItem", &put).await?.is_ok())
    }

    async fn overdue(
        &self,
        consumer: &str,
        parked_by: Timestamp,
    ) -> Result<Vec<Overdue>, CallError> {
        let mut overdue = Vec::new();
        let mut scan = json!({
            "TableName": self.name,
            "FilterExpression": "consumer = :consumer AND parkedSince <= :by",
            "ProjectionExpression": "orderingKey",
            "ExpressionAttributeValues": {
                ":consumer": text(consumer),
                ":by": number(parked_by.as_millisecond()),
            },
        });
        loop {
            let page: Scanned = self.dynamodb.read("Scan", &scan).await?;
            for item in page.items {
                let OverdueRow { ordering_key: key } = from_item(item)?;
                overdue.push(Overdue { key });
            }
            match page.last_evaluated_key {
                None => return Ok(overdue),
                Some(last) => scan["ExclusiveStartKey"] = last,
            }
        }
    }
}

fn key(lane: LaneKey<'_>) -> Value {
    json!({ "orderingKey": text(lane.key), "consumer": text(lane.consumer) })
}
