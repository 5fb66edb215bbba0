use serde_json::Value;
use thiserror::Error;

use super::MAXIMUM_BYTES;

/// A queue's settings, in seconds and bytes, with AWS's defaults.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// How long a received message stays hidden: 0 to 43,200 s.
    pub visibility_timeout: u64,
    /// How long a message is kept: 60 to 1,209,600 s.
    pub retention: u64,
    /// How long a new message stays hidden: 0 to 900 s.
    pub delay: u64,
    /// How long a receive waits for a message: 0 to 20 s.
    pub receive_wait: u64,
    /// How large a message may be: 1,024 to 1,048,576 bytes.
    pub maximum_message_size: u64,
    /// Where messages go that are received too often.
    pub redrive: Option<Redrive>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            visibility_timeout: 30,
            retention: 345_600,
            delay: 0,
            receive_wait: 0,
            maximum_message_size: MAXIMUM_BYTES as u64,
            redrive: None,
        }
    }
}

/// A queue's redrive policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redrive {
    /// The dead-letter queue's ARN.
    pub dead_letter_target_arn: String,
    /// A message that was received this often goes there instead of being received again.
    pub max_receive_count: u64,
}

/// A setting that AWS refuses.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{name} is {value}; allowed is {allowed}")]
pub struct SettingsError {
    /// The setting.
    pub name: &'static str,
    /// What was given.
    pub value: String,
    /// What AWS allows.
    pub allowed: String,
}

/// The settings that are numbers: name, range, and where they stand.
type Number = (&'static str, u64, u64, fn(&mut Settings) -> &mut u64);

const NUMBERS: [Number; 5] = [
    ("visibilityTimeoutSeconds", 0, 43_200, |s| {
        &mut s.visibility_timeout
    }),
    ("messageRetentionSeconds", 60, 1_209_600, |s| {
        &mut s.retention
    }),
    ("delaySeconds", 0, 900, |s| &mut s.delay),
    ("receiveWaitTimeSeconds", 0, 20, |s| &mut s.receive_wait),
    ("maxMessageSize", 1_024, MAXIMUM_BYTES as u64, |s| {
        &mut s.maximum_message_size
    }),
];

impl Settings {
    /// Reads a declared queue's properties (`visibilityTimeoutSeconds`, `redrivePolicy` …); what is
    /// absent or null keeps its default.
    pub fn read<'a>(property: impl Fn(&str) -> Option<&'a Value>) -> Result<Self, SettingsError> {
        let mut settings = Self::default();
        for (name, lowest, highest, field) in NUMBERS {
            let Some(value) = property(name).filter(|value| !value.is_null()) else {
                continue;
            };
            *field(&mut settings) = whole(value)
                .filter(|number| (lowest..=highest).contains(number))
                .ok_or_else(|| SettingsError {
                    name,
                    value: value.to_string(),
                    allowed: format!("{lowest} to {highest}"),
                })?;
        }
        settings.redrive = property("redrivePolicy")
            .and_then(Value::as_str)
            .filter(|policy| !policy.is_empty())
            .map(redrive)
            .transpose()?;
        Ok(settings)
    }
}

fn redrive(policy: &str) -> Result<Redrive, SettingsError> {
    let refused = || SettingsError {
        name: "redrivePolicy",
        value: policy.to_owned(),
        allowed: "a JSON object with deadLetterTargetArn and maxReceiveCount (1 to 1000)"
            .to_owned(),
    };
    let value: Value = serde_json::from_str(policy).map_err(|_| refused())?;
    let arn = value["deadLetterTargetArn"].as_str().ok_or_else(refused)?;
    let count = match &value["maxReceiveCount"] {
        Value::String(text) => text.parse().ok(),
        number => whole(number),
    };
    Ok(Redrive {
        dead_letter_target_arn: arn.to_owned(),
        max_receive_count: count
            .filter(|count| (1..=1000).contains(count))
            .ok_or_else(refused)?,
    })
}

/// A whole number; Pulumi's protocol knows numbers as floats only.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "only whole numbers from 0 to 2^53 are cast"
)]
fn whole(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| {
        let number = value.as_f64()?;
        (number.fract() == 0.0 && (0.0..=9_007_199_254_740_992.0).contains(&number))
            .then_some(number as u64)
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(properties: &Value) -> Result<Settings, SettingsError> {
        Settings::read(|name| properties.get(name))
    }

    #[test]
    fn row_5_a_queue_has_awss_defaults() {
        assert_eq!(
            read(&json!({"delaySeconds": null})),
            Ok(Settings::default())
        );
        assert_eq!(Settings::default().visibility_timeout, 30);
    }

    #[test]
    fn row_5_declared_settings_are_read() {
        let policy = r#"{"deadLetterTargetArn":"arn:aws:sqs:r:a:dlq","maxReceiveCount":"3"}"#;
        let settings = read(&json!({
            "visibilityTimeoutSeconds": 60.0,
            "messageRetentionSeconds": 1_209_600,
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
    fn row_5_a_setting_out_of_range_is_refused_with_its_range() {
        for (name, below, above) in [
            ("visibilityTimeoutSeconds", -1, 43_201),
            ("messageRetentionSeconds", 59, 1_209_601),
            ("delaySeconds", -1, 901),
            ("receiveWaitTimeSeconds", -1, 21),
            ("maxMessageSize", 1_023, 1_048_577),
        ] {
            for value in [json!(below), json!(above), json!("x"), json!(60.5)] {
                let error = read(&json!({name: value}))
                    .err()
                    .map(|error| error.to_string());
                assert!(
                    error.is_some_and(|error| error.starts_with(name)),
                    "{name} {value}"
                );
            }
        }
    }

    #[test]
    fn row_5_a_broken_redrive_policy_is_refused() {
        for policy in [
            "{",
            "{}",
            r#"{"deadLetterTargetArn":"a"}"#,
            r#"{"deadLetterTargetArn":"a","maxReceiveCount":0}"#,
        ] {
            assert!(read(&json!({"redrivePolicy": policy})).is_err(), "{policy}");
        }
    }
}
