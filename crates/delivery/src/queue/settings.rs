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
