//! Conditional writes to DynamoDB, and reads of one item, in its JSON.

use aws_types::SdkConfig;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::api::Api;
use super::endpoint::Service;
use crate::publish::CallError;

const DYNAMODB: Service = Service {
    name: "dynamodb",
    host: "dynamodb",
    id: "DynamoDB",
    target: "DynamoDB_20120810",
    content_type: "application/x-amz-json-1.0",
};

#[derive(Debug)]
pub(super) struct DynamoDb {
    api: Api,
}

/// The refusal of a write whose condition did not hold.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ConditionFailed {
    item: Option<serde_dynamo::Item>,
}

impl DynamoDb {
    pub(super) fn new(settings: &SdkConfig) -> Self {
        Self {
            api: Api::new(settings, &DYNAMODB),
        }
    }

    /// Makes a write with a condition: whether the condition held, and else what was there, if that was asked for.
    pub(super) async fn write(
        &self,
        operation: &str,
        input: &impl Serialize,
    ) -> Result<Result<(), ConditionFailed>, CallError> {
        let answer = self.api.exchange(operation, input).await?;
        match answer.refused_with("ConditionalCheckFailedException") {
            Some(failed) => Ok(Err(failed)),
            None => answer.read::<IgnoredAny>().map(|_| Ok(())),
        }
    }

    pub(super) async fn read<A: DeserializeOwned>(
        &self,
        operation: &str,
        input: &impl Serialize,
    ) -> Result<A, CallError> {
        self.api.call(operation, input).await
    }
}

impl ConditionFailed {
    /// What was there.
    pub(super) fn item<T: DeserializeOwned>(self) -> Result<T, CallError> {
        let item = self
            .item
            .ok_or_else(|| CallError::NoAnswer("the refusal has no item".to_owned()))?;
        from_item(item)
    }
}

pub(super) fn from_item<T: DeserializeOwned>(item: serde_dynamo::Item) -> Result<T, CallError> {
    serde_dynamo::from_item(item)
        .map_err(|error| CallError::NoAnswer(format!("the item can't be read: {error}")))
}

pub(super) fn text(value: &str) -> Value {
    json!({ "S": value })
}

pub(super) fn number(value: i64) -> Value {
    json!({ "N": value.to_string() })
}
