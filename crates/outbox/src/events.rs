use contract::Event;
use serde::Serialize;

use crate::Entry;

/// The events that one change means to the business: what a mapping returns. They are published in this order.
#[derive(Debug, Default)]
pub struct Events {
    pub(crate) drafts: Vec<Draft>,
    /// Complete as they are.
    pub(crate) entries: Vec<Entry>,
}

/// An event without its metadata, serialised at once so that events of different types fit into one list.
#[derive(Debug, Clone)]
pub(crate) struct Draft {
    pub(crate) source: &'static str,
    pub(crate) detail_type: &'static str,
    pub(crate) version: u32,
    pub(crate) data: Result<Vec<u8>, String>,
}

impl Events {
    /// The change means nothing to the business.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// The change is one event.
    #[must_use]
    #[allow(
        clippy::needless_pass_by_value,
        reason = "an event that was handed over is not used again"
    )]
    pub fn of<E: Event>(event: E) -> Self {
        Self {
            drafts: vec![draft(&event)],
            entries: Vec::new(),
        }
    }

    /// The change is one event that has its metadata already, and keeps the limits of PutEvents.
    pub(crate) fn complete(entry: Entry) -> Self {
        Self {
            drafts: Vec::new(),
            entries: vec![entry],
        }
    }

    /// One more event of the same change.
    #[must_use]
    #[allow(
        clippy::needless_pass_by_value,
        reason = "an event that was handed over is not used again"
    )]
    pub fn and<E: Event>(mut self, event: E) -> Self {
        self.drafts.push(draft(&event));
        self
    }
}

pub(crate) fn draft<E: Event>(event: &E) -> Draft {
    Draft {
        source: E::SOURCE,
        detail_type: E::DETAIL_TYPE,
        version: E::VERSION,
        data: data(event).map_err(|error| error.to_string()),
    }
}

/// Room in bytes for a small event and its metadata, so that writing them does not copy them again.
const USUAL_DETAIL: usize = 1024;

fn data(event: &impl Serialize) -> Result<Vec<u8>, serde_json::Error> {
    let mut data = Vec::with_capacity(USUAL_DETAIL);
    serde_json::to_writer(&mut data, event)?;
    Ok(data)
}

/// What a mapping may return: [`Events`], or a `Result` whose error makes the record poison.
pub trait IntoEvents {
    /// The events, or why there are none.
    fn into_events(self) -> Result<Events, String>;
}

impl IntoEvents for Events {
    fn into_events(self) -> Result<Events, String> {
        Ok(self)
    }
}

impl<E: std::fmt::Display> IntoEvents for Result<Events, E> {
    fn into_events(self) -> Result<Events, String> {
        self.map_err(|error| error.to_string())
    }
}
