use serde_json::{Value, json};

use super::super::*;

fn read(properties: &Value) -> Result<Settings, SettingsError> {
    Settings::read(|name| properties.get(name))
}

/// A property takes its lowest and highest value, and nothing beyond or in between two numbers.
fn range(name: &'static str, lowest: u64, highest: u64) {
    for value in [lowest, highest] {
        assert!(read(&json!({name: value})).is_ok(), "{name} {value}");
    }
    let below = i64::try_from(lowest).unwrap() - 1;
    for value in [json!(below), json!(highest + 1), json!("x"), json!(60.5)] {
        let error = read(&json!({name: value})).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("{name} is {value}; allowed is {lowest} to {highest}")
        );
    }
}

#[test]
fn row_5_visibility_timeout_is_up_to_12_hours_and_30_seconds_by_default() {
    range("visibilityTimeoutSeconds", 0, 43_200);
    assert_eq!(Settings::default().visibility_timeout, 30);
}

#[test]
fn row_5_retention_is_a_minute_to_14_days_and_4_days_by_default() {
    range("messageRetentionSeconds", 60, 1_209_600);
    assert_eq!(Settings::default().retention, 345_600);
}

#[test]
fn row_5_delay_is_up_to_15_minutes_and_none_by_default() {
    range("delaySeconds", 0, 900);
    assert_eq!(Settings::default().delay, 0);
}

#[test]
fn row_5_receive_limits_a_queue_waits_up_to_20_seconds() {
    range("receiveWaitTimeSeconds", 0, 20);
    assert_eq!(Settings::default().receive_wait, 0);
}

#[test]
fn row_5_message_size_of_a_queue_is_a_kibibyte_to_a_mebibyte_which_is_its_default() {
    range("maxMessageSize", 1_024, 1_048_576);
    assert_eq!(Settings::default().maximum_message_size, 1_048_576);
}

#[test]
fn declared_settings_are_read_and_null_is_the_default() {
    let policy = r#"{"deadLetterTargetArn":"arn:aws:sqs:r:a:dlq","maxReceiveCount":"3"}"#;
    let settings = read(&json!({
        "visibilityTimeoutSeconds": 60.0,
        "messageRetentionSeconds": 1_209_600,
        "delaySeconds": null,
        "redrivePolicy": policy,
    }));
    let expected = Settings {
        visibility_timeout: 60,
        retention: 1_209_600,
        redrive: Some(Redrive {
            dead_letter_target_arn: "arn:aws:sqs:r:a:dlq".to_owned(),
            max_receive_count: 3,
        }),
        ..Settings::default()
    };
    assert_eq!(settings, Ok(expected));
}

#[test]
fn a_broken_redrive_policy_is_refused() {
    for policy in [
        "{",
        "{}",
        r#"{"deadLetterTargetArn":"a"}"#,
        r#"{"deadLetterTargetArn":"a","maxReceiveCount":0}"#,
        r#"{"deadLetterTargetArn":"a","maxReceiveCount":1001}"#,
    ] {
        assert!(read(&json!({"redrivePolicy": policy})).is_err(), "{policy}");
    }
}
