//! The table as an outbox: rows, counters and marks.

use std::sync::Arc;

use delivery::Time;
use serde_json::json;

use super::attributes::{Attributes, plain};
use super::{Item, Table};
use crate::observation::{Change, Meaning};
use crate::scenario::Damage;

impl Item {
    /// What a transaction or a mark has written.
    fn of_outbox(image: Attributes) -> Self {
        let plain = plain(&image);
        let expires_at = plain["expiresAt"].as_u64();
        Self {
            meaning: if plain["detailType"].is_string() {
                Meaning::Event
            } else {
                Meaning::Nothing
            },
            image: Arc::new(image),
            plain: Arc::new(plain),
            expires_at: expires_at.map(|seconds| Time(seconds * 1000)),
        }
    }

    /// A row that somebody wrote who does not know how.
    pub(super) fn damaged_row(id: &str, damage: Damage, now: Time) -> Self {
        let created_at = now.in_milliseconds();
        let metadata = json!({
            "eventId": if damage == Damage::EventId { "another" } else { id },
            "occurredAt": created_at,
            "key": id,
            "sequence": "1",
            "sequenceKind": "counter",
            "version": 1,
        });
        let detail = match damage {
            Damage::Detail => "{".to_owned(),
            _ => json!({ "metadata": metadata }).to_string(),
        };
        let created_at = match damage {
            Damage::CreatedAt => "yesterday".to_owned(),
            _ => created_at,
        };
        let mut row = json!({
            "id": id,
            "sequence": 1,
            "source": "by.hand",
            "detailType": "Damaged",
            "version": 1,
            "detail": detail,
            "createdAt": created_at,
        });
        if damage != Damage::Aggregate {
            row["aggregate"] = id.into();
        }
        Self::new(row, Meaning::Unmappable, None)
    }
}

impl Table {
    /// The attributes of an item.
    pub(crate) fn image(&self, id: &str) -> Option<Arc<Attributes>> {
        let state = self.state();
        state.items.get(id).map(|item| Arc::clone(&item.image))
    }

    /// All items.
    pub(crate) fn images(&self) -> Vec<Arc<Attributes>> {
        let state = self.state();
        let items = state.items.values();
        items.map(|item| Arc::clone(&item.image)).collect()
    }

    /// Puts an item of a transaction.
    pub(super) fn put_image(&self, id: &str, image: Attributes, now: Time) -> Option<Change> {
        let change = self.state().put(id.to_owned(), Item::of_outbox(image), now);
        self.announce();
        change
    }

    /// Marks a row as published, as the function's own table does: only the first time counts, and a row that is gone
    /// is not made anew.
    pub(crate) fn mark(&self, id: &str, now: Time, expires_at: Time) -> Option<Change> {
        let mut image = Attributes::clone(&*self.image(id)?);
        let marks = [
            ("publishedAt", json!({ "S": now.in_milliseconds() })),
            (
                "expiresAt",
                json!({ "N": (expires_at.0 / 1000).to_string() }),
            ),
        ];
        for (name, value) in marks {
            image.entry(name).or_insert(value);
        }
        self.put_image(id, image, now)
    }
}
