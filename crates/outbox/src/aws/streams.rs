use aws_types::SdkConfig;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::api::Api;
use super::endpoint::Service;
use crate::publish::CallError;
use crate::recovery::{Page, ReadShard, Shard, Start};

const STREAMS: Service = Service {
    name: "dynamodb",
    host: "streams.dynamodb",
    id: "DynamoDB Streams",
    target: "DynamoDBStreams_20120810",
    content_type: "application/x-amz-json-1.0",
};

/// The streams of Amazon DynamoDB.
#[derive(Debug)]
pub struct DynamoDbStreams {
    api: Api,
}

/// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_GetShardIterator.html>
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct GetShardIterator<'a> {
    stream_arn: &'a str,
    shard_id: &'a str,
    shard_iterator_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    sequence_number: Option<&'a str>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Place {
    shard_iterator: String,
}

/// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_GetRecords.html>
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct GetRecords<'a> {
    shard_iterator: &'a str,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Records {
    #[serde(default)]
    records: Vec<Value>,
    #[serde(default)]
    next_shard_iterator: Option<String>,
}

impl DynamoDbStreams {
    /// The streams of the settings' Region.
    #[must_use]
    pub fn new(settings: &SdkConfig) -> Self {
        Self {
            api: Api::new(settings, &STREAMS),
        }
    }
}

impl ReadShard for DynamoDbStreams {
    async fn iterator(&self, shard: &Shard, from: Start<'_>) -> Result<String, CallError> {
        let (shard_iterator_type, sequence_number) = match from {
            Start::At(number) => ("AT_SEQUENCE_NUMBER", Some(number)),
            Start::Oldest => ("TRIM_HORIZON", None),
        };
        let request = GetShardIterator {
            stream_arn: &shard.stream_arn,
            shard_id: &shard.shard_id,
            shard_iterator_type,
            sequence_number,
        };
        let answer: Place = self.api.call("GetShardIterator", &request).await?;
        Ok(answer.shard_iterator)
    }

    async fn records(&self, shard_iterator: &str) -> Result<Page, CallError> {
        let request = GetRecords { shard_iterator };
        let answer: Records = self.api.call("GetRecords", &request).await?;
        Ok(Page {
            records: answer.records,
            next: answer.next_shard_iterator,
        })
    }
}
