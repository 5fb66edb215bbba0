//! Several items and their events in one transaction.
//!
//! ```
//! use std::time::Duration;
//!
//! use aws_sdk_dynamodb::types::{AttributeValue, Put, Update};
//! use outbox::transact::{Error, Receipt, Token, Transaction};
//! # use contract::Event;
//! # use schemars::JsonSchema;
//! # use serde::{Deserialize, Serialize};
//! # #[derive(Serialize, Deserialize, JsonSchema)]
//! # struct OrderPlaced { id: String }
//! # impl Event for OrderPlaced {
//! #     const SOURCE: &'static str = "shop.orders";
//! #     const DETAIL_TYPE: &'static str = "OrderPlaced";
//! #     const VERSION: u32 = 1;
//! #     fn sample() -> Self { Self { id: "42".to_owned() } }
//! # }
//!
//! async fn place(
//!     dynamodb: &aws_sdk_dynamodb::Client,
//!     request_id: &str,
//!     put_order: Put,
//!     take_stock: Update,
//! ) -> Result<Receipt, Error> {
//!     Transaction::new(dynamodb, "outbox")
//!         .put(put_order)
//!         .update(take_stock)
//!         .event("order#42", OrderPlaced { id: "42".to_owned() })
//!         .retry_conflicts_for(Duration::from_secs(2))
//!         .commit(Token::from(request_id))
//!         .await
//! }
//! ```
//!
//! Beside the caller's actions the transaction has a row for each event and a counter for each aggregate. The counter
//! gives the events of the aggregate the numbers 1, 2, 3 …: it is updated on the condition that nobody has taken the
//! number in between, so no number is given twice and none is left out. The table has the string key `id`
//! ([`row`](crate::row)); its stream feeds a relay that publishes [`row_events`](crate::row::row_events).
//!
//! - An **unknown** result (a time-out, a 5xx, `TransactionInProgressException`) is settled by sending the identical
//!   request again under the same token, with the same event ids and sequence numbers. When DynamoDB has forgotten
//!   the token meanwhile, the rows, which must not exist yet, keep the transaction from being done twice: a row that
//!   is there means it was written, hence success.
//! - After a **conflict** with another transaction nothing was written: the counters are read again, and the request
//!   has new numbers and a new token.
//! - Every pause is exponential with full jitter. What is not settled in the time given, or in the ten minutes that
//!   a token lives, is [`Error::Unknown`] with the event ids to look for; so is a repeat that is refused or cancelled,
//!   for the attempt that gave no answer may still arrive.
//!
//! Each action costs twice the write units of a simple write
//! (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html>), and a transaction has
//! one more for each of its aggregates. The rights are `dynamodb:PutItem`, `dynamodb:UpdateItem` and
//! `dynamodb:GetItem` on the outbox table, and those of the caller's actions.

mod action;
mod check;
mod commit;
mod course;
mod dynamodb;
mod error;
mod plan;
mod request;
mod size;
mod store;
#[cfg(test)]
mod tests;
mod token;
mod transaction;

pub use action::{Action, Kind};
pub use check::{ACTIONS, AGGREGATE_BYTES, TRANSACTION_BYTES};
pub use commit::{Receipt, is_written};
pub use error::{Cancelled, Error, Invalid};
pub use size::ITEM_BYTES;
pub use store::{CancellationReason, ReadError, ReasonCode, Store, WriteError};
pub use token::Token;
pub use transaction::Transaction;
