use std::collections::BTreeMap;
use std::time::Duration;

use thiserror::Error;

use super::{Attribute, Settings};
use crate::Time;

/// How large a message, and all messages of one batch, may be: body and attributes together.
pub const MAXIMUM_BYTES: usize = 1_048_576;

/// How long a message may stay hidden after one receive, in seconds.
const LONGEST_VISIBILITY: u64 = 43_200;

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
    let attributes: usize = attributes
        .iter()
        .map(|(name, attribute)| name.len() + attribute.data_type.len() + attribute.value.len())
        .sum();
    let size = body.len() + attributes;
    let limit = settings.maximum_message_size;
    if size as u64 > limit {
        return Err(MessageError::TooLong { size, limit });
    }
    match body.chars().find(|character| !allowed(*character)) {
        Some(character) => Err(MessageError::Character(character.into())),
        None => Ok(size),
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

/// A message that is handed out, or was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InFlight {
    /// When it was received last.
    pub received_at: Time,
    /// When it shows again.
    pub visible_at: Time,
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failing test may panic")]

    use serde_json::json;

    use super::super::{Redrive, digest_attributes, read_attributes};
    use super::*;

    fn none() -> BTreeMap<String, Attribute> {
        BTreeMap::new()
    }

    #[test]
    fn row_5_a_message_holds_up_to_one_mebibyte_with_its_attributes() {
        let settings = Settings::default();
        let attributes = read_attributes(Some(
            &json!({"kind": {"DataType": "String", "StringValue": "user"}}),
        ))
        .unwrap();
        let room = MAXIMUM_BYTES - "kind".len() - "String".len() - "user".len();
        assert_eq!(
            check(&settings, &"x".repeat(room), &attributes),
            Ok(MAXIMUM_BYTES)
        );
        assert!(matches!(
            check(&settings, &"x".repeat(room + 1), &attributes),
            Err(MessageError::TooLong { size, .. }) if size == MAXIMUM_BYTES + 1
        ));
        assert_eq!(check(&settings, "", &none()), Err(MessageError::Empty));
    }

    #[test]
    fn row_5_characters_outside_of_xml_are_refused() {
        let settings = Settings::default();
        assert!(check(&settings, "a\tb\r\n\u{e9}\u{1F600}", &none()).is_ok());
        for character in ['\0', '\u{b}', '\u{1f}', '\u{FFFE}', '\u{FFFF}'] {
            let body = format!("a{character}");
            assert_eq!(
                check(&settings, &body, &none()),
                Err(MessageError::Character(character.into()))
            );
        }
    }

    #[test]
    fn row_5_digests_are_those_that_sdks_compute() {
        // Checked against the MD5 of the documented byte sequence, made with another program.
        assert_eq!(digest("hello"), "5d41402abc4b2a76b9719d911017c592");
        let attributes = read_attributes(Some(&json!({
            "b": {"DataType": "Binary", "BinaryValue": "AAEC"},
            "a": {"DataType": "String", "StringValue": "x"},
        })))
        .unwrap();
        assert_eq!(
            digest_attributes(&attributes).unwrap(),
            "c7b075151a8e2e09ccb36b393bdb284a"
        );
        assert_eq!(digest_attributes(&none()), None);
    }

    #[test]
    fn row_5_attributes_out_of_bounds_are_refused() {
        let many: serde_json::Map<_, _> = (0..11)
            .map(|n| {
                (
                    n.to_string(),
                    json!({"DataType": "String", "StringValue": "x"}),
                )
            })
            .collect();
        for attributes in [
            json!(many),
            json!([]),
            json!({"a b": {"DataType": "String", "StringValue": "x"}}),
            json!({"a": {"DataType": "Text", "StringValue": "x"}}),
            json!({"a": {"DataType": "String", "StringValue": ""}}),
            json!({"a": {"DataType": "String", "BinaryValue": "AAEC"}}),
            json!({"a": {"DataType": "Binary", "BinaryValue": "no base64"}}),
        ] {
            assert!(read_attributes(Some(&attributes)).is_err(), "{attributes}");
        }
    }

    #[test]
    fn row_5_a_received_message_is_hidden_for_the_visibility_timeout() {
        let settings = Settings {
            visibility_timeout: 45,
            ..Settings::default()
        };
        let hidden = |timeout| receive(&settings, 0, timeout, Time(1_000));
        assert_eq!(
            hidden(None),
            Received::Delivered {
                visible_at: Time(46_000)
            }
        );
        assert_eq!(
            hidden(Some(0)),
            Received::Delivered {
                visible_at: Time(1_000)
            }
        );
    }

    #[test]
    fn row_5_a_message_received_max_receive_count_times_goes_to_the_dead_letter_queue() {
        let settings = Settings {
            redrive: Some(Redrive {
                dead_letter_target_arn: "dlq".to_owned(),
                max_receive_count: 3,
            }),
            ..Settings::default()
        };
        assert!(matches!(
            receive(&settings, 2, None, Time(0)),
            Received::Delivered { .. }
        ));
        assert_eq!(
            receive(&settings, 3, None, Time(0)),
            Received::DeadLettered { target_arn: "dlq" }
        );
    }

    #[test]
    fn row_5_visibility_changes_only_in_flight_and_up_to_twelve_hours() {
        let message = InFlight {
            received_at: Time(0),
            visible_at: Time(30_000),
        };
        assert_eq!(
            change_visibility(message, 60, Time(1_000)),
            Visibility::Until(Time(61_000))
        );
        assert_eq!(
            change_visibility(message, 0, Time(1_000)),
            Visibility::Until(Time(1_000))
        );
        assert_eq!(
            change_visibility(message, 60, Time(30_000)),
            Visibility::NotInFlight
        );
        assert_eq!(
            change_visibility(message, 43_200, Time(1)),
            Visibility::TooLong
        );
    }
}
