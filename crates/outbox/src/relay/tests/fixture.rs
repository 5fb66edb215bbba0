//! The application under test: items with an id and a size, and one event per change.

use std::time::Duration;

use contract::Event;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use crate::relay::Failures;
use crate::testing::{Bus, Quarantine};
use crate::{Batch, Change, Events, Relay};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(super) struct Item {
    pub(super) id: String,
    pub(super) text: String,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct Key {
    pub(super) id: String,
}

pub(super) fn item(id: &str) -> Item {
    Item {
        id: id.to_owned(),
        text: "text".to_owned(),
    }
}

pub(super) fn with_text(id: &str, text: &str) -> Item {
    Item {
        id: id.to_owned(),
        text: text.to_owned(),
    }
}

macro_rules! event {
    ($name:ident) => {
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
        pub(super) struct $name {
            #[serde(flatten)]
            pub(super) item: Item,
        }

        impl Event for $name {
            const SOURCE: &'static str = "test.items";
            const DETAIL_TYPE: &'static str = stringify!($name);
            const VERSION: u32 = 1;

            fn sample() -> Self {
                Self {
                    item: item("sample"),
                }
            }
        }
    };
}

event!(Stored);
event!(Changed);
event!(Deleted);

/// Every change is one event.
pub(super) fn one_event(change: Change<Item, Key>) -> Events {
    match change {
        Change::Created(item) => Events::of(Stored { item }),
        Change::Updated { new, .. } => Events::of(Changed { item: new }),
        Change::Removed { key, .. } | Change::Expired { key, .. } => Events::of(Deleted {
            item: item(&key.id),
        }),
    }
}

/// Items whose text is `panic` or `error` can't be mapped; `none` means nothing.
pub(super) fn fragile(change: Change<Item, Key>) -> Result<Events, String> {
    if let Change::Created(item) = &change {
        match item.text.as_str() {
            "panic" => panic!("{}", item.text),
            "error" => return Err("no such item".to_owned()),
            "none" => return Ok(Events::none()),
            _ => {}
        }
    }
    Ok(one_event(change))
}

/// As long as Lambda allows a function that relays.
pub(super) fn deadline() -> Instant {
    Instant::now() + Duration::from_mins(1)
}

pub(super) fn relay(bus: &Bus, quarantine: &Quarantine) -> Relay<Bus, Quarantine> {
    Relay::new(bus.clone(), quarantine.clone())
}

pub(super) async fn handle(relay: &Relay<Bus, Quarantine>, batch: &Batch) -> Failures {
    relay.handle(batch, deadline(), fragile).await
}

/// The sequence number of a record made by `testing`.
pub(super) fn sequence_number(record: u32) -> String {
    format!("1{record:020}")
}

pub(super) fn stored(record: u32) -> String {
    format!("event-{record}:Stored")
}

/// `n` items, each with its own key.
pub(super) fn items(n: usize) -> Vec<Item> {
    (1..=n).map(|n| item(&n.to_string())).collect()
}
