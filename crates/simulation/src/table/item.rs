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
    /// Its attributes as plain JSON, without the time to live.
    pub plain: Arc<Value>,
    /// What its events can be.
    pub meaning: Meaning,
    /// When its time to live runs out.
    pub expires_at: Option<Time>,
}

impl Item {
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
        let mut image: Map<String, Value> = plain
            .as_object()
            .into_iter()
            .flatten()
            .map(|(name, value)| (name.clone(), json!({ "S": value })))
            .collect();
        if let Some(at) = expires_at {
            let seconds = at.0 / 1000;
            plain["expiresAt"] = json!(seconds);
            image.insert("expiresAt".to_owned(), json!({ "N": seconds.to_string() }));
        }
        Self {
            image: Arc::new(image),
            plain: Arc::new(plain),
            meaning: meaning(content),
            expires_at,
        }
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
