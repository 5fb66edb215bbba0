use std::collections::BTreeMap;

use serde_json::json;

use super::super::*;
use crate::Time;

fn none() -> BTreeMap<String, Attribute> {
    BTreeMap::new()
}

#[test]
fn row_5_message_size_is_up_to_one_mebibyte_with_the_attributes() {
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
fn characters_outside_of_xml_are_refused() {
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
fn digests_are_those_that_sdks_compute() {
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
fn row_5_message_attributes_out_of_bounds_are_refused() {
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
fn row_5_visibility_timeout_hides_a_received_message() {
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
fn row_5_redrive_after_maximum_receives() {
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
fn row_5_visibility_timeout_changes_only_in_flight_and_up_to_twelve_hours() {
    let message = InFlight {
        received_at: Time(0),
        visible_at: Time(30_000),
        receives: 1,
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

#[test]
fn row_5_message_group_id_has_up_to_128_letters_digits_and_punctuation() {
    for id in ["a", "tenant-42:!~", &"x".repeat(128)] {
        assert_eq!(check_group(id), Ok(()), "{id}");
    }
    for id in ["", "a b", "\u{e9}", &"x".repeat(129)] {
        assert_eq!(check_group(id), Err(MessageError::Group(id.to_owned())));
    }
}

#[test]
fn row_5_third_receive_moves_to_the_back() {
    let back: Vec<bool> = (0..5).map(goes_to_the_back).collect();
    assert_eq!(back, [false, false, false, true, true]);
}
