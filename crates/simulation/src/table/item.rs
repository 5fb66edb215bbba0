use std::sync::Arc;

use delivery::Time;
use outbox::entry::ENTRY_BYTES;
use serde_json::{Map, Value, json};

use crate::observation::Meaning;
use crate::scenario::Content;

/// The name of a user on whom the simulated mapping panics.
pub(crate) const PANICS: &str = "panics";

/// An item of the table.
#[derive(Clone, Debug)]
pub struct Item {
    /// Its attributes in DynamoDB's JSON.
    pub image: Arc<Map<String, Value>>,
    /// Its attributes as plain JSON.
    pub plain: Arc<Value>,
    /// What its events can be.
    pub meaning: Meaning,
    /// When its time to live runs out.
    pub expires_at: Option<Time>,
}

impl Item {
    /// An item with these attributes, texts and numbers, and with a time to live if it has one.
    pub(super) fn new(mut plain: Value, meaning: Meaning, expires_at: Option<Time>) -> Self {
        if let Some(at) = expires_at {
            plain["expiresAt"] = json!(at.0 / 1000);
        }
        let image = plain.as_object().into_iter().flatten();
        let image = image.map(|(name, value)| (name.clone(), attribute(value)));
        Self {
            image: Arc::new(image.collect()),
            plain: Arc::new(plain),
            meaning,
            expires_at,
        }
    }

    /// The user with this id.
    #[must_use]
    pub fn user(id: &str, revision: u32, content: Content, expires_at: Option<Time>) -> Self {
        let username = match content {
            Content::Panicking => PANICS.to_owned(),
            Content::Escaped(characters) => escaped(characters),
            _ => format!("{id}-{revision}"),
        };
        let picture = match content {
            Content::Large(bytes) => large(bytes),
            _ => format!("{revision}.png"),
        };
        let mut plain = json!({
            "id": id,
            "username": username,
            "email": format!("{id}@example.com"),
            "avatar": format!("https://example.com/{picture}"),
            "birthdate": "1990-12-10",
            "registeredAt": "2026-11-21T05:17:00Z",
        });
        if content == Content::Unmappable
            && let Some(attributes) = plain.as_object_mut()
        {
            attributes.shift_remove("email");
            attributes.insert("revision".to_owned(), json!(revision.to_string()));
        }
        Self::new(plain, meaning(content), expires_at)
    }
}

fn attribute(value: &Value) -> Value {
    match value {
        Value::Number(number) => json!({ "N": number.to_string() }),
        text => json!({ "S": text }),
    }
}

/// So many characters that become six bytes each in JSON.
pub(super) fn escaped(characters: u32) -> String {
    "\u{1}".repeat(characters as usize)
}

/// A text of so many bytes.
pub(super) fn large(bytes: u32) -> String {
    "x".repeat(bytes as usize)
}

fn meaning(content: Content) -> Meaning {
    match content {
        Content::Unmappable => Meaning::Unmappable,
        Content::Panicking => Meaning::Panics,
        Content::Escaped(characters) if characters as usize * 6 > ENTRY_BYTES => Meaning::TooLarge,
        _ => Meaning::Event,
    }
}
