//! Statuses in a `DynamoDB` table.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::http::HttpResponse;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata as _, SdkError};
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::AttributeValue;
use outbox::environment::{MissingVariable, required};
use outbox::function::with_causes;

use crate::status::Tracked;
use crate::store::{NotTracked, Outcome, Tracking};

/// What is written, and on which condition. Sequences are padded to one length, so they compare as text.
pub const UPDATE: &str =
    "SET #status = :status, #sequence = :sequence, #occurredAt = :occurredAt, #eventId = :eventId";
/// An equal sequence is the same event again.
pub const CONDITION: &str = "attribute_not_exists(#sequence) OR #sequence < :sequence";
/// The attributes beside the key `id`. Some of their names are reserved words of expressions.
pub const ATTRIBUTES: [&str; 4] = ["status", "sequence", "occurredAt", "eventId"];

/// The table of latest statuses, keyed by `id`.
#[derive(Clone, Debug)]
pub struct TrackingTable {
    client: Client,
    name: String,
}

impl TrackingTable {
    /// The table that `TABLE_NAME` names, reached with the function's own credentials.
    pub fn from_env() -> Result<Self, MissingVariable> {
        let name = required("TABLE_NAME", "the name of the tracking table")?;
        // An attempt whose answer is lost is repeated; the condition makes that safe.
        let client = outbox::sdk::dynamodb_client()?;
        Ok(Self { client, name })
    }
}

impl Tracking for TrackingTable {
    async fn keep(&self, status: &Tracked) -> Result<Outcome, NotTracked> {
        let mut request = self
            .client
            .update_item()
            .table_name(&self.name)
            .key("id", AttributeValue::S(status.id.clone()))
            .update_expression(UPDATE)
            .condition_expression(CONDITION);
        for (name, value) in ATTRIBUTES.into_iter().zip(values(status)) {
            request = request
                .expression_attribute_names(format!("#{name}"), name)
                .expression_attribute_values(format!(":{name}"), AttributeValue::S(value));
        }
        // Boxed, since the SDK's future is many kilobytes and would be moved around by value.
        match Box::pin(request.send()).await {
            Ok(_) => Ok(Outcome::Kept),
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(_)) => Ok(Outcome::Outdated),
                _ => Err(NotTracked {
                    id: status.id.clone(),
                    reason: self.reason(&error),
                }),
            },
        }
    }
}

/// The values of [`ATTRIBUTES`].
fn values(status: &Tracked) -> [String; ATTRIBUTES.len()] {
    [
        status.status.to_string(),
        status.sequence.padded(),
        status.occurred_at.clone(),
        status.event_id.clone(),
    ]
}

impl TrackingTable {
    fn reason(&self, error: &SdkError<UpdateItemError, HttpResponse>) -> String {
        let SdkError::ServiceError(answer) = error else {
            return with_causes(error);
        };
        let code = answer.err().code().unwrap_or("unknown error");
        let message = answer.err().message().unwrap_or("no message");
        format!("{code}: {message} (table {:?})", self.name)
    }
}
