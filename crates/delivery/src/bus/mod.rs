//! An event bus: which entries of `PutEvents` it takes, and the event it makes of each.
//!
//! A detail may be nested 127 levels deep (AWS takes 1,000); a deeper one is refused as malformed.
//!
//! See <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html>.

mod entry;
mod event;
mod request;

pub use entry::{Entry, EntryError};
pub use event::{Event, Place};
pub use request::{MAXIMUM_ENTRIES, MAXIMUM_REQUEST_BYTES, RequestError, read};
