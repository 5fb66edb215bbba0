//! The SDK's client as the store.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::{Builder, http::HttpResponse};
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::TransactWriteItem;

use super::action::Item;
use super::store::{CancellationReason, ReadError, ReasonCode, Store, WriteError};
use crate::function::with_causes;

impl Store for Client {
    async fn write(&self, actions: &[TransactWriteItem], token: &str) -> Result<(), WriteError> {
        let request = self
            .transact_write_items()
            .set_transact_items(Some(actions.to_vec()))
            .client_request_token(token)
            .customize()
            // The transaction knows better what may be repeated, for how long and under which token.
            .config_override(Builder::new().retry_config(RetryConfig::disabled()));
        // Boxed, since the SDK's future is many kilobytes and would be moved around by value.
        match Box::pin(request.send()).await {
            Ok(_) => Ok(()),
            Err(error) => Err(write_error(&error)),
        }
    }

    async fn read(&self, table: &str, key: Item) -> Result<Option<Item>, ReadError> {
        let request = self
            .get_item()
            .table_name(table)
            .set_key(Some(key))
            .consistent_read(true);
        match Box::pin(request.send()).await {
            Ok(answer) => Ok(answer.item),
            Err(error) => Err(match outcome(&error) {
                Outcome::Refused { code, message } => ReadError::Refused { code, message },
                Outcome::Unknown(reason) | Outcome::Throttled(reason) => {
                    ReadError::Transient(reason)
                }
            }),
        }
    }
}

fn write_error(error: &SdkError<TransactWriteItemsError, HttpResponse>) -> WriteError {
    match error.as_service_error() {
        Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => {
            let reasons = cancelled.cancellation_reasons().iter();
            return WriteError::Cancelled(
                reasons
                    .map(|reason| CancellationReason {
                        code: ReasonCode::from(reason.code().unwrap_or_default()),
                        message: reason.message().map(str::to_owned),
                        item: reason.item().cloned(),
                    })
                    .collect(),
            );
        }
        Some(TransactWriteItemsError::IdempotentParameterMismatchException(_)) => {
            return WriteError::Mismatch;
        }
        Some(TransactWriteItemsError::TransactionInProgressException(_)) => {
            return WriteError::Unknown("TransactionInProgressException".to_owned());
        }
        _ => {}
    }
    match outcome(error) {
        Outcome::Refused { code, message } => WriteError::Refused { code, message },
        Outcome::Throttled(reason) => WriteError::Throttled(reason),
        Outcome::Unknown(reason) => WriteError::Unknown(reason),
    }
}

enum Outcome {
    Refused { code: String, message: String },
    Throttled(String),
    Unknown(String),
}

/// See <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html>.
fn outcome<E>(error: &SdkError<E, HttpResponse>) -> Outcome
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    let answer = match error {
        SdkError::ServiceError(answer) => answer,
        SdkError::ConstructionFailure(_) => {
            return Outcome::Refused {
                code: "NotSent".to_owned(),
                message: with_causes(error),
            };
        }
        _ => return Outcome::Unknown(with_causes(error)),
    };
    let code = answer.err().code().unwrap_or("unknown error").to_owned();
    let message = answer.err().message().unwrap_or("no message").to_owned();
    if [
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
    ]
    .contains(&code.as_str())
        || code.starts_with("Throttling")
    {
        return Outcome::Throttled(format!("{code}: {message}"));
    }
    if answer.raw().status().is_client_error() {
        return Outcome::Refused { code, message };
    }
    Outcome::Unknown(format!("{code}: {message}"))
}
