use std::time::SystemTime;

use aws_types::SdkConfig;
use futures::{StreamExt as _, future, stream};
use jiff::Timestamp;
use serde::Deserialize;
use serde_dynamo::Item;
use serde_json::json;
use thiserror::Error;

use super::dynamodb::{DynamoDb, from_item, number, text};
use crate::Entry;
use crate::consume::retry::transient;
use crate::environment::{MissingVariable, required};
use crate::publish::CallError;
use crate::relay::Observe;
use crate::row::{KEPT_FOR, KEY, OutboxItem};
use crate::sdk::sdk_config;
use crate::verify::{Damaged, Mark};

/// The most calls at a time.
const SIDE_BY_SIDE: usize = 16;

/// Why a row was not marked.
#[derive(Debug, Error)]
enum MarkError {
    #[error("ConditionalCheckFailedException: the row is gone")]
    Gone,
    #[error(transparent)]
    Call(#[from] CallError),
}

/// An outbox table whose rows are marked when their events were accepted: they get `publishedAt`, and `expiresAt` 16
/// days later for the table's time to live.
///
/// Each row costs one `UpdateItem`, as many write units as the row has KB, since the whole item is written again
/// (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html>), and a stream
/// record that the mapping's filter takes out. The right is `dynamodb:UpdateItem`. An error that passes is met with a
/// second and a third attempt. A row that could not be marked stays as if it was never published: it does not expire,
/// and the verification of the outbox names it.
#[derive(Debug)]
pub struct OutboxTable {
    dynamodb: DynamoDb,
    name: String,
}

impl OutboxTable {
    /// The table of this name or ARN.
    #[must_use]
    pub fn new(settings: &SdkConfig, name: impl Into<String>) -> Self {
        Self {
            dynamodb: DynamoDb::new(settings),
            name: name.into(),
        }
    }

    /// The table that the function's environment variable `OUTBOX_TABLE_NAME` names.
    ///
    /// # Errors
    /// [`MissingVariable`] names the variable.
    pub fn from_env() -> Result<Self, MissingVariable> {
        let name = required("OUTBOX_TABLE_NAME", "the name of the outbox table")?;
        Ok(Self::new(&sdk_config()?, name))
    }

    /// A page of the table's items, from behind `after` on, and the key after which the next page begins: nothing at
    /// the end. A scan reads, and costs, the whole table; the right is `dynamodb:Scan`.
    ///
    /// See <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Scan.html>.
    ///
    /// # Errors
    /// The table could not be read, or an item of it has neither the key of a counter nor the detail-type by which a
    /// relay knows a row: it is no outbox table.
    pub async fn page(
        &self,
        after: Option<Item>,
    ) -> Result<(Vec<Result<OutboxItem, Damaged>>, Option<Item>), CallError> {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Page {
            items: Vec<Item>,
            last_evaluated_key: Option<Item>,
        }
        let mut request = json!({ "TableName": self.name, "ConsistentRead": true });
        if let Some(after) = after {
            request["ExclusiveStartKey"] = json!(after);
        }
        let page: Page = self.dynamodb.read("Scan", &request).await?;
        let items = page.items.into_iter().map(read);
        Ok((items.collect::<Result<_, _>>()?, page.last_evaluated_key))
    }

    /// Marks one row, and tells in the log if it could not. Answers with the reason if the row is there without a mark.
    async fn marked(&self, event_id: &str, now: Timestamp) -> Option<(String, String)> {
        let error = self.mark_row(event_id, now).await.err()?;
        tracing::warn!(
            event_id,
            error = error.to_string(),
            "the row was published, but not marked so"
        );
        match error {
            MarkError::Gone => None,
            MarkError::Call(error) => Some((event_id.to_owned(), error.to_string())),
        }
    }

    /// Marks one row. Only the first publication counts; a row that is gone is not made anew.
    ///
    /// See <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateItem.html>.
    async fn mark_row(&self, event_id: &str, now: Timestamp) -> Result<(), MarkError> {
        let expires = now.as_second() + KEPT_FOR.as_secs().cast_signed();
        let request = json!({
            "TableName": self.name,
            "Key": { KEY: text(event_id) },
            "UpdateExpression": "SET publishedAt = if_not_exists(publishedAt, :at), \
                                 expiresAt = if_not_exists(expiresAt, :expires)",
            "ConditionExpression": "attribute_exists(id)",
            "ExpressionAttributeValues": { ":at": text(&format!("{now:.3}")), ":expires": number(expires) },
        });
        match transient(|| self.dynamodb.write("UpdateItem", &request)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(MarkError::Gone),
            Err(error) => Err(MarkError::Call(error)),
        }
    }
}

/// An item that the mapping's filter lets through to the relay is a row, be it damaged.
fn read(item: Item) -> Result<Result<OutboxItem, Damaged>, CallError> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Traits {
        id: String,
        #[serde(rename = "detailType")]
        _detail_type: String,
    }
    match (from_item(item.clone()), from_item::<Traits>(item)) {
        (Ok(item), _) => Ok(Ok(item)),
        (Err(error), Ok(Traits { id, .. })) => Ok(Err(Damaged {
            id,
            problem: error.to_string(),
        })),
        (Err(error), Err(_)) => Err(error),
    }
}

impl Mark for OutboxTable {
    async fn mark(&self, entries: &[&Entry]) -> Vec<(String, String)> {
        let now = Timestamp::try_from(SystemTime::now()).unwrap_or(Timestamp::UNIX_EPOCH);
        let marks = entries
            .iter()
            .map(|entry| self.marked(&entry.event_id, now));
        let marks = stream::iter(marks.collect::<Vec<_>>()).buffer_unordered(SIDE_BY_SIDE);
        marks.filter_map(future::ready).collect().await
    }
}

impl Observe for OutboxTable {
    async fn accepted(&self, entries: &[&Entry]) {
        self.mark(entries).await;
    }
}
