use std::collections::BTreeMap;
use std::time::Duration;

use thiserror::Error;

use super::{Attribute, Settings};
use crate::Time;

/// How large a message, and all messages of one batch, may be: body and attributes together.
pub const MAXIMUM_BYTES: usize = 1_048_576;

/// How many messages of a queue may be in flight: received and neither deleted nor shown again. AWS
/// says "approximately".
///
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html>
pub const MAXIMUM_IN_FLIGHT: u64 = 120_000;

/// How long a message may stay hidden after one receive, in seconds.
const LONGEST_VISIBILITY: u64 = 43_200;

/// A message that was received this often stands behind all that wait whenever it shows again.
///
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html>
const RECEIVES_TO_THE_BACK: u64 = 3;

/// How many characters a message group's id may have.
const LONGEST_GROUP_ID: usize = 128;

/// A message that AWS refuses.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum MessageError {
    /// Nothing in it.
    #[error("The request must contain the parameter MessageBody.")]
    Empty,
    /// More bytes than the queue takes.
    #[error(
        "One or more parameters are invalid. Reason: Message must be shorter than {limit} bytes; body and attributes have {size}."
    )]
    TooLong {
        /// Its bytes.
        size: usize,
        /// What the queue takes.
        limit: u64,
    },
    /// A message group's id that is empty, too long or has other characters than AWS takes.
    #[error(
        "Value {0:?} for parameter MessageGroupId is invalid. Reason: MessageGroupId can only include alphanumeric and punctuation characters. 1 to {LONGEST_GROUP_ID} in length."
    )]
    Group(String),
    /// A character that XML 1.0 does not know.
    #[error("The message contains the character U+{0:04X}, which SQS does not allow.")]
    Character(u32),
}

/// The bytes that AWS counts, if the queue takes the message.
pub fn check(
    settings: &Settings,
    body: &str,
    attributes: &BTreeMap<String, Attribute>,
) -> Result<usize, MessageError> {
    if body.is_empty() {
        return Err(MessageError::Empty);
    }
    let size = size(body, attributes);
    let limit = settings.maximum_message_size;
    if size as u64 > limit {
        return Err(MessageError::TooLong { size, limit });
    }
    match body.chars().find(|character| !allowed(*character)) {
        Some(character) => Err(MessageError::Character(character.into())),
        None => Ok(size),
    }
}

/// The bytes of a message as AWS counts them: its body, and each attribute's name, type and value.
#[must_use]
pub fn size(body: &str, attributes: &BTreeMap<String, Attribute>) -> usize {
    let attributes: usize = attributes
        .iter()
        .map(|(name, attribute)| name.len() + attribute.data_type.len() + attribute.value.len())
        .sum();
    body.len() + attributes
}

/// Whether AWS takes this id of a message group.
pub fn check_group(id: &str) -> Result<(), MessageError> {
    let fits =
        (1..=LONGEST_GROUP_ID).contains(&id.len()) && id.chars().all(|c| c.is_ascii_graphic());
    if fits {
        Ok(())
    } else {
        Err(MessageError::Group(id.to_owned()))
    }
}

fn allowed(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | ' '..='\u{FFFD}' | '\u{10000}'..='\u{10FFFF}')
}

/// The MD5 of a body that SDKs compare, as hexadecimal text.
#[must_use]
pub fn digest(body: &str) -> String {
    format!("{:x}", md5::compute(body))
}

/// What a receive does to a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Received<'a> {
    /// It is handed out and stays hidden until then.
    Delivered {
        /// When it shows again unless it is deleted.
        visible_at: Time,
    },
    /// It was received too often and moves to this queue.
    DeadLettered {
        /// The dead-letter queue's ARN.
        target_arn: &'a str,
    },
}

/// What a receive does to a message that this queue has handed out `receives` times before.
#[must_use]
pub fn receive(
    settings: &Settings,
    receives: u64,
    visibility_timeout: Option<u64>,
    now: Time,
) -> Received<'_> {
    match &settings.redrive {
        Some(redrive) if receives >= redrive.max_receive_count => Received::DeadLettered {
            target_arn: &redrive.dead_letter_target_arn,
        },
        _ => Received::Delivered {
            visible_at: now.plus(Duration::from_secs(
                visibility_timeout.unwrap_or(settings.visibility_timeout),
            )),
        },
    }
}

/// Whether a message that this queue has handed out `receives` times stands behind all that wait
/// when it shows again. Before that it shows again in its old place.
#[must_use]
pub fn goes_to_the_back(receives: u64) -> bool {
    receives >= RECEIVES_TO_THE_BACK
}

/// A message that is handed out, or was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InFlight {
    /// When it was received last.
    pub received_at: Time,
    /// When it shows again.
    pub visible_at: Time,
    /// How often this queue has handed it out.
    pub receives: u64,
}

/// What a change of a message's visibility does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Visibility {
    /// It shows again at this time.
    Until(Time),
    /// It is not hidden any more, so nothing can be changed.
    NotInFlight,
    /// It would be hidden for more than 12 hours since it was received.
    TooLong,
}

/// What it does to hide a message for `seconds` from now on.
#[must_use]
pub fn change_visibility(message: InFlight, seconds: u64, now: Time) -> Visibility {
    if message.visible_at <= now {
        return Visibility::NotInFlight;
    }
    let visible_at = now.plus(Duration::from_secs(seconds));
    if visible_at.since(message.received_at) > Duration::from_secs(LONGEST_VISIBILITY) {
        return Visibility::TooLong;
    }
    Visibility::Until(visible_at)
}
