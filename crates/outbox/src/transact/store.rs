//! The port to DynamoDB.

use aws_sdk_dynamodb::types::TransactWriteItem;

use super::action::Item;

/// What a transaction needs of DynamoDB, so that tests and simulations go without. The SDK's client implements it.
pub trait Store {
    /// Does all the actions or none, under this token. Makes one attempt: what to do about its failure is decided by
    /// the transaction.
    ///
    /// See <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html>.
    fn write(
        &self,
        actions: &[TransactWriteItem],
        token: &str,
    ) -> impl Future<Output = Result<(), WriteError>> + Send;

    /// Reads one item by its key, strongly consistent.
    fn read(
        &self,
        table: &str,
        key: Item,
    ) -> impl Future<Output = Result<Option<Item>, ReadError>> + Send;
}

/// What an attempt to write came to.
#[derive(Debug, Clone, PartialEq)]
pub enum WriteError {
    /// `TransactionCanceledException`: nothing was written. One reason for each action, in their order.
    Cancelled(Vec<CancellationReason>),
    /// `IdempotentParameterMismatchException`: the token was used with other actions.
    Mismatch,
    /// A time-out, `TransactionInProgressException`, a 5xx or an answer that can't be read: nobody knows whether it was
    /// written.
    Unknown(String),
    /// DynamoDB was too busy to begin: nothing was written.
    Throttled(String),
    /// DynamoDB refused the request, or it could not be sent: nothing was written.
    Refused {
        /// The code, such as `AccessDeniedException`.
        code: String,
        /// AWS's text.
        message: String,
    },
}

/// Why an item could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReadError {
    /// It passes: try again.
    Transient(String),
    /// DynamoDB refused the request, or it could not be sent.
    Refused {
        /// The code, such as `AccessDeniedException`.
        code: String,
        /// AWS's text.
        message: String,
    },
}

/// Why one action let a transaction be cancelled
/// (<https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CancellationReason.html>).
#[derive(Debug, Clone, PartialEq)]
pub struct CancellationReason {
    /// What was wrong.
    pub code: ReasonCode,
    /// AWS's text, if there is one.
    pub message: Option<String>,
    /// The item as it was, if the action asked for it with `ReturnValuesOnConditionCheckFailure`.
    pub item: Option<Item>,
}

/// What was wrong with an action.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "AWS's words")]
pub enum ReasonCode {
    /// This action did not fail.
    None,
    ConditionalCheckFailed,
    TransactionConflict,
    ItemCollectionSizeLimitExceeded,
    ProvisionedThroughputExceeded,
    ThrottlingError,
    ValidationError,
    /// A code that was not known when this was written.
    Other(String),
}

impl ReasonCode {
    /// The code as AWS writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::None => "None",
            Self::ConditionalCheckFailed => "ConditionalCheckFailed",
            Self::TransactionConflict => "TransactionConflict",
            Self::ItemCollectionSizeLimitExceeded => "ItemCollectionSizeLimitExceeded",
            Self::ProvisionedThroughputExceeded => "ProvisionedThroughputExceeded",
            Self::ThrottlingError => "ThrottlingError",
            Self::ValidationError => "ValidationError",
            Self::Other(code) => code,
        }
    }
}

impl From<&str> for ReasonCode {
    fn from(code: &str) -> Self {
        match code {
            "None" | "" => Self::None,
            "ConditionalCheckFailed" => Self::ConditionalCheckFailed,
            "TransactionConflict" => Self::TransactionConflict,
            "ItemCollectionSizeLimitExceeded" => Self::ItemCollectionSizeLimitExceeded,
            "ProvisionedThroughputExceeded" => Self::ProvisionedThroughputExceeded,
            "ThrottlingError" => Self::ThrottlingError,
            "ValidationError" => Self::ValidationError,
            other => Self::Other(other.to_owned()),
        }
    }
}
