use delivery::Time;
use serde_json::json;

use super::item::{Item, escaped, large};
use crate::observation::Meaning;
use crate::scenario::Content;

/// What a template that inserts bare text would trip over.
const AWKWARD: &str = "\"Da <Enzo>\" \\ l'Osteria,\n\t\u{1}<$.eventID> 日本 {\"a\":1}";

impl Item {
    /// The order with this id after one more write, given what it was before.
    pub(super) fn order(
        id: &str,
        before: Option<&Self>,
        revision: u32,
        content: Content,
        now: Time,
        expires_at: Option<Time>,
    ) -> Self {
        let before = before.map(|item| item.plain["status"].as_str().unwrap_or_default());
        let restaurant = match content {
            Content::Awkward => format!("{AWKWARD} {revision}"),
            Content::Escaped(characters) => escaped(characters),
            Content::Large(bytes) => large(bytes),
            // Optional attributes are stored as empty texts.
            _ if revision.is_multiple_of(4) => String::new(),
            _ => format!("restaurant {revision}"),
        };
        let mut plain = json!({
            "id": id,
            "status": next(before, revision),
            "restaurant": restaurant,
            "occurredAt": now.in_milliseconds(),
        });
        if content == Content::Unmappable
            && let Some(attributes) = plain.as_object_mut()
        {
            attributes.shift_remove("status");
        }
        let meaning = match content {
            Content::Unmappable => Meaning::Nothing,
            _ => Meaning::Event,
        };
        Self::new(plain, meaning, expires_at)
    }
}

/// The status that a write gives an order, by the application's table of transitions. An order that is done keeps its
/// status: another attribute changes.
fn next(before: Option<&str>, revision: u32) -> &'static str {
    let cancels = revision.is_multiple_of(7);
    match before {
        None => "CREATED",
        Some("CREATED" | "ACCEPTED" | "COOKING") if cancels => "CANCELLED",
        // One without a status gets one.
        Some("" | "CREATED") => "ACCEPTED",
        Some("ACCEPTED") => "COOKING",
        Some("CANCELLED") => "CANCELLED",
        Some(_) => "DELIVERED",
    }
}
