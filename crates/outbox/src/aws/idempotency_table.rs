use aws_types::SdkConfig;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::dynamodb::{ConditionFailed, DynamoDb, number, text};
use crate::consume::{Claim, Claimed, IdempotencyStore, Known, State};
use crate::publish::CallError;

/// The claim's own repeat counts as granted: the answer to its first attempt may have been lost.
const ABSENT_EXPIRED_OR_OVER: &str = "attribute_not_exists(eventId) OR expiresAt <= :second \
     OR (runState = :inProgress AND payloadHash = :payload AND (leaseUntil <= :now OR leaseOwner = :owner))";

/// A DynamoDB table as [`IdempotencyStore`]: partition key `eventId` and sort key `consumer`, both strings, and time
/// to live on `expiresAt`.
///
/// Beside them a record has `runState` (`inProgress` or `completed`), `leaseOwner`, `leaseUntil` (milliseconds since
/// 1970), `payloadHash` and `handlerResult` (JSON). It needs the rights `dynamodb:PutItem` and `dynamodb:UpdateItem`
/// on the table, and costs two writes of up to 1 KB for each event consumed, one for each repeat.
#[derive(Debug)]
pub struct IdempotencyTable {
    dynamodb: DynamoDb,
    name: String,
}

impl IdempotencyTable {
    /// The table with this name or ARN.
    #[must_use]
    pub fn new(settings: &SdkConfig, name: impl Into<String>) -> Self {
        Self {
            dynamodb: DynamoDb::new(settings),
            name: name.into(),
        }
    }

    async fn update(
        &self,
        claim: &Claim<'_>,
        expression: &str,
        condition: &str,
        mut values: Value,
    ) -> Result<bool, CallError> {
        values[":owner"] = text(claim.owner);
        let update = json!({
            "TableName": self.name,
            "Key": { "eventId": text(claim.event_id), "consumer": text(claim.consumer) },
            "UpdateExpression": expression,
            "ConditionExpression": condition,
            "ExpressionAttributeValues": values,
        });
        Ok(self.dynamodb.write("UpdateItem", &update).await?.is_ok())
    }
}

/// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_PutItem.html>
impl IdempotencyStore for IdempotencyTable {
    async fn claim(&self, claim: &Claim<'_>) -> Result<Claimed, CallError> {
        let put = json!({
            "TableName": self.name,
            "Item": {
                "eventId": text(claim.event_id),
                "consumer": text(claim.consumer),
                "runState": text("inProgress"),
                "leaseOwner": text(claim.owner),
                "leaseUntil": number(claim.lease_until.as_millisecond()),
                "payloadHash": text(claim.payload),
                "expiresAt": number(claim.expires_at.as_second()),
            },
            "ConditionExpression": ABSENT_EXPIRED_OR_OVER,
            "ExpressionAttributeValues": {
                ":inProgress": text("inProgress"),
                ":payload": text(claim.payload),
                ":now": number(claim.now.as_millisecond()),
                ":second": number(claim.now.as_second()),
                ":owner": text(claim.owner),
            },
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        });
        match self.dynamodb.write("PutItem", &put).await? {
            Ok(()) => Ok(Claimed::Granted),
            Err(failed) => Ok(Claimed::Refused(known(failed)?)),
        }
    }

    async fn complete(
        &self,
        claim: &Claim<'_>,
        result: &str,
        expires_at: Timestamp,
    ) -> Result<bool, CallError> {
        let values = json!({
            ":completed": text("completed"),
            ":result": text(result),
            ":expires": number(expires_at.as_second()),
        });
        let expression = "SET runState = :completed, handlerResult = :result, expiresAt = :expires";
        self.update(claim, expression, "leaseOwner = :owner", values)
            .await
    }

    async fn release(&self, claim: &Claim<'_>) -> Result<(), CallError> {
        let values = json!({ ":over": number(0), ":inProgress": text("inProgress") });
        let condition = "leaseOwner = :owner AND runState = :inProgress";
        self.update(claim, "SET leaseUntil = :over", condition, values)
            .await?;
        Ok(())
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Record {
    run_state: RunState,
    payload_hash: String,
    #[serde(default)]
    lease_until: i64,
    #[serde(default)]
    handler_result: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
enum RunState {
    InProgress,
    Completed,
}

fn known(failed: ConditionFailed) -> Result<Known, CallError> {
    let unreadable = |reason: String| {
        CallError::NoAnswer(format!("the idempotency record can't be read: {reason}"))
    };
    let record: Record = failed.item()?;
    let state = match record.run_state {
        RunState::Completed => State::Completed {
            result: record.handler_result,
        },
        RunState::InProgress => State::InProgress {
            lease_until: Timestamp::from_millisecond(record.lease_until)
                .map_err(|error| unreadable(error.to_string()))?,
        },
    };
    Ok(Known {
        payload: record.payload_hash,
        state,
    })
}
