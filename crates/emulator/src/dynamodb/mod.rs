//! DynamoDB and its streams for the declared tables, over an embedded store (dynoxide on `SQLite`).
//!
//! In reading order: `table` is what the stack declares, `tables` brings it up, `items` and
//! `streams` are the two services behind the AWS port, `reader` is what mappings read,
//! `housekeeping` expires items and trims streams, `runs` says what time counts for that, `rows` reads
//! stream records from the store.
//!
//! The store keeps both images of every change, whatever the stream's view type is: only so can a
//! write that changed nothing be told from one that did, for which DynamoDB writes no record.
//!
//! Known differences: one shard per stream that never closes, no `TransactionConflict`, and a
//! `ClientRequestToken` is forgotten when the emulator stops.

mod error;
mod failure;
mod housekeeping;
mod items;
mod iterator;
mod names;
mod reader;
mod record;
mod rows;
mod runs;
mod single;
mod streams;
mod table;
mod tables;

#[cfg(test)]
mod tests;

pub use error::Error;
pub use housekeeping::{Housekeeping, Intervals};
pub use items::DynamoDb;
pub use reader::{Page, StreamReader};
pub use record::StreamRecord;
pub use streams::DynamoDbStreams;
pub use table::{Stream, Table, ViewType, declared};
pub use tables::{Location, Tables};
