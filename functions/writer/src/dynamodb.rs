//! Users in a `DynamoDB` table.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::http::HttpResponse;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata as _, SdkError};
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValuesOnConditionCheckFailure};
use events::User;
use outbox::environment::{MissingVariable, required};
use outbox::function::with_causes;

use crate::store::{Insertion, StoreError, Users};

/// The table of users, keyed by `id`.
#[derive(Clone, Debug)]
pub struct UsersTable {
    client: Client,
    name: String,
}

impl UsersTable {
    /// The table that `TABLE_NAME` names, reached with the function's own credentials.
    pub fn from_env() -> Result<Self, MissingVariable> {
        let name = required("TABLE_NAME", "the name of the users table")?;
        // An attempt whose answer is lost is repeated; the condition and the comparison below make
        // that safe.
        let client = outbox::sdk::dynamodb_client()?;
        Ok(Self { client, name })
    }
}

impl Users for UsersTable {
    async fn insert(&self, user: &User) -> Result<Insertion, StoreError> {
        let item: HashMap<String, AttributeValue> =
            serde_dynamo::to_item(user).map_err(|error| StoreError::Refused {
                reason: error.to_string(),
            })?;
        let request = self
            .client
            .put_item()
            .table_name(&self.name)
            .set_item(Some(item.clone()))
            .condition_expression("attribute_not_exists(id)")
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        // Boxed, since the SDK's future is many kilobytes and would be moved around by value.
        match Box::pin(request.send()).await {
            Ok(_) => Ok(Insertion::Stored),
            Err(error) => match error.as_service_error() {
                Some(PutItemError::ConditionalCheckFailedException(taken)) => {
                    if taken.item() == Some(&item) {
                        Ok(Insertion::AlreadyThere)
                    } else {
                        Ok(Insertion::Taken)
                    }
                }
                _ => Err(self.not_confirmed(&error)),
            },
        }
    }
}

impl UsersTable {
    fn not_confirmed(&self, error: &SdkError<PutItemError, HttpResponse>) -> StoreError {
        let SdkError::ServiceError(answer) = error else {
            return StoreError::Unknown {
                reason: with_causes(error),
            };
        };
        let code = answer.err().code().unwrap_or("unknown error");
        let message = answer.err().message().unwrap_or("no message");
        let reason = format!("{code}: {message} (table {:?})", self.name);
        // A 5xx says nothing about the write, and throttling only that the last attempt was not made.
        // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
        let is_certain = answer.raw().status().is_client_error()
            && !code.contains("Throttl")
            && !code.contains("LimitExceeded")
            && !code.contains("ThroughputExceeded");
        if is_certain {
            StoreError::Refused { reason }
        } else {
            StoreError::Unknown { reason }
        }
    }
}
