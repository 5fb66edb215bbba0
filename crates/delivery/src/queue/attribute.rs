use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::Context;
use serde_json::Value;
use thiserror::Error;

/// How many attributes a message may have.
const MAXIMUM_ATTRIBUTES: usize = 10;

/// One message attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// `String`, `Number` or `Binary`, perhaps with a label behind a dot.
    pub data_type: String,
    /// The value's bytes: UTF-8 for text.
    pub value: Vec<u8>,
}

/// Attributes that AWS refuses.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{0}")]
pub struct AttributeError(String);

/// Reads `MessageAttributes` of a request; absent is none.
pub fn read_attributes(
    attributes: Option<&Value>,
) -> Result<BTreeMap<String, Attribute>, AttributeError> {
    let Some(attributes) = attributes.filter(|value| !value.is_null()) else {
        return Ok(BTreeMap::new());
    };
    let fields = attributes
        .as_object()
        .ok_or_else(|| AttributeError("MessageAttributes must be a JSON object".to_owned()))?;
    if fields.len() > MAXIMUM_ATTRIBUTES {
        return Err(AttributeError(format!(
            "Number of message attributes [{}] exceeds the allowed maximum [{MAXIMUM_ATTRIBUTES}].",
            fields.len()
        )));
    }
    fields
        .iter()
        .map(|(name, value)| Ok((name.clone(), attribute(name, value)?)))
        .collect()
}

fn attribute(name: &str, value: &Value) -> Result<Attribute, AttributeError> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    if name.is_empty() || name.len() > 256 || !name.chars().all(allowed) {
        return Err(AttributeError(format!(
            "Message attribute name {name:?} is invalid: 1 to 256 of A-Z, a-z, 0-9, _, - and . are allowed."
        )));
    }
    let data_type = value["DataType"].as_str().unwrap_or_default();
    let bytes = match data_type.split('.').next() {
        Some("String" | "Number") => value["StringValue"]
            .as_str()
            .map(|text| text.as_bytes().to_vec()),
        Some("Binary") => value["BinaryValue"]
            .as_str()
            .and_then(|text| STANDARD.decode(text).ok()),
        _ => {
            return Err(AttributeError(format!(
                "The type of message (user) attribute '{name}' is {data_type:?}; it must be String, Number or Binary, perhaps with a label."
            )));
        }
    };
    match bytes {
        Some(value) if !value.is_empty() => Ok(Attribute {
            data_type: data_type.to_owned(),
            value,
        }),
        _ => Err(AttributeError(format!(
            "Message (user) attribute '{name}' must contain a non-empty value of type '{data_type}'."
        ))),
    }
}

impl Attribute {
    /// Whether the value is bytes and not text.
    #[must_use]
    pub fn is_binary(&self) -> bool {
        self.data_type.starts_with("Binary")
    }

    /// The attribute as a `ReceiveMessage` answer holds it.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let (name, value) = if self.is_binary() {
            ("BinaryValue", STANDARD.encode(&self.value))
        } else {
            (
                "StringValue",
                String::from_utf8_lossy(&self.value).into_owned(),
            )
        };
        serde_json::json!({"DataType": self.data_type, name: value})
    }
}

/// The MD5 of attributes that SDKs compare, as hexadecimal text; none for no attributes.
///
/// See <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html#sqs-attributes-md5-message-digest-calculation>.
#[must_use]
pub fn digest_attributes(attributes: &BTreeMap<String, Attribute>) -> Option<String> {
    if attributes.is_empty() {
        return None;
    }
    let mut digest = Context::new();
    for (name, attribute) in attributes {
        consume_with_length(&mut digest, name.as_bytes());
        consume_with_length(&mut digest, attribute.data_type.as_bytes());
        digest.consume([if attribute.is_binary() { 2 } else { 1 }]);
        consume_with_length(&mut digest, &attribute.value);
    }
    Some(format!("{:x}", digest.compute()))
}

fn consume_with_length(digest: &mut Context, bytes: &[u8]) {
    let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    digest.consume(length.to_be_bytes());
    digest.consume(bytes);
}
