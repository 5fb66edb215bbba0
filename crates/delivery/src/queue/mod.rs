//! A standard queue: the limits a message must keep, and what a receive does to it.
//!
//! See <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html>.

mod attribute;
mod message;
mod pace;
mod settings;

#[cfg(test)]
mod tests;

pub use attribute::{Attribute, AttributeError, digest_attributes, read_attributes};
pub use message::{
    InFlight, MAXIMUM_BYTES, MAXIMUM_IN_FLIGHT, MessageError, Received, Visibility,
    change_visibility, check, check_group, digest, goes_to_the_back, receive, size,
};
pub use pace::{LONGEST_MOVE, MAXIMUM_MOVED_PER_SECOND, Pace};
pub use settings::{Redrive, Settings, SettingsError};
