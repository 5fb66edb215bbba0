use std::fmt;

use serde::Serialize;

use crate::Event;

/// The event pattern of a rule that takes exactly one kind of event: its source and its detail-type
/// (<https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html>).
///
/// Its `Display` form is the JSON text that EventBridge's `PutRule` takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EventPattern {
    source: [&'static str; 1],
    #[serde(rename = "detail-type")]
    detail_type: [&'static str; 1],
}

impl EventPattern {
    /// The pattern that takes every event of type `E` and no other.
    #[must_use]
    pub const fn of<E: Event>() -> Self {
        Self {
            source: [E::SOURCE],
            detail_type: [E::DETAIL_TYPE],
        }
    }
}

impl fmt::Display for EventPattern {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = serde_json::to_string(self).map_err(|_| fmt::Error)?;
        formatter.write_str(&text)
    }
}
