//! A standard queue: the limits a message must keep, and what a receive does to it.
//!
//! See <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html>.

mod attribute;
mod message;
mod settings;

pub use attribute::{Attribute, AttributeError, digest_attributes, read_attributes};
pub use message::{
    InFlight, MAXIMUM_BYTES, MessageError, Received, Visibility, change_visibility, check, digest,
    receive,
};
pub use settings::{Redrive, Settings, SettingsError};
