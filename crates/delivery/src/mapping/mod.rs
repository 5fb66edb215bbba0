//! An event source mapping on a DynamoDB stream: which records a function is given when, and what
//! becomes of them. A [pipe](crate::pipe) is the same machine with another step in the function's place.
//!
//! ```text
//!            Read                Invoke
//!   stream ───────▶ lanes ──────────────────▶ function
//!                     ▲  │ Ended: success    ─▶ checkpoint moves
//!                     │  │ Ended: failure    ─▶ retry, cut, halve (back into its lane)
//!                     └──┘ retries or age over ─▶ Discard ─▶ failure destination
//! ```
//!
//! [`Tree`] says which shards are read, [`Shard`] is the machine of one shard: inputs and the time go in, [`Effect`]s come out. What must
//! survive a restart is [`Progress`], a few numbers; records are read again from the stream.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html>

mod ending;
mod failure;
pub(crate) mod filters;
mod lane;
mod progress;
mod reach;
mod response;
mod sequence;
mod settings;
mod shard;
mod step;
mod tree;

#[cfg(test)]
mod tests;

pub use crate::properties::SettingsError;
pub use ending::{Ending, Failure};
pub(crate) use failure::batch_info;
pub use failure::{GivenUp, failure_key, failure_record};
pub use progress::{LaneProgress, Piece, Progress};
pub use response::{Response, read_response};
pub use sequence::SequenceNumber;
pub use settings::{Settings, StartingPosition};
pub use shard::Shard;
pub use step::{Condition, Discard, Effect, Input, Record};
pub use tree::{ShardDescription, Tree};

/// The largest event a function is given: 6 MB.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html>
pub const EVENT_BYTES: usize = 6 * 1024 * 1024;

/// The event that holds these records, each as JSON text.
pub fn event<'a>(records: impl Iterator<Item = &'a str>) -> String {
    let mut event = String::from(EVENT_START);
    for (index, record) in records.enumerate() {
        if index > 0 {
            event.push(',');
        }
        event.push_str(record);
    }
    event.push_str(EVENT_END);
    event
}

const EVENT_START: &str = r#"{"Records":["#;
const EVENT_END: &str = "]}";

/// The size of the event that holds records of these sizes.
pub(crate) fn event_bytes(records: usize, bytes: usize) -> usize {
    EVENT_START.len() + EVENT_END.len() + records.saturating_sub(1) + bytes
}
