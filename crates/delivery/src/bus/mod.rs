//! An event bus: which entries of `PutEvents` it takes, and the event it makes of each.
//!
//! See <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html>.

mod entry;
mod event;
mod quota;
mod request;
mod schedule;

#[cfg(test)]
mod tests;

pub use entry::{Entry, EntryError};
pub use event::{Event, Place};
pub use quota::{Bucket, Quotas};
pub use request::{MAXIMUM_ENTRIES, MAXIMUM_REQUEST_BYTES, RequestError, read};
pub use schedule::{Schedule, ScheduleError, scheduled_event};
